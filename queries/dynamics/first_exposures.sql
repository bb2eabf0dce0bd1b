-- title: First exposures over time
-- How many phrases were met for the first time by each checkpoint, and how many were met by then in all; phrases_unknown have a zero without evidence: ids are missing, or the order is not known.
-- example: exposure query index dynamics/first_exposures
WITH first_seen AS (
    SELECT min(checkpoints.checkpoint) AS checkpoint
    FROM exposures
    JOIN checkpoints ON checkpoints.checkpoint > exposures.first_step
    GROUP BY exposures.phrase_id
)
SELECT
    checkpoints.checkpoint,
    checkpoints.tokens_seen,
    count(first_seen.checkpoint) AS first_exposures,
    sum(count(first_seen.checkpoint)) OVER (ORDER BY checkpoints.checkpoint)::BIGINT AS phrases_seen,
    round(phrases_seen / (SELECT count(*) FROM phrases), 4) AS share_seen,
    CASE
        WHEN is_covered(0) THEN (SELECT count(*) FROM exposures WHERE status = 'unknown')
        ELSE (SELECT count(*) FROM phrases) - phrases_seen
    END AS phrases_unknown
FROM checkpoints
LEFT JOIN first_seen USING (checkpoint)
GROUP BY checkpoints.checkpoint, checkpoints.tokens_seen
ORDER BY checkpoints.checkpoint;
