-- title: Boilerplate
-- The windows that stand in too many sequences to tell anything, with how many items they are of: they count in no verdict.
-- example: exposure query index contamination/boilerplate -p max_sequences=100
-- param max_sequences: NATURAL = 1000 -- windows of more sequences are boilerplate
-- param n_rows: NATURAL = 50 -- how many are listed
SELECT
    phrases.phrase,
    count(DISTINCT windows.item_id) AS items,
    exposures.sequence_count,
    exposures.exposure_count,
    exposures.first_step
FROM item_phrases AS windows
JOIN items USING (item_id)
JOIN exposures USING (phrase_id)
JOIN phrases USING (phrase_id)
WHERE items.kind = 'item'
    AND exposures.sequence_count > $max_sequences
GROUP BY ALL
ORDER BY exposures.sequence_count DESC, phrases.phrase
LIMIT $n_rows;
