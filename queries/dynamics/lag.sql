-- title: Lag of validation behind training
-- The first checkpoint at which each split reaches 70, 80 and 90% accuracy, or the threshold asked for, and how many steps proxy_validation comes later; NULL: never.
-- example: exposure query index dynamics/lag -p threshold=0.6
-- param threshold: SHARE = NULL -- accuracy that counts as reached; NULL: 0.7, 0.8 and 0.9
-- param min_count: COUNT = 1 -- fewest exposures that make a phrase exposed
-- param side: SIDE = 'either' -- whose phrase must be exposed: good, bad, either or both
WITH scored AS (
    SELECT
        results.model,
        split.paradigm,
        split.split,
        results.checkpoint,
        count(*) FILTER (WHERE results.correct) / nullif(count(results.correct), 0) AS accuracy
    FROM pair_results AS results
    JOIN split_at(NULL, $min_count, $side) AS split USING (pair_id)
    GROUP BY ALL
),
reached AS (
    SELECT
        model,
        paradigm,
        threshold,
        min(checkpoint) FILTER (WHERE split = 'proxy_train' AND accuracy >= threshold) AS t_train,
        min(checkpoint) FILTER (WHERE split = 'proxy_validation' AND accuracy >= threshold) AS t_val
    FROM scored
    CROSS JOIN (SELECT unnest(CASE WHEN $threshold IS NULL THEN [0.7, 0.8, 0.9] ELSE [$threshold] END) AS threshold)
    GROUP BY ALL
)
SELECT
    model,
    paradigm,
    threshold,
    t_train,
    t_val,
    t_val - t_train AS lag
FROM reached
ORDER BY model, paradigm, threshold;
