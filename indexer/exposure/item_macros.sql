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

CREATE MACRO stands_once(part, of_text) AS (
    strpos(of_text, part) > 0
    AND strpos(substr(of_text, strpos(of_text, part) + 1), part) = 0
);
COMMENT ON MACRO stands_once IS 'Whether a text holds a part of it, and at one place alone';

CREATE MACRO takes_any_space() AS (
    coalesce((SELECT value FROM provenance WHERE key = 'match_whitespace') = 'any', FALSE)
);
COMMENT ON MACRO takes_any_space IS 'Whether a space of a phrase stands for white space of any length in the text';

-- White space of any length may stand in the text for one letter of the phrase.
CREATE MACRO letters_of(n_tokens, of_text) AS
    CASE
        WHEN takes_any_space() THEN 1
        ELSE greatest(least(n_tokens // CASE WHEN strlen(of_text) = length(of_text) THEN 1 ELSE 4 END, 24), 1)
    END;
COMMENT ON MACRO letters_of IS 'At least how many letters of a text n tokens spell, each token a byte or more, each letter beside ASCII up to four; no more than 24, and one where white space of any length is one letter';

-- A place tells tokens, not letters. Two windows that share n tokens share n bytes at least, and begin as far from each
-- other as they do in the field, if so much of the beginning of the later one stands nowhere else in the earlier one.
CREATE MACRO is_one_word_on(earlier, later, n_shared, begin_together) AS (
    n_shared > 1
    AND stands_once(left(later, letters_of(n_shared, later)), earlier)
    AND NOT (
        begin_together
        AND contains(later, left(earlier, letters_of(n_shared, earlier)))
    )
);
COMMENT ON MACRO is_one_word_on IS 'Whether the later of two windows that follow each other in a field, found at n_shared tokens of the earlier, can only stand there as it follows in the field';

CREATE MACRO verbatim_runs(at_checkpoint) AS TABLE
WITH RECURSIVE windows AS (
    SELECT
        item_phrases.*,
        min(item_phrases.rowid) OVER (PARTITION BY item_id, role) AS field,
        coalesce(phrase_id = lag(phrase_id) OVER in_order, FALSE) AS comes_again,
        coalesce(phrase_id = lead(phrase_id) OVER in_order, FALSE) AS comes_next
    FROM item_phrases
    JOIN items USING (item_id)
    WHERE items.kind = 'item'
    WINDOW in_order AS (PARTITION BY item_id, role ORDER BY place)
),
-- Numbered by what tells one from the other: a stored macro forgets MATERIALIZED, and may ask twice.
found AS (
    SELECT row_number() OVER (ORDER BY field, place, sequence, token_offset, token_stop) AS node, *
    FROM (
        SELECT
            windows.field,
            windows.place,
            windows.phrase_id,
            windows.start,
            windows.stop,
            windows.comes_again,
            windows.comes_next,
            known.sequence,
            known.token_offset::BIGINT AS token_offset,
            known.token_offset::BIGINT + known.n_tokens AS token_stop,
            any_value(known.shard) AS shard,
            min(known.step) AS step
        FROM windows
        JOIN known_places AS known USING (phrase_id)
        WHERE at_checkpoint IS NULL OR known.step < at_checkpoint
        GROUP BY ALL
    )
),
-- The occurrence of the window before that begins last, at or before where this one does; of the same words, before.
after AS (
    SELECT
        later.*,
        earlier.node AS earlier_node,
        earlier.phrase_id AS earlier_phrase_id,
        earlier.stop > later.start AS windows_share,
        earlier.token_stop - later.token_offset AS n_shared,
        later.start - earlier.stop AS n_between,
        CASE WHEN takes_any_space() THEN -1000000000 ELSE -3 * n_between END AS least_shared,
        earlier.token_offset = later.token_offset AS begin_together,
        earlier.token_stop > later.token_stop AS ends_behind
    FROM found AS later
    ASOF LEFT JOIN (
        SELECT
            field,
            sequence,
            place + 1 AS next_place,
            token_offset,
            token_offset + comes_next::BIGINT AS next_offset,
            max(token_stop) AS token_stop,
            arg_max(node, token_stop) AS node,
            any_value(phrase_id) AS phrase_id,
            any_value(stop) AS stop
        FROM found
        GROUP BY ALL
    ) AS earlier
        ON earlier.field = later.field
        AND earlier.sequence = later.sequence
        AND earlier.next_place = later.place
        AND earlier.next_offset <= later.token_offset
),
letters AS (
    SELECT phrase_id, lower(translate(phrase, chr(9) || chr(10) || chr(13), '   ')) AS of_phrase
    FROM phrases
),
-- Windows of one word share none, so that nothing tells what stands between them: white space, each letter of it up to
-- three tokens, or something else.
linked AS (
    SELECT
        after.*,
        coalesce(
            CASE WHEN windows_share THEN n_shared > 0 ELSE n_shared BETWEEN -greatest(n_between, 1) AND 1 END, FALSE
        ) AS touches,
        coalesce(NOT windows_share AND n_shared >= least_shared, FALSE) AS may_touch,
        touches AND NOT ends_behind AS follows,
        NOT comes_again
        AND (
            NOT touches AND NOT may_touch
            OR windows_share
            AND NOT ends_behind
            AND is_one_word_on(earlier.of_phrase, later.of_phrase, n_shared, begin_together)
        ) AS is_certain
    FROM after
    JOIN letters AS later USING (phrase_id)
    LEFT JOIN letters AS earlier ON earlier.phrase_id = after.earlier_phrase_id
),
-- Twice as far back each time, until every window knows the first one of its run.
ways_back AS (
    SELECT node, CASE WHEN follows THEN earlier_node ELSE node END AS first_node, 0 AS n_times
    FROM linked
    UNION ALL
    SELECT near.node, far.first_node, near.n_times + 1
    FROM ways_back AS near
    JOIN ways_back AS far ON far.node = near.first_node
    WHERE near.n_times < (SELECT ceil(log2(max(place) + 1)) FROM linked)
),
runs AS (
    SELECT
        field,
        sequence,
        any_value(shard) AS shard,
        min(step) AS step,
        min(place) AS first_place,
        max(place) - min(place) + 1 AS windows,
        min(start) AS start,
        max(stop) AS stop,
        min(token_offset) AS token_offset,
        max(token_stop) - min(token_offset) AS n_tokens,
        bool_and(is_certain) AS is_exact
    FROM linked
    JOIN ways_back USING (node)
    WHERE n_times = (SELECT max(n_times) FROM ways_back)
    GROUP BY field, sequence, first_node
)
SELECT
    items.dataset,
    fields.item_id,
    fields.role,
    runs.sequence,
    runs.shard,
    runs.step,
    runs.first_place,
    runs.windows,
    -- of the field: ids may spell a phrase in more words, as in "don ' t"
    n_item_words(texts.field_text[runs.start + 1:runs.stop]) AS n_words,
    runs.start,
    runs.stop,
    runs.token_offset,
    runs.n_tokens,
    runs.is_exact
FROM runs
JOIN item_phrases AS fields ON fields.rowid = runs.field
JOIN items USING (item_id)
JOIN item_phrases AS texts ON texts.item_id = fields.item_id AND texts.role = fields.role AND texts.place = 0;
COMMENT ON MACRO TABLE verbatim_runs IS 'Runs of windows of an item that follow each other in one sequence, at the places that the index keeps of what was seen before a checkpoint (NULL: the whole window): their length in words, where they stand in the field and in the sequence; is_exact is FALSE where tokens do not tell whether the windows follow each other as they do in the field';
