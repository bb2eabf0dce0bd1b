-- title: Two roles of an item together
-- The items of which some phrase of one role and some other phrase of another, which is not the same text, were met in one sequence, or in one document, before a checkpoint: how often (visits of sequences, two at one step being one, or documents) and at which step first. It needs an index of all occurrences.
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
texts AS (
    SELECT
        item_id,
        list(phrase_id ORDER BY place) AS text,
        is_in_role(role, $first) AS is_first,
        is_in_role(role, $second) AS is_second
    FROM item_phrases
    GROUP BY item_id, role
    HAVING is_first OR is_second
),
-- An answer does not stand together with the choice that it is, nor do windows of both: each text is one.
parts AS (
    SELECT item_id, number AS text, unnest(text) AS phrase_id, is_first, is_second
    FROM (
        SELECT
            item_id,
            text,
            row_number() OVER () AS number,
            bool_or(is_first) AS is_first,
            bool_or(is_second) AS is_second
        FROM texts
        GROUP BY item_id, text
    )
),
met AS (
    SELECT DISTINCT parts.*, shard, document, sequence, step
    FROM parts
    JOIN occurrences USING (phrase_id)
    WHERE $checkpoint IS NULL OR step < $checkpoint
),
in_sequences AS (
    SELECT DISTINCT one.item_id, one.sequence, one.step
    FROM met AS one
    JOIN met AS other
        ON other.item_id = one.item_id
        AND other.sequence = one.sequence
        AND other.step IS NOT DISTINCT FROM one.step
    WHERE one.is_first AND other.is_second AND one.text <> other.text AND one.phrase_id <> other.phrase_id
),
of_documents AS (
    SELECT item_id, text, phrase_id, is_first, is_second, shard, document, min(step) AS first_step
    FROM met
    GROUP BY ALL
),
in_documents AS (
    SELECT item_id, min(greatest(one.first_step, other.first_step)) AS step
    FROM of_documents AS one
    JOIN of_documents AS other USING (item_id, shard, document)
    WHERE one.is_first AND other.is_second AND one.text <> other.text AND one.phrase_id <> other.phrase_id
    GROUP BY item_id, shard, document
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
