-- title: Exposure of a phrase over time
-- How often one phrase was met before each checkpoint, in all and since the checkpoint before.
-- example: exposure query index dynamics/exposure_of_phrase -p phrase='this sketch'
-- param phrase: VARCHAR -- the phrase, folded as the index folds it
SELECT
    checkpoints.checkpoint,
    coalesce(bins.exposure_count, 0)::UBIGINT AS exposures_since,
    sum(coalesce(bins.exposure_count, 0)) OVER (ORDER BY checkpoints.checkpoint)::UBIGINT AS exposure_count
FROM checkpoints
LEFT JOIN exposure_bins AS bins
    ON bins.checkpoint = checkpoints.checkpoint
    AND bins.phrase_id = (SELECT phrase_id FROM phrases WHERE phrase = $phrase)
ORDER BY checkpoints.checkpoint;
