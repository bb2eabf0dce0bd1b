-- The phrases of an index that differ least from a text, whether they were seen or not: by a third of its letters
-- at most, or they hold it whole. Apostrophes are one. DuckDB counts edits in bytes, and so does the third.
WITH alike AS (
    SELECT
        *,
        damerau_levenshtein(
            translate(phrase, '’ʼ‘＇', repeat('''', 4)), translate($words, '’ʼ‘＇', repeat('''', 4))
        ) AS n_edits
    FROM phrases
)
SELECT phrase
FROM alike
WHERE phrase IS NOT NULL
    AND $words <> ''
    AND (contains(phrase, $words) OR n_edits <= greatest(strlen($words) // 3, 1))
ORDER BY n_edits, phrase_id
LIMIT 3;
