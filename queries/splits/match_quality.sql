-- title: Quality of the frequency match
-- For each paradigm how many pairs of either side the frequency-matched split keeps, and how far frequency and length still differ, before and after.
-- example: exposure query index splits/match_quality -p checkpoint=1000
-- param checkpoint: BIGINT -- steps taken, one of the table checkpoints
-- param side: SIDE = 'either' -- whose phrase must be exposed: good, bad, either or both
WITH measured AS (
    SELECT
        split.pair_id,
        split.paradigm,
        split.split,
        log2(1 + whole.good_exposure_count + whole.bad_exposure_count) AS log_count,
        floor(log_count)::INTEGER AS frequency_class,
        good.n_tokens + bad.n_tokens AS n_tokens
    FROM split_at($checkpoint, 1, $side) AS split
    JOIN pair_exposures AS whole USING (pair_id)
    JOIN phrases AS good ON good.phrase_id = whole.good_phrase_id
    JOIN phrases AS bad ON bad.phrase_id = whole.bad_phrase_id
    WHERE split.split <> 'unknown'
),
cells AS (
    SELECT
        paradigm,
        frequency_class,
        n_tokens,
        count(*) FILTER (WHERE split = 'proxy_train') AS n_train,
        count(*) FILTER (WHERE split = 'proxy_validation') AS n_validation,
        least(n_train, n_validation) AS n_matched,
        coalesce(avg(log_count) FILTER (WHERE split = 'proxy_train'), 0) AS train_log,
        coalesce(avg(log_count) FILTER (WHERE split = 'proxy_validation'), 0) AS validation_log
    FROM measured
    GROUP BY paradigm, frequency_class, n_tokens
)
SELECT
    paradigm,
    sum(n_train)::BIGINT AS proxy_train,
    sum(n_validation)::BIGINT AS proxy_validation,
    sum(n_matched)::BIGINT AS matched_each,
    round(sum(train_log * n_train) / nullif(sum(n_train), 0)
        - sum(validation_log * n_validation) / nullif(sum(n_validation), 0), 3) AS log_count_gap_before,
    round(sum((train_log - validation_log) * n_matched) / nullif(sum(n_matched), 0), 3) AS log_count_gap_after
FROM cells
GROUP BY paradigm
ORDER BY paradigm;
