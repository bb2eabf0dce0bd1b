-- title: Frequency-matched split
-- Pairs seen before a checkpoint beside as many not yet seen, matched within their paradigm on how often their phrases stand in the whole window and on their length in tokens.
-- example: exposure query index splits/frequency_matched -p checkpoint=1000
-- param checkpoint: BIGINT -- steps taken, one of the table checkpoints
-- param side: SIDE = 'either' -- whose phrase must be exposed: good, bad, either or both
-- param seed: VARCHAR = 'exposure' -- chooses among pairs that match equally well
SELECT *
FROM matched_split_at($checkpoint, $side, $seed)
ORDER BY pair_id;
