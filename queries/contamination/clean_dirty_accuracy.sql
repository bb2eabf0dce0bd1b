-- title: Results on items dirty and clean by then
-- The mean of a measure at each checkpoint on the items that were dirty, partial, clean or unknown as of it, with a 95% interval: of Wilson where every value is 0 or 1, else of the normal distribution; items without a value are missing.
-- example: exposure query index contamination/clean_dirty_accuracy -p measure=correct
-- param measure: MEASURE = 'correct' -- what was measured
-- param role: ROLES = NULL -- the role that decides, or a list (choices), all of its elements together; NULL: all roles together, a text that stands in several counted once
-- param min_share: SHARE = 0.8 -- share of the windows that makes an item dirty
-- param max_sequences: NATURAL = 1000 -- windows of more sequences are boilerplate and do not count
-- param dataset: DATASET = NULL -- only this data set; NULL: all
WITH measured AS (
    SELECT results.model, results.checkpoint, items.dataset
    FROM results
    JOIN items USING (item_id)
    WHERE items.kind = 'item'
        AND results.measure = $measure
        AND ($dataset IS NULL OR items.dataset = $dataset)
    GROUP BY ALL
),
whole AS (
    SELECT dataset, item_id, windows_counted, windows_needed, windows_unknown, first_steps
    FROM item_verdicts(NULL, $min_share, $max_sequences, of_role := $role)
    WHERE role IS NULL
),
by_then AS (
    SELECT
        measured.model,
        measured.checkpoint,
        whole.*,
        coalesce(len(list_filter(whole.first_steps, lambda step: step < measured.checkpoint)), 0) AS windows_seen
    FROM measured
    JOIN whole USING (dataset)
),
scored AS (
    SELECT
        by_then.model,
        by_then.dataset,
        by_then.checkpoint,
        verdict_of(
            windows_counted,
            windows_needed,
            windows_seen,
            -- what is missing may have held a window before the step at which it was found
            CASE WHEN is_covered(by_then.checkpoint) THEN windows_unknown ELSE windows_counted - windows_seen END
        ) AS verdict,
        results.value
    FROM by_then
    LEFT JOIN results
        ON results.item_id = by_then.item_id
        AND results.model = by_then.model
        AND results.checkpoint = by_then.checkpoint
        AND results.measure = $measure
),
summed AS (
    SELECT
        model,
        dataset,
        checkpoint,
        verdict,
        count(value) AS items,
        count(*) - count(value) AS missing,
        avg(value) AS mean,
        sum(value) AS total,
        1.96 * stddev_samp(value) / sqrt(count(value)) AS reach,
        coalesce(bool_and(value IN (0, 1)), FALSE) AS is_binary
    FROM scored
    GROUP BY model, dataset, checkpoint, verdict
)
SELECT
    model,
    dataset,
    checkpoint,
    verdict,
    items,
    missing,
    round(mean, 4) AS mean,
    round(CASE WHEN is_binary THEN wilson_low(total, items) ELSE mean - reach END, 4) AS mean_low,
    round(CASE WHEN is_binary THEN wilson_high(total, items) ELSE mean + reach END, 4) AS mean_high
FROM summed
ORDER BY model, dataset, checkpoint, verdict;
