-- title: Two roles of an item together
-- The items of which some phrase of one role and some phrase of another were met in one sequence, or in one document, before a checkpoint: how often (visits of sequences, or documents) and at which step first. It needs an index of all occurrences.
-- example: exposure query index spacing/roles_together -p first=question -p second=answer
-- param first: ROLES = question -- one role, or any of a list (choices of choices.0)
-- param second: ROLES = answer -- the other role, or any of a list
-- param within: RANGE = sequence -- what they stand in together: sequence or document
-- param checkpoint: BIGINT = NULL -- steps taken; NULL: the whole window
WITH known AS (
    SELECT CASE
        WHEN $within NOT IN ('sequence', 'document')
            THEN error('within is sequence or document; not ' || $within)::BOOLEAN
        WHEN starts_with($first || '.', $second || '.') OR starts_with($second || '.', $first || '.')
            THEN error('first and second hold the same role')::BOOLEAN
        WHEN $within = 'document' AND EXISTS (SELECT 1 FROM occurrences WHERE document IS NULL)
            THEN error('this index does not know the documents of its corpus: set [corpus] end_of_document')::BOOLEAN
        ELSE TRUE
    END AS can_be_told
),
met AS (
    SELECT DISTINCT
        windows.item_id,
        starts_with(windows.role || '.', $first || '.') AS is_first,
        starts_with(windows.role || '.', $second || '.') AS is_second,
        shard,
        document,
        sequence,
        step
    FROM item_phrases AS windows
    JOIN occurrences USING (phrase_id)
    WHERE (is_first OR is_second)
        AND ($checkpoint IS NULL OR step < $checkpoint)
),
in_sequences AS (
    SELECT item_id, step
    FROM (SELECT DISTINCT item_id, is_first, sequence, step FROM met)
    GROUP BY item_id, sequence, step
    HAVING count(*) = 2
),
in_documents AS (
    SELECT item_id, max(first_step) AS step
    FROM (SELECT item_id, is_first, shard, document, min(step) AS first_step FROM met GROUP BY ALL)
    GROUP BY item_id, shard, document
    HAVING count(*) = 2
),
together AS (
    SELECT item_id, step FROM in_sequences WHERE $within = 'sequence'
    UNION ALL
    SELECT item_id, step FROM in_documents WHERE $within = 'document'
)
SELECT
    items.dataset,
    item_id,
    count(*) AS together,
    min(step) AS first_step
FROM together
JOIN items USING (item_id)
WHERE (SELECT can_be_told FROM known)
GROUP BY ALL
ORDER BY first_step, item_id;
