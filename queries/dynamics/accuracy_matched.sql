-- title: Accuracy on the frequency-matched split
-- Accuracy over checkpoints of pairs seen before a given checkpoint beside pairs not yet seen then that are as frequent and as long, with 95% Wilson intervals.
-- example: exposure query index dynamics/accuracy_matched -p seen_by=1000
-- param seen_by: BIGINT -- the checkpoint that divides seen from not yet seen
-- param side: SIDE = 'either' -- whose phrase must be exposed: good, bad, either or both
-- param seed: VARCHAR = 'exposure' -- chooses among pairs that match equally well
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
    CROSS JOIN matched_split_at($seen_by, $side, $seed) AS split
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
