-- title: Exposure counts
-- How many distinct phrases were met how often in the whole window, in bins that double, and zero in a bin of its own: good and bad phrases of minimal pairs apart, or all phrases of an index without pairs.
-- example: exposure query index explore/exposure_histogram
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
),
binned AS (
    SELECT
        sides.phenomenon,
        sides.side,
        exposures.status,
        CASE WHEN seen THEN (2 ** floor(log2(exposure_count)))::UBIGINT ELSE 0 END AS at_least
    FROM sides
    JOIN exposures USING (phrase_id)
)
SELECT
    phenomenon,
    side,
    status,
    at_least,
    greatest(2 * at_least, 1) - 1 AS at_most,
    count(*) AS phrases
FROM binned
GROUP BY phenomenon, side, status, at_least
ORDER BY phenomenon <> 'all', phenomenon, side DESC, at_least, status;
