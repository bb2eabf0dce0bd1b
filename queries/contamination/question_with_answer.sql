-- title: Question with its answer
-- The items of which two roles stand whole in one sequence: in how many sequences, how often the model saw such a one, and at which step first. It needs every place of their windows.
-- example: exposure query index contamination/question_with_answer -p question=question -p answer=answer
-- param question: ROLE = 'question' -- one role
-- param answer: ROLE = 'answer' -- the other role
-- param dataset: DATASET = NULL -- only this data set; NULL: all
WITH asked AS (
    SELECT
        items.item_id,
        items.dataset,
        windows.role,
        count(*) AS n_windows,
        bool_and(exposures.seen) AS is_seen,
        bool_and(windows.phrase_id IN (SELECT phrase_id FROM phrases_of_known_places)) AS all_places_kept
    FROM items
    JOIN item_phrases AS windows USING (item_id)
    JOIN exposures USING (phrase_id)
    WHERE items.kind = 'item'
        AND windows.role IN ($question, $answer)
        AND ($dataset IS NULL OR items.dataset = $dataset)
    GROUP BY ALL
),
seen AS (
    SELECT
        asked.item_id,
        asked.dataset,
        asked.n_windows AS windows_of_question,
        answered.n_windows AS windows_of_answer,
        CASE
            WHEN asked.all_places_kept AND answered.all_places_kept THEN TRUE
            ELSE error(
                'of some windows this index keeps the first places alone, so it cannot tell what stands together; '
                || 'index again with [index] occurrences = "all", into another folder'
            )::BOOLEAN
        END AS can_be_told
    FROM asked
    JOIN asked AS answered USING (item_id)
    WHERE asked.role = $question
        AND answered.role = $answer
        AND asked.is_seen
        AND answered.is_seen
),
whole AS (
    SELECT DISTINCT item_id, role, windows, sequence
    FROM verbatim_runs(NULL)
),
together AS (
    SELECT seen.dataset, seen.item_id, question.sequence
    FROM seen
    JOIN whole AS question
        ON question.item_id = seen.item_id
        AND question.role = $question
        AND question.windows = seen.windows_of_question
    JOIN whole AS answer
        ON answer.item_id = seen.item_id
        AND answer.role = $answer
        AND answer.windows = seen.windows_of_answer
        AND answer.sequence = question.sequence
    WHERE seen.can_be_told
),
visits AS (
    SELECT DISTINCT together.dataset, together.item_id, together.sequence, known.step
    FROM together
    JOIN item_phrases AS windows ON windows.item_id = together.item_id AND windows.role = $question
    JOIN known_places AS known ON known.phrase_id = windows.phrase_id AND known.sequence = together.sequence
)
SELECT
    dataset,
    item_id,
    count(DISTINCT sequence) AS sequences,
    count(*) AS exposures,
    min(step) AS first_step,
    max(step) AS last_step
FROM visits
GROUP BY dataset, item_id
ORDER BY first_step, item_id;
