-- title: Attention by head
-- Attention from the query word to the key word of a pair, by head, at each checkpoint, beside that between other words of the same sentences at the same distance.
-- example: exposure query index models/attention_by_head -p paradigm=determiner_noun_agreement_1
-- param model: MODEL = NULL -- one model; NULL: all
-- param paradigm: PARADIGM = NULL -- one paradigm; NULL: all
WITH heads AS (
    SELECT
        model,
        paradigm,
        checkpoint,
        part AS head,
        max(value) FILTER (WHERE measure = 'attention') AS attention,
        max(value) FILTER (WHERE measure = 'attention_baseline') AS baseline
    FROM model_measures
    WHERE measure IN ('attention', 'attention_baseline')
        AND ($model IS NULL OR model = $model)
        AND ($paradigm IS NULL OR paradigm = $paradigm)
    GROUP BY model, paradigm, checkpoint, part
)
SELECT *
FROM heads
ORDER BY
    model,
    paradigm,
    checkpoint,
    try_cast(regexp_extract(head, 'L(\d+)', 1) AS INTEGER),
    try_cast(regexp_extract(head, 'H(\d+)', 1) AS INTEGER),
    head;
