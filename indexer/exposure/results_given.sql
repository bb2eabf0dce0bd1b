-- How given rows meet the items of the index. given_rows is the Arrow table of results.py.
CREATE TEMP TABLE given AS
SELECT
    model,
    checkpoint,
    item_id,
    measure,
    CASE WHEN isnan(value) THEN NULL ELSE value END AS value
FROM given_rows;

CREATE TEMP VIEW given_twice AS
SELECT model, checkpoint, item_id, count(*) AS n_rows
FROM given
GROUP BY model, checkpoint, item_id, measure
HAVING n_rows > 1
ORDER BY model, checkpoint, item_id;

CREATE TEMP VIEW given_unknown AS
SELECT DISTINCT item_id
FROM given
ANTI JOIN items USING (item_id)
ORDER BY item_id;

-- A data set's own ids, without its name before them.
CREATE TEMP VIEW given_likely AS
SELECT min(items.item_id) AS item_id
FROM items
JOIN (SELECT min(item_id) AS item_id FROM given_unknown) AS first_unknown
    ON items.item_id = items.dataset || '/' || first_unknown.item_id
HAVING min(items.item_id) IS NOT NULL;

CREATE TEMP VIEW given_known AS
SELECT model, checkpoint, item_id, measure, value
FROM given
SEMI JOIN items USING (item_id);

-- Results of one pair promise those of all pairs; results of another item, those of its data set.
CREATE TEMP VIEW item_sets AS
SELECT item_id, kind, CASE WHEN kind = 'item' THEN dataset END AS dataset
FROM items;

CREATE TEMP VIEW given_missing AS
WITH set_sizes AS (
    SELECT kind, dataset, count(*) AS n_items
    FROM item_sets
    GROUP BY kind, dataset
),
given_sizes AS (
    SELECT model, checkpoint, kind, dataset, count(DISTINCT item_id) AS n_given
    FROM given_known
    JOIN item_sets USING (item_id)
    GROUP BY model, checkpoint, kind, dataset
)
SELECT
    given_sizes.model,
    given_sizes.checkpoint,
    given_sizes.kind,
    sum(set_sizes.n_items - given_sizes.n_given)::BIGINT AS n_missing
FROM given_sizes
JOIN set_sizes ON set_sizes.kind = given_sizes.kind AND set_sizes.dataset IS NOT DISTINCT FROM given_sizes.dataset
GROUP BY given_sizes.model, given_sizes.checkpoint, given_sizes.kind
HAVING n_missing > 0
ORDER BY ALL;

CREATE TEMP VIEW given_off_grid AS
SELECT DISTINCT checkpoint
FROM given_known
WHERE checkpoint <> 0
    AND checkpoint NOT IN (SELECT checkpoint FROM checkpoints)
    AND coalesce((SELECT value FROM provenance WHERE key = 'grain'), '') <> 'step'
ORDER BY checkpoint;

CREATE TEMP VIEW given_replaces AS
SELECT DISTINCT model, checkpoint, item_id
FROM results
SEMI JOIN given_known USING (model, checkpoint, item_id, measure);
