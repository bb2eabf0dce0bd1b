-- title: Acquisition of items
-- The first checkpoint at which each item reaches a threshold, how often its most exposed phrase was met by then and in all, and how much of its best value is lost at the end.
-- example: exposure query index acquisition/acquired -p measure=surprisal
-- param measure: MEASURE = NULL -- of which measure; NULL: each
-- param threshold: DOUBLE = NULL -- value that counts as acquired; NULL: halfway from the first value of the item to its best
-- param better: DIRECTION = NULL -- high or low; NULL: low for surprisal, loss and perplexity, else high
-- param role: ANYROLE = NULL -- whose phrases count as exposure, of one role or of a list (choices of choices.0); NULL: those of every role
WITH by_then AS (
    SELECT
        acquired.model,
        acquired.measure,
        acquired.item_id,
        coalesce(sum(bins.exposure_count), 0)::UBIGINT AS exposure_count_by_then
    FROM acquisition($measure, $threshold, $better) AS acquired
    JOIN item_exposures($role) AS exposed USING (item_id)
    LEFT JOIN exposure_bins AS bins ON bins.phrase_id = exposed.phrase_id AND bins.checkpoint <= acquired.acquired_at
    GROUP BY ALL
)
SELECT
    acquired.model,
    acquired.measure,
    acquired.item_id,
    items.dataset,
    phrases.phrase,
    acquired.first_value,
    acquired.best_value,
    acquired.last_value,
    acquired.threshold,
    acquired.acquired_at,
    checkpoints.tokens_seen,
    acquired.forgetting,
    CASE WHEN acquired.acquired_at IS NOT NULL THEN by_then.exposure_count_by_then END AS exposure_count_by_then,
    exposed.exposure_count,
    exposed.first_step
FROM acquisition($measure, $threshold, $better) AS acquired
JOIN items USING (item_id)
LEFT JOIN item_exposures($role) AS exposed USING (item_id)
LEFT JOIN phrases USING (phrase_id)
LEFT JOIN by_then USING (model, measure, item_id)
LEFT JOIN checkpoints ON checkpoints.checkpoint = acquired.acquired_at
ORDER BY acquired.model, acquired.measure, acquired.acquired_at NULLS LAST, acquired.item_id;
