-- title: Null distribution of the lag
-- Lags of random splits of the same sizes beside the observed one, and the one-tailed p = (c + 1) / (n + 1) with c splits whose lag is at least the observed; a validation side that never gets there counts as the longest lag of all, a training side that never does has none (NULL) and counts in n alone.
-- example: exposure query index dynamics/lag_null -p n_splits=200
-- param model: MODEL = NULL -- one model; NULL: all
-- param paradigm: PARADIGM = NULL -- one paradigm; NULL: all
-- param threshold: SHARE = 0.8 -- accuracy that counts as reached
-- param n_splits: COUNT = 1000 -- random splits
-- param seed: BIGINT = 0 -- seed of the random splits
-- param min_count: COUNT = 1 -- fewest exposures that make a phrase exposed
-- param side: SIDE = 'either' -- whose phrase must be exposed: good, bad, either or both
WITH scored AS (
    SELECT
        results.model,
        split.paradigm,
        results.checkpoint,
        results.pair_id,
        split.split = 'proxy_train' AS is_train,
        results.correct
    FROM pair_results AS results
    JOIN split_at(NULL, $min_count, $side) AS split USING (pair_id)
    WHERE split.split IN ('proxy_train', 'proxy_validation')
        AND ($model IS NULL OR results.model = $model)
        AND ($paradigm IS NULL OR split.paradigm = $paradigm)
        AND results.correct IS NOT NULL
),
members AS (
    SELECT
        paradigm,
        pair_id,
        is_train,
        row_number() OVER (ORDER BY pair_id)::INTEGER AS member
    FROM scored
    GROUP BY paradigm, pair_id, is_train
),
cells AS (
    SELECT model, paradigm, checkpoint, row_number() OVER (ORDER BY model, paradigm, checkpoint)::INTEGER AS cell
    FROM scored
    GROUP BY model, paradigm, checkpoint
),
-- The large join below is over small integers: names in it cost ten times the time.
outcomes AS (
    SELECT members.member, cells.cell, scored.correct::TINYINT AS correct
    FROM scored
    JOIN members USING (pair_id)
    JOIN cells ON (cells.model, cells.paradigm, cells.checkpoint) = (scored.model, scored.paradigm, scored.checkpoint)
),
drawn AS (
    SELECT member, 0::SMALLINT AS draw, is_train
    FROM members
    UNION ALL
    SELECT
        member,
        draw::SMALLINT,
        -- md5, since the hash of a database may change from version to version.
        row_number() OVER (
            PARTITION BY paradigm, draw
            ORDER BY md5_number_lower(concat_ws(' ', $seed, draw, pair_id)), pair_id
        ) <= count(*) FILTER (WHERE is_train) OVER (PARTITION BY paradigm, draw)
    FROM members
    CROSS JOIN (SELECT unnest(range(1, $n_splits + 1)) AS draw)
),
accuracies AS (
    SELECT
        cell,
        draw,
        is_train,
        avg(correct) AS accuracy
    FROM outcomes
    JOIN drawn USING (member)
    GROUP BY ALL
),
reached AS (
    SELECT
        model,
        paradigm,
        draw,
        min(checkpoint) FILTER (WHERE is_train AND accuracy >= $threshold) AS t_train,
        min(checkpoint) FILTER (WHERE NOT is_train AND accuracy >= $threshold) AS t_val
    FROM accuracies
    JOIN cells USING (cell)
    GROUP BY ALL
),
lags AS (
    SELECT
        model,
        paradigm,
        draw,
        t_val - t_train AS lag,
        CASE WHEN t_train IS NULL THEN NULL WHEN t_val IS NULL THEN 'infinity'::DOUBLE ELSE t_val - t_train END AS length
    FROM reached
),
compared AS (
    SELECT
        random.model,
        random.paradigm,
        random.lag,
        random.length,
        observed.lag AS observed_lag,
        observed.length AS observed_length
    FROM lags AS random
    JOIN lags AS observed USING (model, paradigm)
    WHERE random.draw > 0 AND observed.draw = 0
)
SELECT
    model,
    paradigm,
    lag,
    length IS NOT NULL AND lag IS NULL AS validation_never,
    count(*) AS splits,
    observed_lag,
    CASE
        WHEN observed_length IS NOT NULL
            THEN round(
                (sum(count(*) FILTER (WHERE length >= observed_length)) OVER (PARTITION BY model, paradigm) + 1)
                / (sum(count(*)) OVER (PARTITION BY model, paradigm) + 1),
                6
            )
    END AS p
FROM compared
GROUP BY model, paradigm, lag, length, observed_lag, observed_length
ORDER BY model, paradigm, length NULLS FIRST;
