-- Views and table macros of items: what was met of their windows, by which step, and how long the runs of them are.

CREATE VIEW known_places AS
SELECT phrase_id, step, sequence, token_offset, n_tokens, shard
FROM places;
COMMENT ON VIEW known_places IS 'Every place that the index keeps: all occurrences where it holds them, else the first places of each phrase';

CREATE VIEW phrases_of_known_places AS
SELECT exposures.phrase_id
FROM exposures
LEFT JOIN (SELECT phrase_id, count(*) AS n_places FROM known_places GROUP BY phrase_id) AS known USING (phrase_id)
WHERE coalesce(known.n_places, 0) = exposures.exposure_count;
COMMENT ON VIEW phrases_of_known_places IS 'The phrases of which known_places holds every exposure';

CREATE MACRO item_windows(at_checkpoint, max_sequences) AS TABLE
SELECT
    items.dataset,
    windows.item_id,
    windows.role,
    windows.place,
    windows.phrase_id,
    exposures.sequence_count > max_sequences AS is_boilerplate,
    CASE
        WHEN at_checkpoint IS NULL THEN exposures.seen
        ELSE coalesce(exposures.first_step < at_checkpoint, FALSE)
    END AS seen,
    exposures.first_step,
    is_certain(at_checkpoint, windows.phrase_id) AS is_certain
FROM item_phrases AS windows
JOIN items USING (item_id)
JOIN exposures USING (phrase_id)
WHERE items.kind = 'item'
    AND items.excluded IS NULL;
COMMENT ON MACRO TABLE item_windows IS 'The windows of every item that is no pair, and whether each was seen before a checkpoint (NULL: the whole window); those of more than max_sequences sequences are boilerplate';

CREATE MACRO verdict_of(windows_counted, windows_needed, windows_seen, windows_unknown) AS (
    CASE
        WHEN windows_counted = 0 THEN 'unknown'
        WHEN windows_seen >= windows_needed THEN 'dirty'
        WHEN windows_seen + windows_unknown >= windows_needed THEN 'unknown'
        WHEN windows_seen > 0 THEN 'partial'
        WHEN windows_unknown > 0 THEN 'unknown'
        ELSE 'clean'
    END
);
COMMENT ON MACRO verdict_of IS 'What the windows of an item tell: dirty where as many as are needed were seen, partial where some, clean where certainly none, unknown where it hangs on zeros that are not certain, or where boilerplate alone is left';

CREATE MACRO item_verdicts(at_checkpoint, min_share, max_sequences, of_role := NULL) AS TABLE
WITH numbered AS (
    SELECT *, row_number() OVER (PARTITION BY item_id, role, phrase_id ORDER BY place) AS copy
    FROM item_windows(at_checkpoint, max_sequences)
    WHERE is_in_role(role, of_role)
),
by_role AS (
    SELECT * EXCLUDE (copy)
    FROM numbered
    UNION ALL BY NAME
    -- an answer that is one of the choices too is one text of the item
    SELECT * EXCLUDE (copy) REPLACE (NULL AS role)
    FROM numbered
    QUALIFY row_number() OVER (PARTITION BY item_id, phrase_id, copy ORDER BY role) = 1
),
counted AS (
    SELECT
        dataset,
        item_id,
        role,
        count(*) AS windows,
        count(*) FILTER (WHERE is_boilerplate) AS windows_boilerplate,
        windows - windows_boilerplate AS windows_counted,
        count(*) FILTER (WHERE NOT is_boilerplate AND seen) AS windows_seen,
        count(*) FILTER (WHERE NOT is_boilerplate AND NOT seen AND NOT is_certain) AS windows_unknown,
        -- as many windows as make the share; 0.7 * 10 is a little more than 7
        greatest(ceil(min_share * windows_counted - 0.000000001), 1)::BIGINT AS windows_needed,
        array_agg(first_step ORDER BY first_step) FILTER (WHERE NOT is_boilerplate AND seen) AS first_steps
    FROM by_role
    GROUP BY dataset, item_id, role
)
SELECT
    dataset,
    item_id,
    role,
    windows,
    windows_boilerplate,
    windows_seen,
    windows_unknown,
    windows_counted,
    windows_needed,
    windows_seen / nullif(windows_counted, 0) AS share_seen,
    first_steps,
    first_steps[1] AS first_step,
    first_steps[windows_needed] AS dirty_step,
    verdict_of(windows_counted, windows_needed, windows_seen, windows_unknown) AS verdict
FROM counted;
COMMENT ON MACRO TABLE item_verdicts IS 'For each item and role, and (role NULL) for all of these roles of the item together, where a window of several roles counts once: windows, which share of those that count was seen before a checkpoint (NULL: the whole window), their first steps, the step by which min_share of them was seen, and verdict_of it; boilerplate does not count; of_role: one role or list alone';

CREATE MACRO n_item_words(of_text) AS len(regexp_extract_all(of_text, '{words}'));
COMMENT ON MACRO n_item_words IS 'Words of a text as windows of items count them: what stands between white space, and in scripts without spaces each letter';

CREATE MACRO verbatim_runs(at_checkpoint) AS TABLE
WITH found AS (
    SELECT
        items.dataset,
        windows.item_id,
        windows.role,
        windows.place,
        windows.phrase_id,
        windows.start,
        windows.stop,
        known.sequence,
        known.shard,
        known.token_offset,
        known.token_offset + known.n_tokens AS token_stop,
        min(known.step) AS step
    FROM item_phrases AS windows
    JOIN items USING (item_id)
    JOIN known_places AS known USING (phrase_id)
    WHERE items.kind = 'item'
        AND (at_checkpoint IS NULL OR known.step < at_checkpoint)
    GROUP BY ALL
),
-- Windows that touch the same tokens, as one token may spell several words, stand in the order of the field.
ordered AS (
    SELECT
        *,
        min(place) OVER (PARTITION BY item_id, role, sequence, token_offset, token_stop, phrase_id) AS turn
    FROM found
),
-- In a copy of a field each window begins a word behind the one before: place and rank of the offset rise together.
aligned AS (
    SELECT
        *,
        place - dense_rank() OVER (
            PARTITION BY item_id, role, sequence ORDER BY token_offset, token_stop, turn
        ) AS diagonal
    FROM ordered
),
linked AS (
    SELECT
        *,
        coalesce(lag(place) OVER copy = place - 1 AND token_offset <= lag(token_stop) OVER copy, FALSE) AS follows
    FROM aligned
    WINDOW copy AS (PARTITION BY item_id, role, sequence, diagonal ORDER BY place, token_offset)
),
numbered AS (
    SELECT
        *,
        count(*) FILTER (WHERE NOT follows) OVER (
            PARTITION BY item_id, role, sequence, diagonal ORDER BY place, token_offset
        ) AS run
    FROM linked
)
SELECT
    dataset,
    item_id,
    role,
    sequence,
    any_value(shard) AS shard,
    min(step) AS step,
    min(place) AS first_place,
    count(*) AS windows,
    n_item_words(min_by(phrases.phrase, place)) + count(*) - 1 AS n_words,
    min(start) AS start,
    max(stop) AS stop,
    min(token_offset) AS token_offset,
    max(token_stop) - min(token_offset) AS n_tokens
FROM numbered
JOIN phrases USING (phrase_id)
GROUP BY dataset, item_id, role, sequence, diagonal, run;
COMMENT ON MACRO TABLE verbatim_runs IS 'Runs of windows of an item that follow each other in one sequence, at the places that the index keeps of what was seen before a checkpoint (NULL: the whole window): their length in words, where they stand in the field and in the sequence';
