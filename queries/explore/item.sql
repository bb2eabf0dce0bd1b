-- title: One item
-- The phrases of one item by role: where each stands in its field, how often and in how many sequences the model saw it, and when first.
-- example: exposure query index explore/item -p item=quiz/001
-- param item: ITEM -- an item of the index, a minimal pair too
SELECT
    windows.role,
    windows.place,
    phrases.phrase,
    windows.start,
    windows.stop,
    exposures.exposure_count,
    exposures.sequence_count,
    exposures.status,
    exposures.first_step
FROM item_phrases AS windows
JOIN phrases USING (phrase_id)
JOIN exposures USING (phrase_id)
WHERE windows.item_id = $item
ORDER BY windows.role, windows.place;
