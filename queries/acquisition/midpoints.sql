-- title: Midpoints of learning curves
-- The sigmoid over the logarithm of the checkpoint that fits the mean curve of each group best: where its middle is, how many steps it takes to rise from 12 to 88 percent (as a factor), and how well it fits (r squared); of groups with 5 checkpoints and more.
-- example: exposure query index acquisition/midpoints -p measure=surprisal -p by=item
-- param measure: MEASURE = NULL -- of which measure; NULL: each
-- param by: GROUP = 'paradigm' -- a curve for each paradigm, dataset or item
WITH curves AS (
    SELECT
        results.model,
        results.measure,
        CASE $by
            WHEN 'paradigm' THEN coalesce(items.paradigm, items.dataset)
            WHEN 'dataset' THEN items.dataset
            WHEN 'item' THEN items.item_id
            ELSE error('by is paradigm, dataset or item; not ' || coalesce($by, 'NULL'))
        END AS grouped_by,
        results.checkpoint,
        ln(results.checkpoint + 1) AS log_step,
        avg(results.value) AS value
    FROM results
    JOIN items USING (item_id)
    WHERE ($measure IS NULL OR results.measure = $measure) AND isfinite(results.value) AND items.excluded IS NULL
    GROUP BY ALL
),
spans AS (
    SELECT model, measure, grouped_by, min(log_step) AS low, max(log_step) AS high, count(*) AS checkpoints
    FROM curves
    GROUP BY ALL
    HAVING count(*) >= 5
),
tried AS (
    SELECT
        spans.*,
        low + (high - low) * middle.range / 40 AS midpoint,
        (high - low) / pow(2, 2 + width.range / 4) AS width
    FROM spans, range(1, 40) AS middle, range(16) AS width
),
fitted AS (
    SELECT
        tried.model,
        tried.measure,
        tried.grouped_by,
        tried.checkpoints,
        tried.midpoint,
        tried.width,
        regr_r2(curves.value, 1 / (1 + exp((tried.midpoint - curves.log_step) / tried.width))) AS fit,
        regr_slope(curves.value, 1 / (1 + exp((tried.midpoint - curves.log_step) / tried.width))) AS height,
        regr_intercept(curves.value, 1 / (1 + exp((tried.midpoint - curves.log_step) / tried.width))) AS bottom
    FROM tried
    JOIN curves USING (model, measure, grouped_by)
    GROUP BY ALL
)
SELECT
    model,
    measure,
    grouped_by,
    checkpoints,
    round(exp(arg_max(midpoint, fit)) - 1)::BIGINT AS midpoint,
    round(exp(4 * arg_max(width, fit)), 2) AS factor,
    round(arg_max(bottom, fit), 4) AS value_before,
    round(arg_max(bottom + height, fit), 4) AS value_after,
    round(max(fit), 4) AS r_squared
FROM fitted
WHERE isfinite(fit)
GROUP BY ALL
ORDER BY model, measure, grouped_by;
