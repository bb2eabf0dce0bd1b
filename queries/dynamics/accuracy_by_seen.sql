-- title: Accuracy of what was seen by then
-- The split that moves with time: at each checkpoint, accuracy on the pairs the model had met before it and on those it had not yet met.
-- example: exposure query index dynamics/accuracy_by_seen
WITH measured AS (
    SELECT DISTINCT model, checkpoint
    FROM pair_results AS results
),
scored AS (
    SELECT
        measured.model,
        pairs.paradigm,
        measured.checkpoint,
        CASE
            WHEN least(pairs.good_first_step, pairs.bad_first_step) < measured.checkpoint THEN 'seen'
            WHEN is_certain(measured.checkpoint, pairs.good_phrase_id) AND is_certain(measured.checkpoint, pairs.bad_phrase_id)
                THEN 'not yet seen'
            ELSE 'unknown'
        END AS exposure,
        results.correct
    FROM measured
    CROSS JOIN pair_exposures AS pairs
    LEFT JOIN pair_results AS results USING (model, checkpoint, pair_id)
    WHERE pairs.excluded IS NULL
)
SELECT
    model,
    paradigm,
    checkpoint,
    exposure,
    count(correct) AS pairs,
    count(*) - count(correct) AS missing,
    round(count(*) FILTER (WHERE correct) / nullif(count(correct), 0), 4) AS accuracy
FROM scored
GROUP BY model, paradigm, checkpoint, exposure
ORDER BY model, paradigm, checkpoint, exposure DESC;
