-- The phrases of an index that differ least from a text, whether they were seen or not: by a third of its letters
-- at most, or they hold it whole.
SELECT phrase
FROM phrases
WHERE phrase IS NOT NULL
    AND $words <> ''
    AND (contains(phrase, $words) OR damerau_levenshtein(phrase, $words) <= greatest(length($words) // 3, 1))
ORDER BY damerau_levenshtein(phrase, $words), phrase_id
LIMIT 3;
