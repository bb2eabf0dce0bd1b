-- title: Token positions for probes
-- Sentences, split and the token positions of critical and context word, for concept vectors and attention.
-- example: exposure query index explore/probe_positions -p checkpoint=1000
-- param checkpoint: BIGINT = NULL -- steps taken, one of the table checkpoints; NULL: the whole window
-- param paradigm: PARADIGM = NULL -- only this paradigm; NULL: all
SELECT
    pairs.pair_id,
    pairs.paradigm,
    split.split,
    pairs.good_sentence,
    pairs.bad_sentence,
    probes.* EXCLUDE (pair_id)
FROM pairs
JOIN probe_positions AS probes USING (pair_id)
LEFT JOIN split_at($checkpoint, 1, 'either') AS split USING (pair_id)
WHERE $paradigm IS NULL OR pairs.paradigm = $paradigm
ORDER BY pairs.pair_id;
