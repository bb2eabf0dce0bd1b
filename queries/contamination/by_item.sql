-- title: Contamination by item
-- For each item and role: its windows, how many are boilerplate and how many count, how many of these the model had met, the longest verbatim span in words (of boilerplate alone it is none), the first step of any and the one by which min_share of them was met, and a verdict; unknown where a zero is not certain or no window counts.
-- example: exposure query index contamination/by_item -p checkpoint=1000
-- param checkpoint: NATURAL = NULL -- steps taken, any number; NULL: the whole window
-- param min_share: SHARE = 0.8 -- share of the windows that makes an item dirty
-- param max_sequences: NATURAL = 1000 -- windows of more sequences are boilerplate and do not count
-- param dataset: DATASET = NULL -- only this data set; NULL: all
-- param item: ITEM = NULL -- only this item; NULL: all
WITH telling AS (
    SELECT
        windows.item_id,
        windows.role,
        windows.place,
        (exposures.sequence_count <= $max_sequences)::BIGINT AS is_telling,
        sum(is_telling) OVER (PARTITION BY windows.item_id, windows.role ORDER BY windows.place) AS n_telling
    FROM item_phrases AS windows
    JOIN exposures USING (phrase_id)
),
runs AS MATERIALIZED (
    FROM verbatim_runs($checkpoint)
),
spans AS (
    SELECT runs.item_id, runs.role, max(runs.n_words) AS longest_span
    FROM runs
    JOIN telling AS first
        ON first.item_id = runs.item_id AND first.role = runs.role AND first.place = runs.first_place
    JOIN telling AS last
        ON last.item_id = runs.item_id AND last.role = runs.role AND last.place = runs.first_place + runs.windows - 1
    WHERE last.n_telling > first.n_telling - first.is_telling
    GROUP BY runs.item_id, runs.role
),
-- A run of every window is the longest there can be, whatever else is not certain.
certain AS (
    SELECT item_id, role, bool_and(is_exact) AS all_exact, max(windows) FILTER (WHERE is_exact) AS windows_of_exact
    FROM runs
    GROUP BY item_id, role
),
kept AS (
    SELECT item_id, role, bool_and(phrase_id IN (SELECT phrase_id FROM phrases_of_known_places)) AS all_places_kept
    FROM item_phrases
    GROUP BY item_id, role
)
SELECT
    verdicts.dataset,
    verdicts.item_id,
    verdicts.role,
    verdicts.windows,
    verdicts.windows_boilerplate,
    verdicts.windows_counted,
    verdicts.windows_seen,
    round(verdicts.share_seen, 4) AS share_seen,
    coalesce(spans.longest_span, 0) AS longest_span,
    kept.all_places_kept
        AND (coalesce(certain.all_exact, TRUE) OR coalesce(certain.windows_of_exact = verdicts.windows, FALSE)) AS span_is_exact,
    verdicts.first_step,
    verdicts.dirty_step,
    verdicts.verdict
FROM item_verdicts($checkpoint, $min_share, $max_sequences) AS verdicts
JOIN kept ON kept.item_id = verdicts.item_id AND kept.role = verdicts.role
LEFT JOIN certain ON certain.item_id = verdicts.item_id AND certain.role = verdicts.role
LEFT JOIN spans ON spans.item_id = verdicts.item_id AND spans.role = verdicts.role
WHERE ($dataset IS NULL OR verdicts.dataset = $dataset)
    AND ($item IS NULL OR verdicts.item_id = $item)
ORDER BY verdicts.item_id, verdicts.role;
