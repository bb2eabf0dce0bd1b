-- Phrases whose status, counts or steps differ between two indexes. one and other are the Arrow tables of diff.py;
-- number tells phrases of one text apart, which have token ids of their own.
SELECT
    coalesce(one.phrase, other.phrase) AS phrase,
    coalesce(one.status, 'not in it') AS status_1,
    coalesce(other.status, 'not in it') AS status_2,
    one.exposure_count AS exposure_count_1,
    other.exposure_count AS exposure_count_2,
    one.first_step AS first_step_1,
    other.first_step AS first_step_2,
    one.last_step AS last_step_1,
    other.last_step AS last_step_2
FROM one
FULL JOIN other ON other.phrase = one.phrase AND other.number = one.number
WHERE one.status IS DISTINCT FROM other.status
    OR one.exposure_count IS DISTINCT FROM other.exposure_count
    OR one.first_step IS DISTINCT FROM other.first_step
    OR one.last_step IS DISTINCT FROM other.last_step
ORDER BY
    one.status IS NOT DISTINCT FROM other.status,
    abs(coalesce(one.exposure_count, 0)::HUGEINT - coalesce(other.exposure_count, 0)::HUGEINT) DESC,
    phrase;
