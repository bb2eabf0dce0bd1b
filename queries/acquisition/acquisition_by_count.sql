-- title: Acquisition by exposure
-- When items are acquired, by how often their most exposed phrase stands in the whole window: the quartiles of the first checkpoint at a threshold, and how many are never acquired.
-- example: exposure query index acquisition/acquisition_by_count -p measure=surprisal
-- param measure: MEASURE = NULL -- of which measure; NULL: each
-- param threshold: DOUBLE = NULL -- value that counts as acquired; NULL: halfway from the first value of the item to its best
-- param better: DIRECTION = NULL -- high or low; NULL: low for surprisal, loss and perplexity, else high
-- param role: ANYROLE = NULL -- whose phrases count as exposure, of one role or of a list (choices of choices.0); NULL: those of every role
SELECT
    acquired.model,
    acquired.measure,
    CASE WHEN exposed.exposure_count = 0 THEN 0 ELSE pow(2, floor(log2(exposed.exposure_count)))::BIGINT END AS at_least,
    CASE WHEN exposed.exposure_count = 0 THEN 0 ELSE (2 * pow(2, floor(log2(exposed.exposure_count))) - 1)::BIGINT END AS at_most,
    count(*) AS items,
    count(acquired.acquired_at) AS acquired,
    quantile_disc(acquired.acquired_at, 0.25) AS first_quartile,
    quantile_disc(acquired.acquired_at, 0.5) AS median,
    quantile_disc(acquired.acquired_at, 0.75) AS third_quartile,
    round(avg(acquired.forgetting), 4) AS mean_forgetting
FROM acquisition($measure, $threshold, $better) AS acquired
JOIN item_exposures($role) AS exposed USING (item_id)
GROUP BY ALL
ORDER BY ALL;
