-- title: Frequency-matched split
-- Pairs seen before a checkpoint beside as many not yet seen, matched within their paradigm on how often their phrases stand in the whole window and on their length in tokens.
-- param checkpoint: BIGINT -- steps taken, one of the table checkpoints
-- param side: VARCHAR = 'either' -- whose phrase must be exposed: good, bad, either or both
-- param seed: VARCHAR = 'exposure' -- chooses among pairs that match equally well
WITH measured AS (
    SELECT
        split.pair_id,
        split.paradigm,
        split.phenomenon,
        split.split,
        whole.good_exposure_count + whole.bad_exposure_count AS exposure_count_in_window,
        floor(log2(1 + exposure_count_in_window))::INTEGER AS frequency_class,
        good.n_tokens + bad.n_tokens AS n_tokens
    FROM split_at($checkpoint, 1, $side) AS split
    JOIN pair_exposures AS whole USING (pair_id)
    JOIN phrases AS good ON good.phrase_id = whole.good_phrase_id
    JOIN phrases AS bad ON bad.phrase_id = whole.bad_phrase_id
    WHERE split.split <> 'unknown'
),
ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY paradigm, frequency_class, n_tokens, split
            ORDER BY md5($seed || '/' || pair_id)
        ) AS rank_in_cell,
        least(
            count(*) FILTER (WHERE split = 'proxy_train') OVER cell,
            count(*) FILTER (WHERE split = 'proxy_validation') OVER cell
        ) AS matches_in_cell
    FROM measured
    WINDOW cell AS (PARTITION BY paradigm, frequency_class, n_tokens)
)
SELECT
    pair_id,
    paradigm,
    phenomenon,
    split,
    exposure_count_in_window,
    frequency_class,
    n_tokens
FROM ranked
WHERE rank_in_cell <= matches_in_cell
ORDER BY pair_id;
