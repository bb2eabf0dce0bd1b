-- title: Never seen
-- The phrases the model certainly never met in the training window; empty while any planned shard is missing.
-- example: exposure query index explore/never_seen -p n_rows=5
-- param n_rows: NATURAL = 20 -- how many are listed
SELECT
    phrase_id,
    phrase,
    n_tokens
FROM exposures
JOIN phrases USING (phrase_id)
WHERE status = 'never'
ORDER BY phrase_id
LIMIT $n_rows;
