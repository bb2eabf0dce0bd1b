-- Results as they stood in an index of schema version 1, one row a pair, by measure.
SELECT model, checkpoint, pair_id AS item_id, measure, value
FROM (
    SELECT model, checkpoint, pair_id, score_good, score_bad, correct::DOUBLE AS correct
    FROM results
) UNPIVOT INCLUDE NULLS (value FOR measure IN (score_good, score_bad, correct))
WHERE value IS NOT NULL OR measure = 'correct';
