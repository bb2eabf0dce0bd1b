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
WITH given_items AS (
    SELECT given_known.model, item_sets.kind, item_sets.dataset, item_id, count(DISTINCT given_known.checkpoint) AS n_given
    FROM given_known
    JOIN item_sets USING (item_id)
    GROUP BY ALL
),
given_sets AS (
    SELECT given_known.model, item_sets.kind, item_sets.dataset, count(DISTINCT given_known.checkpoint) AS n_checkpoints
    FROM given_known
    JOIN item_sets USING (item_id)
    GROUP BY ALL
),
missing_items AS (
    SELECT
        given_sets.model,
        given_sets.kind,
        item_sets.item_id,
        given_sets.n_checkpoints - coalesce(given_items.n_given, 0) AS n_checkpoints
    FROM given_sets
    JOIN item_sets ON item_sets.kind = given_sets.kind AND item_sets.dataset IS NOT DISTINCT FROM given_sets.dataset
    LEFT JOIN given_items ON given_items.model = given_sets.model AND given_items.item_id = item_sets.item_id
    WHERE given_sets.n_checkpoints > coalesce(given_items.n_given, 0)
)
SELECT
    model,
    kind,
    min(n_checkpoints) AS fewest_checkpoints,
    max(n_checkpoints) AS most_checkpoints,
    list(item_id ORDER BY item_id) AS item_ids
FROM missing_items
GROUP BY model, kind
ORDER BY model, kind;

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
