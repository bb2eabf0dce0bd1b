-- title: Question with its answer
-- The items of which two roles that are not the same text stand whole in one sequence: in how many sequences, how often the model saw such a one (two visits at one step are one), and at which step first. An answer that stands inside the question is found wherever the question is. It needs every place of their windows; is_exact is FALSE where tokens do not tell whether their windows follow each other in each of these sequences.
-- example: exposure query index contamination/question_with_answer -p question=question -p answer=answer
-- param question: ROLES = 'question' -- one role, or any of a list (choices of choices.0)
-- param answer: ROLES = 'answer' -- the other role, or any of a list
-- param dataset: DATASET = NULL -- only this data set; NULL: all
WITH asked AS (
    SELECT
        items.item_id,
        items.dataset,
        windows.role,
        is_in_role(windows.role, $question) AS is_question,
        is_in_role(windows.role, $answer) AS is_answer,
        list(windows.phrase_id ORDER BY windows.place) AS text,
        bool_and(exposures.seen) AS is_seen,
        bool_and(windows.phrase_id IN (SELECT phrase_id FROM phrases_of_known_places)) AS all_places_kept
    FROM items
    JOIN item_phrases AS windows USING (item_id)
    JOIN exposures USING (phrase_id)
    WHERE items.kind = 'item'
        AND (is_question OR is_answer)
        AND ($dataset IS NULL OR items.dataset = $dataset)
    GROUP BY ALL
),
seen AS (
    SELECT
        asked.item_id,
        asked.dataset,
        asked.role AS role_of_question,
        answered.role AS role_of_answer,
        len(asked.text) AS windows_of_question,
        len(answered.text) AS windows_of_answer,
        CASE
            WHEN asked.is_answer OR answered.is_question
                THEN error('question and answer hold the same role')::BOOLEAN
            WHEN asked.all_places_kept AND answered.all_places_kept THEN TRUE
            ELSE error(
                'of some windows this index keeps the first places alone, so it cannot tell what stands together; '
                || 'index again with [index] occurrences = "all", into another folder'
            )::BOOLEAN
        END AS can_be_told
    FROM asked
    JOIN asked AS answered USING (item_id)
    WHERE asked.is_question
        AND answered.is_answer
        -- an answer does not stand together with the choice that it is
        AND (asked.text <> answered.text OR asked.role = answered.role)
        AND asked.is_seen
        AND answered.is_seen
),
-- Where tokens do not tell whether windows follow each other, all of them in one sequence may be the whole.
whole AS (
    SELECT
        runs.item_id,
        runs.role,
        runs.sequence,
        len(asked.text) AS windows,
        bool_or(runs.is_exact AND runs.windows = len(asked.text)) AS is_exact
    FROM verbatim_runs(NULL) AS runs
    JOIN asked ON asked.item_id = runs.item_id AND asked.role = runs.role
    GROUP BY ALL
    HAVING
        is_exact
        OR NOT bool_and(runs.is_exact)
        AND len(list_distinct(flatten(list(range(runs.first_place, runs.first_place + runs.windows))))) = windows
),
together AS (
    SELECT
        seen.dataset,
        seen.item_id,
        seen.role_of_question,
        question.sequence,
        question.is_exact AND answer.is_exact AS is_exact
    FROM seen
    JOIN whole AS question
        ON question.item_id = seen.item_id
        AND question.role = seen.role_of_question
        AND question.windows = seen.windows_of_question
    JOIN whole AS answer
        ON answer.item_id = seen.item_id
        AND answer.role = seen.role_of_answer
        AND answer.windows = seen.windows_of_answer
        AND answer.sequence = question.sequence
    WHERE seen.can_be_told
),
visits AS (
    SELECT together.dataset, together.item_id, together.sequence, known.step, bool_or(together.is_exact) AS is_exact
    FROM together
    JOIN item_phrases AS windows ON windows.item_id = together.item_id AND windows.role = together.role_of_question
    JOIN known_places AS known ON known.phrase_id = windows.phrase_id AND known.sequence = together.sequence
    GROUP BY ALL
)
SELECT
    dataset,
    item_id,
    count(DISTINCT sequence) AS sequences,
    count(*) AS exposures,
    min(step) AS first_step,
    max(step) AS last_step,
    bool_and(is_exact) AS is_exact
FROM visits
GROUP BY dataset, item_id
ORDER BY first_step, item_id;
