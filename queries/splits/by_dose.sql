-- title: Split by dose
-- Pairs in strata of how often the model met their phrases: 0, 1, 2-9, 10-99, 100 and more.
-- example: exposure query index splits/by_dose -p checkpoint=1000
-- param checkpoint: BIGINT = NULL -- steps taken, one of the table checkpoints; NULL: the whole window
-- param side: SIDE = 'either' -- good, bad, either (both counts together) or both (the smaller count)
WITH dosed AS (
    SELECT
        pair_id,
        paradigm,
        phenomenon,
        CASE $side
            WHEN 'good' THEN good_exposure_count
            WHEN 'bad' THEN bad_exposure_count
            WHEN 'either' THEN good_exposure_count + bad_exposure_count
            WHEN 'both' THEN least(good_exposure_count, bad_exposure_count)
            ELSE error('side is good, bad, either or both; not ' || $side)::UBIGINT
        END AS exposure_count
    FROM split_at($checkpoint, 1, 'either')
),
certain AS (
    SELECT
        pair_id,
        CASE $side
            WHEN 'good' THEN is_certain($checkpoint, good_phrase_id)
            WHEN 'bad' THEN is_certain($checkpoint, bad_phrase_id)
            ELSE is_certain($checkpoint, good_phrase_id) AND is_certain($checkpoint, bad_phrase_id)
        END AS is_certain
    FROM pairs
)
SELECT
    pair_id,
    paradigm,
    phenomenon,
    exposure_count,
    CASE
        WHEN exposure_count >= 100 THEN '100+'
        WHEN exposure_count >= 10 THEN '10-99'
        WHEN exposure_count >= 2 THEN '2-9'
        WHEN NOT is_certain THEN 'unknown'
        ELSE exposure_count::VARCHAR
    END AS dose
FROM dosed
JOIN certain USING (pair_id)
ORDER BY pair_id;
