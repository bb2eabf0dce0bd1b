-- The checkpoints of these points: the last of each.
WITH numbered AS (
    SELECT
        checkpoint,
        row_number() OVER (ORDER BY checkpoint) - 1 AS number,
        count(*) OVER () AS n_checkpoints
    FROM checkpoints
)

SELECT max(checkpoint) AS checkpoint
FROM numbered
GROUP BY CASE WHEN n_checkpoints <= $n_points THEN number ELSE number * $n_points // n_checkpoints END
ORDER BY checkpoint;
