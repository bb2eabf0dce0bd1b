-- title: Why unknown
-- Phrases of count 0 that are unknown and not never, with what is missing for a certain zero.
-- example: exposure query index explore/why_unknown -p n_rows=5
-- param n_rows: NATURAL = 20 -- how many are listed
SELECT
    phrase_id,
    phrase,
    concat_ws(
        '; ',
        CASE WHEN (SELECT value FROM provenance WHERE key = 'complete') <> 'true' THEN 'ranges are missing' END,
        (
            SELECT CASE WHEN value <> '[]' THEN 'taken on purpose: ' || array_to_string(value::VARCHAR[], ', ') END
            FROM provenance
            WHERE key = 'zeros_weakened_by'
        ),
        unspelled_phrases.reason
    ) AS reason
FROM exposures
JOIN phrases USING (phrase_id)
LEFT JOIN unspelled_phrases USING (phrase_id)
WHERE status = 'unknown'
ORDER BY phrase_id
LIMIT $n_rows;
