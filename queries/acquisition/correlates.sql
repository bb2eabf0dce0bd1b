-- title: What goes with early acquisition
-- Spearman's rank correlation of the first checkpoint at a threshold with the exposure count, the first step, the longest gap between exposures (see spacing/gaps), and a number that the items bring, as an age of acquisition; over items that are acquired.
-- example: exposure query index acquisition/correlates -p measure=surprisal -p attribute=age
-- param measure: MEASURE = NULL -- of which measure; NULL: each
-- param threshold: DOUBLE = NULL -- value that counts as acquired; NULL: halfway from the first value of the item to its best
-- param better: DIRECTION = NULL -- high or low; NULL: low for surprisal, loss and perplexity, else high
-- param role: ANYROLE = NULL -- whose phrases count as exposure, of one role or of a list (choices of choices.0); NULL: those of every role
-- param attribute: ATTRIBUTE = NULL -- an attribute of the items that is a number
WITH gaps AS (
    SELECT phrase_id, max(gap) AS longest_gap
    FROM (
        SELECT phrase_id, step - lag(step) OVER (PARTITION BY phrase_id ORDER BY step) AS gap
        FROM exposed_steps
    )
    GROUP BY phrase_id
),
known AS (
    SELECT
        acquired.model,
        acquired.measure,
        acquired.item_id,
        acquired.acquired_at,
        exposed.exposure_count::DOUBLE AS exposure_count,
        exposed.first_step::DOUBLE AS first_step,
        gaps.longest_gap::DOUBLE AS longest_gap,
        try_cast(map_extract(items.attributes, $attribute)[1] AS DOUBLE) AS attribute
    FROM acquisition($measure, $threshold, $better) AS acquired
    JOIN items USING (item_id)
    LEFT JOIN item_exposures($role) AS exposed USING (item_id)
    LEFT JOIN gaps USING (phrase_id)
    WHERE acquired.acquired_at IS NOT NULL
),
each AS (
    UNPIVOT known
    ON exposure_count, first_step, longest_gap, attribute
    INTO NAME predictor VALUE number
),
ranked AS (
    SELECT
        model,
        measure,
        predictor,
        rank() OVER same_number + (count(*) OVER numbers - 1) / 2 AS rank_of_number,
        rank() OVER same_checkpoint + (count(*) OVER checkpoints - 1) / 2 AS rank_of_checkpoint
    FROM each
    WINDOW
        same_number AS (PARTITION BY model, measure, predictor ORDER BY number),
        numbers AS (PARTITION BY model, measure, predictor, number),
        same_checkpoint AS (PARTITION BY model, measure, predictor ORDER BY acquired_at),
        checkpoints AS (PARTITION BY model, measure, predictor, acquired_at)
)
SELECT
    model,
    measure,
    if(predictor = 'attribute', $attribute, predictor) AS predictor,
    count(*) AS items,
    round(nullif(corr(rank_of_number, rank_of_checkpoint), 'nan'), 4) AS spearman
FROM ranked
GROUP BY ALL
ORDER BY model, measure, predictor;
