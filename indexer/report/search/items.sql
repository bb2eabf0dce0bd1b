-- The phrases of each item, by role, and whether it is a minimal pair.
SELECT
    item_id,
    role,
    list(phrase_id ORDER BY place) FILTER (WHERE phrase_id IS NOT NULL) AS phrase_ids,
    any_value(kind) AS kind
FROM item_phrases
JOIN items USING (item_id)
GROUP BY item_id, role
ORDER BY item_id, min(item_phrases.rowid)
LIMIT $n_rows;
