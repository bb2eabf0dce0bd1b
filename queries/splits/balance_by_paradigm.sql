-- title: Balance per paradigm
-- How many pairs of each paradigm a split puts where, and how many are unknown or excluded.
-- example: exposure query index splits/balance_by_paradigm -p checkpoint=1000
-- param checkpoint: BIGINT = NULL -- steps taken, one of the table checkpoints; NULL: the whole window
-- param min_count: COUNT = 1 -- fewest exposures that make a phrase exposed
-- param side: SIDE = 'either' -- whose phrase must be exposed: good, bad, either or both
SELECT
    pairs.phenomenon,
    pairs.paradigm,
    count(*) FILTER (WHERE split = 'proxy_train') AS proxy_train,
    count(*) FILTER (WHERE split = 'proxy_validation') AS proxy_validation,
    count(*) FILTER (WHERE split = 'unknown') AS unknown,
    count(*) FILTER (WHERE pairs.excluded IS NOT NULL) AS excluded
FROM pairs
LEFT JOIN split_at($checkpoint, $min_count, $side) AS split USING (pair_id)
GROUP BY pairs.phenomenon, pairs.paradigm
ORDER BY pairs.phenomenon, pairs.paradigm;
