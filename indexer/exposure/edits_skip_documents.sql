-- Documents that hold an occurrence of some phrases, for exports. Parameter: phrase_ids, a list; NULL: all.
SELECT
    shard,
    shards.path,
    document,
    any_value(documents.name) AS name,
    count(DISTINCT (sequence, token_offset, occurrences.n_tokens, phrase_id)) AS occurrences,
    min(step) AS first_step
FROM occurrences
JOIN shards USING (shard)
LEFT JOIN documents USING (shard, document)
WHERE $phrase_ids IS NULL OR phrase_id IN (SELECT unnest($phrase_ids))
GROUP BY shard, shards.path, document
ORDER BY shard, document;
