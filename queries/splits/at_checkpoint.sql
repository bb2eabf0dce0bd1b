-- title: Split as of a checkpoint
-- What the model after so many steps had met: a pair moves from proxy_validation to proxy_train when its phrases are first seen.
-- example: exposure query index splits/at_checkpoint -p checkpoint=1000
-- param checkpoint: BIGINT = NULL -- steps taken, one of the table checkpoints; NULL: the whole window
-- param min_count: COUNT = 1 -- fewest exposures that make a phrase exposed
-- param side: SIDE = 'either' -- whose phrase must be exposed: good, bad, either or both
SELECT
    pair_id,
    paradigm,
    phenomenon,
    split,
    good_exposure_count,
    bad_exposure_count
FROM split_at($checkpoint, $min_count, $side)
ORDER BY pair_id;
