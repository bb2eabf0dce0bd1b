-- title: Share of a benchmark met over training
-- For each data set, by role and for all roles together (a text that stands in several counts once): how many of its items had been met by each checkpoint, that is min_share of their windows, and how many may have been though it is not certain.
-- example: exposure query index contamination/share_over_training -p min_share=0.5
-- param min_share: SHARE = 0.8 -- share of the windows that makes an item dirty
-- param max_sequences: NATURAL = 1000 -- windows of more sequences are boilerplate and do not count
-- param dataset: DATASET = NULL -- only this data set; NULL: all
-- param role: ROLES = NULL -- only this role, or each of a list (choices of choices.0); NULL: each, and all together
WITH verdicts AS (
    SELECT
        dataset,
        coalesce(role, 'all roles') AS role,
        windows_counted,
        windows_needed,
        windows_unknown,
        first_steps,
        dirty_step
    FROM item_verdicts(NULL, $min_share, $max_sequences, of_role := $role)
    WHERE ($dataset IS NULL OR dataset = $dataset)
        AND ($role IS NULL OR role IS NOT NULL)
),
by_then AS (
    SELECT
        verdicts.dataset,
        verdicts.role,
        checkpoints.checkpoint,
        checkpoints.tokens_seen,
        coalesce(verdicts.dirty_step < checkpoints.checkpoint, FALSE) AS is_met,
        CASE
            WHEN is_met THEN FALSE
            WHEN windows_counted = 0 OR NOT is_covered(0) THEN TRUE
            WHEN windows_unknown = 0 THEN FALSE
            ELSE windows_unknown
                + coalesce(len(list_filter(first_steps, lambda step: step < checkpoints.checkpoint)), 0)
                >= windows_needed
        END AS is_unknown
    FROM verdicts
    CROSS JOIN checkpoints
)
SELECT
    dataset,
    role,
    checkpoint,
    tokens_seen,
    count(*) AS items,
    count(*) FILTER (WHERE is_met) AS items_met,
    round(items_met / items, 4) AS share_met,
    count(*) FILTER (WHERE is_unknown) AS items_unknown
FROM by_then
GROUP BY dataset, role, checkpoint, tokens_seen
ORDER BY dataset, role <> 'all roles', role, checkpoint;
