-- title: Places of a phrase
-- Where the model met one phrase first.
-- example: exposure query index explore/places_of_phrase -p phrase='this raft'
-- param phrase: PHRASE -- a phrase of the index
SELECT
    place,
    step,
    sequence,
    token_offset,
    places.n_tokens,
    shard,
    shards.path
FROM places
JOIN phrases USING (phrase_id)
JOIN shards USING (shard)
WHERE phrase = $phrase
ORDER BY place;
