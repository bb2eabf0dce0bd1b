-- title: Two phrases together
-- How often two phrases were met in one sequence, at each of its visits (two at one step are one), or in one document, once for each from the step by which both of it had been met: since the checkpoint before, until each checkpoint, and first of all. It needs an index of all occurrences.
-- example: exposure query index spacing/together -p first='this raft' -p second='this rafts' -p within=document
-- param first: PHRASE -- a phrase of the index
-- param second: PHRASE -- another one
-- param within: RANGE = sequence -- what they stand in together: sequence or document
WITH known AS (
    SELECT CASE
        WHEN $within NOT IN ('sequence', 'document')
            THEN error('within is sequence or document; not ' || $within)::BOOLEAN
        WHEN $first = $second
            THEN error('first and second are the same phrase')::BOOLEAN
        WHEN (SELECT value FROM provenance WHERE key = 'steps_known') <> 'true'
            THEN error('the order of this corpus is not known, so nothing is met before a checkpoint')::BOOLEAN
        WHEN $within = 'document' AND EXISTS (SELECT 1 FROM occurrences WHERE document IS NULL)
            THEN error('this index does not know the documents of its corpus: set [corpus] end_of_document')::BOOLEAN
        ELSE TRUE
    END AS can_be_told
),
met AS (
    SELECT phrases.phrase, shard, document, sequence, step
    FROM occurrences
    JOIN phrases USING (phrase_id)
    WHERE phrases.phrase IN ($first, $second)
),
in_sequences AS (
    SELECT step
    FROM (SELECT DISTINCT phrase, sequence, step FROM met)
    GROUP BY sequence, step
    HAVING count(*) = 2
),
in_documents AS (
    SELECT max(first_step) AS step
    FROM (SELECT phrase, shard, document, min(step) AS first_step FROM met GROUP BY ALL)
    GROUP BY shard, document
    HAVING count(*) = 2
),
together AS (
    SELECT step FROM in_sequences WHERE $within = 'sequence'
    UNION ALL
    SELECT step FROM in_documents WHERE $within = 'document'
),
grid AS (
    SELECT checkpoint, coalesce(lag(checkpoint) OVER (ORDER BY checkpoint), 0) AS before
    FROM checkpoints
)
SELECT
    checkpoint,
    count(step) FILTER (WHERE step >= before) AS together_since,
    count(step) AS together,
    min(step) AS first_step
FROM grid
LEFT JOIN together ON together.step < grid.checkpoint
WHERE (SELECT can_be_told FROM known)
GROUP BY checkpoint, before
ORDER BY checkpoint;
