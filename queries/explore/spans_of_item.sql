-- title: Verbatim spans of an item
-- The runs of windows of one item that follow each other in one sequence, the longest first, at the places that the index keeps.
-- example: exposure query index explore/spans_of_item -p item=quiz/001
-- param item: ITEM -- an item of the index that is no pair
-- param n_rows: NATURAL = 20 -- how many are listed
SELECT
    runs.role,
    runs.n_words,
    runs.windows,
    runs.start,
    runs.stop,
    runs.step,
    runs.shard,
    shards.path,
    runs.sequence,
    runs.token_offset,
    runs.n_tokens
FROM verbatim_runs(NULL) AS runs
JOIN shards ON shards.shard = runs.shard
WHERE runs.item_id = $item
ORDER BY runs.n_words DESC, runs.step, runs.sequence, runs.token_offset, runs.role, runs.first_place
LIMIT $n_rows;
