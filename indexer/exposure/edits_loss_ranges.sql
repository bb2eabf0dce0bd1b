-- Half-open ranges of tokens that occurrences of some phrases take, those that overlap or touch made one.
-- Parameter: phrase_ids, a list; NULL: all.
WITH ranges AS (
    SELECT DISTINCT sequence, token_offset AS start, token_offset + n_tokens AS stop
    FROM occurrences
    WHERE $phrase_ids IS NULL OR phrase_id IN (SELECT unnest($phrase_ids))
),
reached AS (
    SELECT
        *,
        max(stop) OVER (
            PARTITION BY sequence
            ORDER BY start, stop
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS before
    FROM ranges
),
numbered AS (
    SELECT
        *,
        count(*) FILTER (WHERE before IS NULL OR start > before) OVER (
            PARTITION BY sequence
            ORDER BY start, stop
        ) AS number
    FROM reached
)
SELECT sequence, min(start)::BIGINT AS start, max(stop)::BIGINT AS stop
FROM numbered
GROUP BY sequence, number
ORDER BY sequence, start;
