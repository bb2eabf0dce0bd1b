-- title: First exposures by phenomenon
-- Which share of the distinct good and bad phrases of each phenomenon was met before each checkpoint; phrases_unknown have a zero without evidence: ids are missing, or the order is not known.
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
    count(*) FILTER (
        WHERE coalesce(exposures.first_step >= checkpoints.checkpoint, TRUE)
        AND (exposures.status = 'unknown' OR NOT zeros.are_certain)
    ) AS phrases_unknown
FROM sides
JOIN exposures USING (phrase_id)
CROSS JOIN checkpoints
CROSS JOIN (SELECT is_covered(0) AS are_certain) AS zeros
GROUP BY sides.phenomenon, sides.side, checkpoints.checkpoint
ORDER BY sides.phenomenon <> 'all', sides.phenomenon, sides.side DESC, checkpoints.checkpoint;
