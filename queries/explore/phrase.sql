-- title: One phrase
-- What the model saw of one phrase, and in how many pairs it stands.
-- example: exposure query index explore/phrase -p phrase='this raft'
-- param phrase: PHRASE -- a phrase of the index
SELECT
    phrase_id,
    phrase,
    n_words,
    phrases.n_tokens,
    exposure_count,
    sequence_count,
    exposure_count_tokens,
    status,
    first_step,
    last_step,
    shards.path AS first_shard,
    exposures.first_sequence,
    (
        SELECT count(*)
        FROM pairs
        WHERE phrase_id IN (good_phrase_id, bad_phrase_id)
    ) AS pairs
FROM exposures
JOIN phrases USING (phrase_id)
LEFT JOIN shards ON shards.shard = exposures.first_shard
WHERE phrase = $phrase;
