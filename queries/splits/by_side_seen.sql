-- title: Which side was seen
-- Pairs of which the model met only the good phrase, only the bad one, both or neither.
-- example: exposure query index splits/by_side_seen -p checkpoint=1000
-- param checkpoint: BIGINT = NULL -- steps taken, one of the table checkpoints; NULL: the whole window
-- param min_count: COUNT = 1 -- fewest exposures that make a phrase seen
SELECT
    pair_id,
    split.paradigm,
    split.phenomenon,
    good_exposure_count,
    bad_exposure_count,
    CASE
        WHEN good_exposure_count >= $min_count AND bad_exposure_count >= $min_count THEN 'both'
        WHEN good_exposure_count < $min_count AND NOT is_certain($checkpoint, good_phrase_id) THEN 'unknown'
        WHEN bad_exposure_count < $min_count AND NOT is_certain($checkpoint, bad_phrase_id) THEN 'unknown'
        WHEN good_exposure_count >= $min_count THEN 'good only'
        WHEN bad_exposure_count >= $min_count THEN 'bad only'
        ELSE 'neither'
    END AS seen
FROM split_at($checkpoint, $min_count, 'either') AS split
JOIN pairs USING (pair_id)
ORDER BY pair_id;
