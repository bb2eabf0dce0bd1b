-- The fields of every item that is no pair, whole.
SELECT item_id, dataset, role, field_text
FROM item_phrases
JOIN items USING (item_id)
WHERE kind = 'item' AND field_text IS NOT NULL
ORDER BY item_id, role;
