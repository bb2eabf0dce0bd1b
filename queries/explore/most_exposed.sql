-- title: Most exposed
-- The phrases the model met most often.
-- example: exposure query index explore/most_exposed -p n_rows=5
-- param n_rows: NATURAL = 20 -- how many are listed
SELECT
    phrase,
    exposure_count,
    first_step,
    last_step
FROM exposures
JOIN phrases USING (phrase_id)
WHERE seen
ORDER BY exposure_count DESC, phrase_id
LIMIT $n_rows;
