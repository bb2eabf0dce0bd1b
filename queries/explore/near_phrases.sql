-- title: Near phrases that were seen
-- Phrases of the index that the model did meet, those first that differ from a given one by the fewest letters.
-- example: exposure query index explore/near_phrases -p phrase='this raft'
-- param phrase: WORDS -- any phrase, in the index or not
-- param most_edits: NATURAL = NULL -- most letters put in, taken out or changed; NULL: any
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
    AND (
        $most_edits IS NULL
        OR abs(length(phrase) - length($phrase)) <= $most_edits
        AND damerau_levenshtein(phrase, $phrase) <= $most_edits
    )
ORDER BY edits, exposure_count DESC, phrase
LIMIT $n_rows;
