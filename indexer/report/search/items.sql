-- The phrases of each item, by role.
SELECT
    item_id,
    role,
    list(phrase_id ORDER BY place) FILTER (WHERE phrase_id IS NOT NULL) AS phrase_ids
FROM item_phrases
GROUP BY item_id, role
ORDER BY item_id, min(rowid)
LIMIT $n_rows;
