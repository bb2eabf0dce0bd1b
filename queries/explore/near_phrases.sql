-- title: Near phrases that were seen
-- Phrases of the index that the model did meet and that differ from a given one by a few letters, the nearest first.
-- example: exposure query index explore/near_phrases -p phrase='this sketch'
-- param phrase: WORDS -- any phrase, in the index or not
-- param most_edits: NATURAL = 3 -- letters put in, taken out or changed
-- param n_rows: NATURAL = 5 -- how many are listed
SELECT
    phrase,
    damerau_levenshtein(phrase, $phrase) AS edits,
    exposure_count,
    first_step
FROM exposures
JOIN phrases USING (phrase_id)
WHERE seen
    AND phrase <> $phrase
    AND abs(length(phrase) - length($phrase)) <= $most_edits
    AND damerau_levenshtein(phrase, $phrase) <= $most_edits
ORDER BY edits, exposure_count DESC, phrase
LIMIT $n_rows;
