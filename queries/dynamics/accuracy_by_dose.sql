-- title: Accuracy by dose
-- Accuracy of pairs met never, once, 2 to 9, 10 to 99 and 100 or more times in the whole window, at each checkpoint: the control for frequency.
-- example: exposure query index dynamics/accuracy_by_dose -p checkpoint=1000
-- param checkpoint: BIGINT = NULL -- one checkpoint of the results; NULL: all
WITH measured AS (
    SELECT DISTINCT model, checkpoint
    FROM pair_results AS results
),
dosed AS (
    SELECT
        pair_id,
        paradigm,
        greatest(good_exposure_count, bad_exposure_count) AS dose
    FROM pair_exposures
    WHERE excluded IS NULL
        AND (greatest(good_exposure_count, bad_exposure_count) > 0 OR (good_status = 'never' AND bad_status = 'never'))
),
strata AS (
    SELECT
        pair_id,
        paradigm,
        CASE WHEN dose < 2 THEN dose WHEN dose < 10 THEN 2 WHEN dose < 100 THEN 10 ELSE 100 END AS at_least
    FROM dosed
),
scored AS (
    SELECT
        measured.model,
        strata.paradigm,
        measured.checkpoint,
        strata.at_least,
        count(results.correct) AS pairs,
        count(*) - count(results.correct) AS missing,
        count(*) FILTER (WHERE results.correct) AS correct
    FROM measured
    CROSS JOIN strata
    LEFT JOIN pair_results AS results USING (model, checkpoint, pair_id)
    WHERE $checkpoint IS NULL OR measured.checkpoint = $checkpoint
    GROUP BY ALL
)
SELECT
    model,
    paradigm,
    checkpoint,
    at_least,
    CASE at_least WHEN 0 THEN 0 WHEN 1 THEN 1 WHEN 2 THEN 9 WHEN 10 THEN 99 END AS at_most,
    pairs,
    missing,
    round(correct / nullif(pairs, 0), 4) AS accuracy,
    round(wilson_low(correct, pairs), 4) AS accuracy_low,
    round(wilson_high(correct, pairs), 4) AS accuracy_high
FROM scored
ORDER BY model, paradigm, checkpoint, at_least;
