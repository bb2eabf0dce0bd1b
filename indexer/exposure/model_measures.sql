-- How given measures of models meet the index, and into it. given_rows is the Arrow table of model_measures.py.
CREATE TEMP TABLE given_measures AS
SELECT
    model,
    checkpoint,
    nullif(paradigm, '') AS paradigm,
    measure,
    coalesce(part, '') AS part,
    CASE WHEN isnan(value) THEN NULL ELSE value END AS value
FROM given_rows;

CREATE TEMP VIEW measures_twice AS
SELECT model, checkpoint, coalesce(paradigm, 'all paradigms') AS paradigm, measure, part, count(*) AS n_rows
FROM given_measures
GROUP BY ALL
HAVING n_rows > 1
ORDER BY ALL;

CREATE TEMP VIEW unknown_paradigms AS
SELECT DISTINCT paradigm
FROM given_measures
WHERE paradigm IS NOT NULL AND paradigm NOT IN (SELECT paradigm FROM items WHERE paradigm IS NOT NULL)
ORDER BY paradigm;

CREATE TEMP VIEW known_measures AS
SELECT model, checkpoint, paradigm, measure, part, value
FROM given_measures
WHERE paradigm IS NULL OR paradigm NOT IN (SELECT paradigm FROM unknown_paradigms);

CREATE TEMP VIEW replaced_measures AS
SELECT earlier.rowid AS earlier_row
FROM model_measures AS earlier
JOIN known_measures AS given
    ON given.paradigm IS NOT DISTINCT FROM earlier.paradigm
    AND (given.model, given.checkpoint, given.measure, given.part)
        = (earlier.model, earlier.checkpoint, earlier.measure, earlier.part);

CREATE TEMP VIEW measured_off_grid AS
SELECT DISTINCT checkpoint
FROM known_measures
WHERE checkpoint <> 0
    AND checkpoint NOT IN (SELECT checkpoint FROM checkpoints)
    AND coalesce((SELECT value FROM provenance WHERE key = 'grain'), '') <> 'step'
ORDER BY checkpoint;
