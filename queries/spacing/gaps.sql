-- title: Spacing of exposures
-- For each phrase the steps at which it was exposed before a checkpoint, the longest and the median gap between two of them, the steps taken since the last, and burstiness (Goh and Barabasi 2008: -1 regular, 0 random, towards 1 in bursts). Exact where source is occurrences or steps; with bins no finer than the checkpoints.
-- example: exposure query index spacing/gaps -p checkpoint=1000 -p n_rows=5
-- param checkpoint: BIGINT = NULL -- steps taken, one of the table checkpoints; NULL: the whole window
-- param at_least: COUNT = 2 -- fewest steps with exposures of a phrase that is listed
-- param n_rows: NATURAL = 20 -- how many are listed, those with the longest gap first
WITH wanted AS (
    SELECT on_grid($checkpoint) AS checkpoint
),
gaps AS (
    SELECT
        phrase_id,
        step,
        step - lag(step) OVER (PARTITION BY phrase_id ORDER BY step) AS gap,
        source
    FROM exposed_steps
    WHERE step < (SELECT checkpoint FROM wanted)
)
SELECT
    phrases.phrase_id,
    any_value(phrases.phrase) AS phrase,
    count(*) AS steps,
    min(step) AS first_step,
    max(step) AS last_step,
    max(gap) AS longest_gap,
    median(gap) AS median_gap,
    (SELECT checkpoint FROM wanted) - 1 - max(step) AS steps_since,
    CASE
        WHEN count(gap) >= 2
            THEN round((stddev_pop(gap) - avg(gap)) / (stddev_pop(gap) + avg(gap)), 4)
    END AS burstiness,
    any_value(source) AS source
FROM gaps
JOIN phrases USING (phrase_id)
GROUP BY phrases.phrase_id
HAVING steps >= $at_least
ORDER BY longest_gap DESC NULLS LAST, phrases.phrase_id
LIMIT $n_rows;
