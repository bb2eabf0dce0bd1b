-- title: Forgetting
-- At each checkpoint, how many items had reached the threshold by then, and how many of these are short of it now.
-- example: exposure query index acquisition/forgetting -p measure=surprisal
-- param measure: MEASURE = NULL -- of which measure; NULL: each
-- param threshold: DOUBLE = NULL -- value that counts as acquired; NULL: halfway from the first value of the item to its best
-- param better: DIRECTION = NULL -- high or low; NULL: low for surprisal, loss and perplexity, else high
SELECT
    results.model,
    results.measure,
    results.checkpoint,
    count(*) AS acquired,
    count(*) FILTER (
        WHERE if(acquired.better = 'high', results.value < acquired.threshold, results.value > acquired.threshold)
    ) AS forgotten
FROM acquisition($measure, $threshold, $better) AS acquired
JOIN results USING (model, measure, item_id)
WHERE results.checkpoint >= acquired.acquired_at AND isfinite(results.value)
GROUP BY ALL
ORDER BY ALL;
