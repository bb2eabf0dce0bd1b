-- title: First exposures by phenomenon
-- Which share of the distinct good and bad phrases of each phenomenon was met before each checkpoint.
-- example: exposure query index dynamics/first_exposures_by_phenomenon
WITH sides AS (
    SELECT phenomenon, 'good' AS side, good_phrase_id AS phrase_id FROM pairs WHERE excluded IS NULL
    UNION
    SELECT phenomenon, 'bad', bad_phrase_id FROM pairs WHERE excluded IS NULL
    UNION
    SELECT 'all', 'good', good_phrase_id FROM pairs WHERE excluded IS NULL
    UNION
    SELECT 'all', 'bad', bad_phrase_id FROM pairs WHERE excluded IS NULL
    UNION
    SELECT 'all', 'phrase', phrase_id FROM phrases WHERE NOT EXISTS (SELECT 1 FROM pairs)
)
SELECT
    sides.phenomenon,
    sides.side,
    checkpoints.checkpoint,
    count(*) AS phrases,
    count(*) FILTER (WHERE exposures.first_step < checkpoints.checkpoint) AS phrases_seen,
    round(phrases_seen / phrases, 4) AS share_seen,
    count(*) FILTER (WHERE exposures.status = 'unknown') AS phrases_unknown
FROM sides
JOIN exposures USING (phrase_id)
CROSS JOIN checkpoints
GROUP BY sides.phenomenon, sides.side, checkpoints.checkpoint
ORDER BY sides.phenomenon <> 'all', sides.phenomenon, sides.side DESC, checkpoints.checkpoint;
