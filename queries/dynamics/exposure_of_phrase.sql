-- title: Exposure of a phrase over time
-- How often one phrase was met before each checkpoint, in all and since the checkpoint before; status tells a certain never from a zero that is unknown.
-- example: exposure query index dynamics/exposure_of_phrase -p phrase='this raft'
-- param phrase: PHRASE -- a phrase of the index
WITH named AS (
    SELECT phrase_id
    FROM phrases
    WHERE phrase = $phrase
)
SELECT
    checkpoints.checkpoint,
    coalesce(bins.exposure_count, 0)::UBIGINT AS exposures_since,
    sum(coalesce(bins.exposure_count, 0)) OVER (ORDER BY checkpoints.checkpoint)::UBIGINT AS exposure_count,
    CASE
        WHEN sum(coalesce(bins.exposure_count, 0)) OVER (ORDER BY checkpoints.checkpoint) > 0 THEN 'seen'
        WHEN is_certain(checkpoints.checkpoint, named.phrase_id) THEN 'never'
        ELSE 'unknown'
    END AS status
FROM checkpoints
CROSS JOIN named
LEFT JOIN exposure_bins AS bins USING (checkpoint, phrase_id)
ORDER BY checkpoints.checkpoint;
