-- The phrases of an index that differ least from a text, whether they were seen or not.
SELECT phrase
FROM phrases
WHERE phrase IS NOT NULL
ORDER BY damerau_levenshtein(phrase, $words), phrase_id
LIMIT 3;
