-- title: Split by window
-- The study's split: a pair is proxy_train when its phrases were met at least min_count times in the whole training window.
-- example: exposure query index splits/by_window -p min_count=2
-- param min_count: COUNT = 1 -- fewest exposures that make a phrase exposed
-- param side: SIDE = 'either' -- whose phrase must be exposed: good, bad, either or both
SELECT
    pair_id,
    paradigm,
    phenomenon,
    split,
    good_exposure_count,
    bad_exposure_count
FROM split_at(NULL, $min_count, $side)
ORDER BY pair_id;
