-- title: Accuracy over checkpoints
-- Accuracy on proxy_train and proxy_validation at each checkpoint, with its 95% Wilson interval; pairs without a result are counted as missing, never scored.
-- example: exposure query index dynamics/accuracy -p min_count=2
-- param min_count: COUNT = 1 -- fewest exposures that make a phrase exposed
-- param side: SIDE = 'either' -- whose phrase must be exposed: good, bad, either or both
WITH measured AS (
    SELECT DISTINCT model, checkpoint
    FROM pair_results AS results
),
scored AS (
    SELECT
        measured.model,
        split.paradigm,
        split.split,
        measured.checkpoint,
        count(results.correct) AS pairs,
        count(*) - count(results.correct) AS missing,
        count(*) FILTER (WHERE results.correct) AS correct
    FROM measured
    CROSS JOIN split_at(NULL, $min_count, $side) AS split
    LEFT JOIN pair_results AS results USING (model, checkpoint, pair_id)
    GROUP BY ALL
)
SELECT
    model,
    paradigm,
    split,
    checkpoint,
    pairs,
    missing,
    round(correct / nullif(pairs, 0), 4) AS accuracy,
    round(wilson_low(correct, pairs), 4) AS accuracy_low,
    round(wilson_high(correct, pairs), 4) AS accuracy_high
FROM scored
ORDER BY model, paradigm, split, checkpoint;
