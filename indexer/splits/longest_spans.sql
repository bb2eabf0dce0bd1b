-- The longest verbatim span of each role of items that is more than boilerplate, and where it stands first.
SELECT DISTINCT ON (runs.item_id, runs.role) runs.*, shards.path
FROM verbatim_runs(NULL) AS runs
JOIN shards ON shards.shard = runs.shard
WHERE ($item IS NULL OR runs.item_id = $item)
    AND EXISTS (
        SELECT 1
        FROM item_windows(NULL, $max_sequences) AS windows
        WHERE NOT windows.is_boilerplate
            AND windows.item_id = runs.item_id
            AND windows.role = runs.role
            AND windows.place BETWEEN runs.first_place AND runs.first_place + runs.windows - 1
    )
ORDER BY runs.item_id, runs.role, n_words DESC, step, sequence, token_offset, first_place;
