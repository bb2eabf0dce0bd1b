-- title: Overview
-- One row: what was indexed, and how much of it was seen.
-- example: exposure query index explore/overview
SELECT
    (SELECT count(*) FROM phrases) AS phrases,
    (SELECT count(*) FROM pairs) AS pairs,
    (SELECT coalesce(sum(n_tokens), 0)::UBIGINT FROM shards) AS tokens,
    (SELECT coalesce(sum(n_sequences), 0)::BIGINT FROM shards) AS sequences,
    (SELECT max(checkpoint) FROM checkpoints) AS steps,
    (SELECT count(*) FROM exposures WHERE seen) AS phrases_seen,
    (SELECT coalesce(sum(exposure_count), 0)::HUGEINT FROM exposures) AS exposures,
    (SELECT quantile_disc(checkpoint, 0.5) FROM checkpoints) AS middle_checkpoint,
    (
        SELECT phrase
        FROM exposures
        JOIN phrases USING (phrase_id)
        WHERE seen AND phrase IS NOT NULL
        ORDER BY exposure_count DESC, phrase_id
        LIMIT 1
    ) AS most_exposed_phrase;
