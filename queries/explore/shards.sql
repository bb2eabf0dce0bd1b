-- title: Shards
-- What was read of each shard, and whether its content was compared with a hash known from elsewhere.
-- example: exposure query index explore/shards -p n_rows=5
-- param n_rows: NATURAL = 1000 -- how many are listed
SELECT
    shard,
    path,
    n_bytes,
    n_sequences,
    n_tokens,
    n_dropped_tokens,
    n_visits,
    tokens_hash,
    verified
FROM shards
ORDER BY shard
LIMIT $n_rows;
