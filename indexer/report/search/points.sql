-- The exposures of each phrase, gathered between at most so many of the checkpoints.
WITH numbered AS (
    SELECT
        checkpoint,
        row_number() OVER (ORDER BY checkpoint) - 1 AS number,
        count(*) OVER () AS n_checkpoints
    FROM checkpoints
),

points AS (
    SELECT
        checkpoint,
        CASE WHEN n_checkpoints <= $n_points THEN number ELSE number * $n_points // n_checkpoints END AS point
    FROM numbered
)

SELECT
    phrase_id,
    point::INTEGER AS point,
    sum(exposure_count)::BIGINT AS exposure_count
FROM exposure_bins
JOIN points USING (checkpoint)
GROUP BY ALL
ORDER BY phrase_id, point;
