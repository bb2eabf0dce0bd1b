-- Items that are no pairs. Variables set by merge.py: items, item_phrases (file names).
INSERT INTO items (item_id, dataset, kind, paradigm, attributes, excluded)
SELECT item_id, dataset, 'item', paradigm, map_from_entries(attributes), excluded
FROM read_parquet(getvariable('items'));

INSERT INTO item_phrases
SELECT item_id, role, place, phrase_id, start, stop, field_text
FROM read_parquet(getvariable('item_phrases'));
