-- How given rows meet the pairs of the index. given_rows is the Arrow table of results.py.
CREATE TEMP TABLE given AS
SELECT
    model,
    checkpoint,
    pair_id,
    CASE WHEN isnan(score_good) THEN NULL ELSE score_good END AS score_good,
    CASE WHEN isnan(score_bad) THEN NULL ELSE score_bad END AS score_bad,
    correct
FROM given_rows;

CREATE TEMP VIEW given_twice AS
SELECT model, checkpoint, pair_id, count(*) AS n_rows
FROM given
GROUP BY model, checkpoint, pair_id
HAVING n_rows > 1
ORDER BY model, checkpoint, pair_id;

CREATE TEMP VIEW given_unknown AS
SELECT DISTINCT pair_id
FROM given
ANTI JOIN pairs USING (pair_id)
ORDER BY pair_id;

CREATE TEMP VIEW given_known AS
SELECT
    model,
    checkpoint,
    pair_id,
    score_good,
    score_bad,
    coalesce(correct, score_good > score_bad) AS correct
FROM given
SEMI JOIN pairs USING (pair_id);

CREATE TEMP VIEW given_missing AS
SELECT model, checkpoint, (SELECT count(*) FROM pairs) - count(*) AS n_missing
FROM given_known
GROUP BY model, checkpoint
HAVING n_missing > 0
ORDER BY model, checkpoint;

CREATE TEMP VIEW given_off_grid AS
SELECT DISTINCT checkpoint
FROM given_known
WHERE checkpoint <> 0
    AND checkpoint NOT IN (SELECT checkpoint FROM checkpoints)
    AND coalesce((SELECT value FROM provenance WHERE key = 'grain'), '') <> 'step'
ORDER BY checkpoint;

CREATE TEMP VIEW given_replaces AS
SELECT results.pair_id
FROM results
SEMI JOIN given_known USING (model, checkpoint, pair_id);
