-- title: Hits for a person to judge
-- A sample of the verbatim runs, n of each data set and the same for the same seed, a run that is of several roles once: what the item says, and where in the corpus it stands; with --context what stands around it there.
-- example: exposure query index contamination/hits_to_judge -p n_hits=5
-- param n_hits: NATURAL = 20 -- how many of each data set
-- param seed: VARCHAR = 'exposure' -- another word draws other hits
-- param max_sequences: NATURAL = 1000 -- runs of boilerplate alone are left out: windows of more sequences
-- param dataset: DATASET = NULL -- only this data set; NULL: all
WITH telling AS (
    SELECT windows.item_id, windows.role, windows.place
    FROM item_phrases AS windows
    JOIN exposures USING (phrase_id)
    WHERE exposures.sequence_count <= $max_sequences
),
hits AS (
    SELECT runs.*
    FROM verbatim_runs(NULL) AS runs
    WHERE ($dataset IS NULL OR runs.dataset = $dataset)
        AND EXISTS (
            SELECT 1
            FROM telling
            WHERE telling.item_id = runs.item_id
                AND telling.role = runs.role
                AND telling.place BETWEEN runs.first_place AND runs.first_place + runs.windows - 1
        )
    -- what a person would read twice
    QUALIFY row_number() OVER (
        PARTITION BY item_id, sequence, token_offset, n_tokens, n_words ORDER BY role, first_place
    ) = 1
),
drawn AS (
    SELECT *
    FROM hits
    -- md5, since the hash of a database may change from version to version
    QUALIFY row_number() OVER (
        PARTITION BY dataset
        ORDER BY md5(concat_ws('/', $seed, item_id, role, sequence, token_offset, first_place)), item_id, role, sequence
    ) <= $n_hits
)
SELECT
    drawn.dataset,
    drawn.item_id,
    drawn.role,
    fields.field_text,
    fields.field_text[drawn.start + 1:drawn.stop] AS found,
    drawn.n_words,
    drawn.step,
    shards.path,
    drawn.shard,
    drawn.sequence,
    drawn.token_offset,
    drawn.n_tokens
FROM drawn
JOIN item_phrases AS fields ON fields.item_id = drawn.item_id AND fields.role = drawn.role AND fields.place = 0
JOIN shards ON shards.shard = drawn.shard
ORDER BY drawn.dataset, drawn.item_id, drawn.role, drawn.sequence, drawn.token_offset;
