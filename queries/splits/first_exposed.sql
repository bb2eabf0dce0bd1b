-- title: When each pair becomes proxy_train
-- The first checkpoint from which a pair counts as exposed, so that one table tells the split as of every checkpoint.
-- example: exposure query index splits/first_exposed -p min_count=2
-- param min_count: COUNT = 1 -- fewest exposures that make a phrase exposed
-- param side: SIDE = 'either' -- whose phrase must be exposed: good, bad, either or both
WITH pair_from AS (
    SELECT
        pairs.pair_id,
        pairs.paradigm,
        pairs.phenomenon,
        CASE $side
            WHEN 'good' THEN good.checkpoint
            WHEN 'bad' THEN bad.checkpoint
            WHEN 'either' THEN least(good.checkpoint, bad.checkpoint)
            WHEN 'both' THEN
                CASE WHEN good.checkpoint > 0 AND bad.checkpoint > 0 THEN greatest(good.checkpoint, bad.checkpoint) END
            ELSE error('side is good, bad, either or both; not ' || $side)::BIGINT
        END AS exposed_from_checkpoint,
        ($side = 'bad' OR is_certain(0, pairs.good_phrase_id))
            AND ($side = 'good' OR is_certain(0, pairs.bad_phrase_id)) AS is_certain
    FROM pairs
    LEFT JOIN exposed_from($min_count) AS good ON good.phrase_id = pairs.good_phrase_id
    LEFT JOIN exposed_from($min_count) AS bad ON bad.phrase_id = pairs.bad_phrase_id
    WHERE pairs.excluded IS NULL
)
SELECT
    pair_id,
    paradigm,
    phenomenon,
    exposed_from_checkpoint,
    CASE
        WHEN exposed_from_checkpoint IS NOT NULL THEN 'exposed'
        WHEN is_certain THEN 'never'
        ELSE 'unknown'
    END AS status
FROM pair_from
ORDER BY pair_id;
