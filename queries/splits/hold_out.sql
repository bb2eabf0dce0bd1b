-- title: Split with a share held out
-- The split, with a fixed share of the pairs of both sides held out by hash: the same pairs on every machine and in every index.
-- example: exposure query index splits/hold_out -p share=0.1
-- param share: SHARE = 0.2 -- share of the pairs that is held out
-- param seed: VARCHAR = 'exposure' -- another word holds out other pairs
-- param checkpoint: BIGINT = NULL -- steps taken, one of the table checkpoints; NULL: the whole window
-- param min_count: COUNT = 1 -- fewest exposures that make a phrase exposed
-- param side: SIDE = 'either' -- whose phrase must be exposed: good, bad, either or both
SELECT
    pair_id,
    paradigm,
    phenomenon,
    split,
    -- the first 8 hexadecimal digits of an MD5 are an even number below 2^32 for every machine and version
    ('0x' || md5($seed || '/' || pair_id)[:8])::UBIGINT < $share * 4294967296 AS held_out
FROM split_at($checkpoint, $min_count, $side)
ORDER BY pair_id;
