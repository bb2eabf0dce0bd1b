-- title: Seen here, never there
-- Phrases met in this corpus before a step, and not once in that of another index, with what that zero is worth: never, or unknown and why.
-- example: exposure query index across/seen_here_never_there --attach other=index2 -p before=1000
-- attach other: an index of another corpus, of the same phrases
-- param before: NATURAL = NULL -- zero-based step of this corpus; NULL: the whole window
-- param n_rows: NATURAL = 20 -- how many are listed
WITH meanings AS (
    SELECT string_agg(replace(here.key, 'match_', ''), ', ' ORDER BY here.key) AS that_differ
    FROM provenance AS here
    LEFT JOIN other.provenance AS there ON there.key = here.key
    WHERE here.key LIKE 'match\_%' ESCAPE '\' AND here.value IS DISTINCT FROM there.value
),
-- Where token ids are given beside the text, several phrases may have one.
several AS (
    SELECT phrase FROM phrases WHERE phrase IS NOT NULL GROUP BY phrase HAVING count(*) > 1
    UNION
    SELECT phrase FROM other.phrases WHERE phrase IS NOT NULL GROUP BY phrase HAVING count(*) > 1
),
there AS (
    SELECT
        phrases.phrase,
        min(exposures.exposure_count) AS exposure_count,
        bool_and(exposures.status = 'never') AS is_never,
        any_value(unspelled_phrases.reason) AS reason
    FROM other.phrases AS phrases
    JOIN other.exposures AS exposures ON exposures.phrase_id = phrases.phrase_id
    LEFT JOIN other.unspelled_phrases AS unspelled_phrases ON unspelled_phrases.phrase_id = phrases.phrase_id
    WHERE phrases.phrase IS NOT NULL
    GROUP BY phrases.phrase
)
SELECT
    phrases.phrase,
    here.exposure_count,
    here.first_step,
    CASE WHEN there.is_never AND meanings.that_differ IS NULL AND several.phrase IS NULL THEN 'never' ELSE 'unknown' END
        AS there,
    CASE
        WHEN phrases.phrase IS NULL THEN 'given as ids: two indexes are compared by text'
        WHEN there.phrase IS NULL THEN 'that index does not look for it'
        WHEN meanings.that_differ IS NOT NULL THEN 'matched otherwise there: ' || meanings.that_differ
        WHEN several.phrase IS NOT NULL THEN 'several phrases have this text, each with token ids of its own'
        WHEN NOT there.is_never
            THEN coalesce(there.reason, 'ranges are missing there, or a doubt was taken on purpose')
    END AS why_unknown
FROM exposures AS here
JOIN phrases ON phrases.phrase_id = here.phrase_id
CROSS JOIN meanings
LEFT JOIN there ON there.phrase = phrases.phrase
LEFT JOIN several ON several.phrase = phrases.phrase
WHERE here.seen
    AND coalesce(there.exposure_count, 0) = 0
    AND (
        $before IS NULL
        OR CASE
            -- conditions are tried in any order
            WHEN here.seen
                THEN coalesce(here.first_step, error('the order of this index is not known: ask without -p before')::BIGINT)
        END < $before
    )
ORDER BY there.is_never IS NOT TRUE, here.exposure_count DESC, phrases.phrase
LIMIT $n_rows;
