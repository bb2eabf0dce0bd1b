-- title: Balance as of every checkpoint
-- How many pairs of each paradigm are proxy_train and proxy_validation at every checkpoint of the grid.
-- example: exposure query index splits/every_checkpoint -p min_count=2
-- param min_count: COUNT = 1 -- fewest exposures that make a phrase exposed
-- param paradigm: PARADIGM = NULL -- only this paradigm; NULL: all
WITH pair_from AS (
    SELECT
        pairs.paradigm,
        least(good.checkpoint, bad.checkpoint) AS checkpoint,
        is_certain(0, pairs.good_phrase_id) AND is_certain(0, pairs.bad_phrase_id) AS is_certain
    FROM pairs
    LEFT JOIN exposed_from($min_count) AS good ON good.phrase_id = pairs.good_phrase_id
    LEFT JOIN exposed_from($min_count) AS bad ON bad.phrase_id = pairs.bad_phrase_id
    WHERE pairs.excluded IS NULL
        AND ($paradigm IS NULL OR pairs.paradigm = $paradigm)
)
SELECT
    checkpoints.checkpoint,
    pair_from.paradigm,
    count(*) FILTER (WHERE pair_from.checkpoint <= checkpoints.checkpoint) AS proxy_train,
    count(*) FILTER (WHERE is_certain AND (pair_from.checkpoint IS NULL OR pair_from.checkpoint > checkpoints.checkpoint))
        AS proxy_validation,
    count(*) - proxy_train - proxy_validation AS unknown
FROM checkpoints
CROSS JOIN pair_from
GROUP BY checkpoints.checkpoint, pair_from.paradigm
ORDER BY pair_from.paradigm, checkpoints.checkpoint;
