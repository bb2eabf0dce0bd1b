-- title: Spacing by exposure
-- The longest gap between two steps with exposures of a phrase, in quartiles over the phrases that were exposed at about as many steps, and their mean burstiness; see spacing/gaps.
-- example: exposure query index spacing/gaps_by_count
WITH gaps AS (
    SELECT
        phrase_id,
        step,
        step - lag(step) OVER (PARTITION BY phrase_id ORDER BY step) AS gap
    FROM exposed_steps
),
spaced AS (
    SELECT
        phrase_id,
        pow(2, floor(log2(count(*))))::BIGINT AS at_least,
        max(gap) AS longest_gap,
        CASE WHEN count(gap) >= 2 THEN (stddev_pop(gap) - avg(gap)) / (stddev_pop(gap) + avg(gap)) END AS burstiness
    FROM gaps
    GROUP BY phrase_id
    HAVING count(*) >= 2
)
SELECT
    at_least,
    2 * at_least - 1 AS at_most,
    count(*) AS phrases,
    quantile_disc(longest_gap, 0.25) AS first_quartile,
    quantile_disc(longest_gap, 0.5) AS median,
    quantile_disc(longest_gap, 0.75) AS third_quartile,
    round(avg(burstiness), 4) AS mean_burstiness
FROM spaced
GROUP BY at_least
ORDER BY at_least;
