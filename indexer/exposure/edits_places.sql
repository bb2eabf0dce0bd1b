-- Every occurrence of some phrases, with what they are called, for exports. Parameter: phrase_ids, a list; NULL: all.
SELECT
    phrase_id,
    phrases.phrase,
    step,
    sequence,
    token_offset,
    occurrences.n_tokens,
    shard,
    shards.path,
    sequence - shards.first_sequence AS row_in_shard,
    document
FROM occurrences
JOIN phrases USING (phrase_id)
JOIN shards USING (shard)
WHERE $phrase_ids IS NULL OR phrase_id IN (SELECT unnest($phrase_ids))
ORDER BY sequence, token_offset, phrase_id, occurrences.n_tokens, step;
