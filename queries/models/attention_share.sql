-- title: Attention in the strongest heads
-- Which share of all heads' attention from the query word to the key word the strongest n_heads have at each checkpoint, beside the same share between other words at the same distance.
-- example: exposure query index models/attention_share -p n_heads=1
-- param n_heads: COUNT = 2 -- how many heads are counted together, the strongest of each checkpoint
-- param paradigm: PARADIGM = NULL -- one paradigm; NULL: all
WITH ranked AS (
    SELECT
        model,
        paradigm,
        checkpoint,
        measure,
        part,
        value,
        row_number() OVER (PARTITION BY model, paradigm, checkpoint, measure ORDER BY value DESC, part) AS place
    FROM model_measures
    WHERE measure IN ('attention', 'attention_baseline')
        AND ($paradigm IS NULL OR paradigm = $paradigm)
),
shares AS (
    SELECT
        model,
        paradigm,
        checkpoint,
        measure,
        count(*) AS heads,
        sum(value) FILTER (WHERE place <= $n_heads) / nullif(sum(value), 0) AS share,
        max(part) FILTER (WHERE place = 1) AS strongest,
        max(value) AS attention
    FROM ranked
    GROUP BY ALL
)
SELECT
    model,
    paradigm,
    checkpoint,
    heads,
    round(max(share) FILTER (WHERE measure = 'attention'), 4) AS share,
    round(max(share) FILTER (WHERE measure = 'attention_baseline'), 4) AS baseline_share,
    max(strongest) FILTER (WHERE measure = 'attention') AS strongest_head,
    round(max(attention) FILTER (WHERE measure = 'attention'), 4) AS its_attention,
    round(max(attention) FILTER (WHERE measure = 'attention_baseline'), 4) AS baseline_attention
FROM shares
GROUP BY ALL
ORDER BY model, paradigm, checkpoint;
