-- The first places of the phrases, those of the phrases met first before the others.
SELECT
    phrase_id,
    place,
    step,
    sequence,
    token_offset,
    places.n_tokens,
    shard,
    path
FROM places
JOIN shards USING (shard)
WHERE place < $n_places
ORDER BY place, step NULLS LAST, sequence, token_offset, phrase_id
LIMIT $n_rows;
