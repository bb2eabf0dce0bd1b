-- title: Windows that were met
-- The windows of items that the model saw and that are no boilerplate, with how many items they are of: what exposure export --to skip-list --query leaves the documents of out.
-- example: exposure query index contamination/windows_met -p role=question
-- param dataset: DATASET = NULL -- only this data set; NULL: all
-- param role: ROLES = NULL -- only this role, or all of a list (choices of choices.0); NULL: all
-- param max_sequences: NATURAL = 1000 -- windows of more sequences are boilerplate and left out
SELECT
    windows.phrase_id,
    phrases.phrase,
    count(DISTINCT windows.item_id) AS items,
    exposures.sequence_count,
    exposures.first_step
FROM item_phrases AS windows
JOIN items USING (item_id)
JOIN exposures USING (phrase_id)
JOIN phrases USING (phrase_id)
WHERE items.kind = 'item'
    AND items.excluded IS NULL
    AND exposures.seen
    AND exposures.sequence_count <= $max_sequences
    AND ($dataset IS NULL OR items.dataset = $dataset)
    AND is_in_role(windows.role, $role)
GROUP BY ALL
ORDER BY windows.phrase_id;
