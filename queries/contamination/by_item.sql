-- title: Contamination by item
-- For each item and role: its windows, how many the model had met, the longest verbatim span in words, the first step of any and the one by which min_share of them was met, and a verdict; unknown where a zero is not certain or boilerplate alone is left.
-- example: exposure query index contamination/by_item -p checkpoint=1000
-- param checkpoint: NATURAL = NULL -- steps taken, any number; NULL: the whole window
-- param min_share: SHARE = 0.8 -- share of the windows that makes an item dirty
-- param max_sequences: NATURAL = 1000 -- windows of more sequences are boilerplate and do not count
-- param dataset: DATASET = NULL -- only this data set; NULL: all
-- param item: ITEM = NULL -- only this item; NULL: all
WITH spans AS (
    SELECT item_id, role, max(n_words) AS longest_span
    FROM verbatim_runs($checkpoint)
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
    verdicts.windows_seen,
    round(verdicts.share_seen, 4) AS share_seen,
    coalesce(spans.longest_span, 0) AS longest_span,
    kept.all_places_kept AS span_is_exact,
    verdicts.first_step,
    verdicts.dirty_step,
    verdicts.verdict
FROM item_verdicts($checkpoint, $min_share, $max_sequences) AS verdicts
JOIN kept ON kept.item_id = verdicts.item_id AND kept.role = verdicts.role
LEFT JOIN spans ON spans.item_id = verdicts.item_id AND spans.role = verdicts.role
WHERE ($dataset IS NULL OR verdicts.dataset = $dataset)
    AND ($item IS NULL OR verdicts.item_id = $item)
ORDER BY verdicts.item_id, verdicts.role;
