-- title: Lag beside the published one
-- Split sizes and lag at 80% of each model beside those of arXiv 2606.00230 (60M model, seeds 1, 2 and 3; NULL: proxy_validation never got there).
-- example: exposure query index dynamics/lag_published -p min_count=2
-- param min_count: COUNT = 1 -- fewest exposures that make a phrase exposed
-- param side: SIDE = 'either' -- whose phrase must be exposed: good, bad, either or both
WITH published (paradigm, exposed, unexposed, lag_seed_1, lag_seed_2, lag_seed_3) AS (
    VALUES
        ('determiner_noun_agreement_1', 873, 127, 500, 200, 100),
        ('determiner_noun_agreement_2', 883, 117, 0, 0, 0),
        ('regular_plural_subject_verb_agreement_1', 383, 617, 500, 300, 400),
        ('regular_plural_subject_verb_agreement_2', 476, 524, 300, 900, NULL),
        ('irregular_past_participle_verbs', 234, 766, 500, 600, 500),
        ('existential_there_subject_raising', 254, 681, 500, 400, 400)
),
split AS (
    SELECT pair_id, paradigm, split
    FROM split_at(NULL, $min_count, $side)
),
sizes AS (
    SELECT
        paradigm,
        count(*) FILTER (WHERE split = 'proxy_train') AS proxy_train,
        count(*) FILTER (WHERE split = 'proxy_validation') AS proxy_validation
    FROM split
    GROUP BY paradigm
),
scored AS (
    SELECT
        results.model,
        split.paradigm,
        split.split,
        results.checkpoint,
        count(*) FILTER (WHERE results.correct) / nullif(count(results.correct), 0) AS accuracy
    FROM pair_results AS results
    JOIN split USING (pair_id)
    GROUP BY ALL
),
reached AS (
    SELECT
        model,
        paradigm,
        min(checkpoint) FILTER (WHERE split = 'proxy_train' AND accuracy >= 0.8) AS t_train,
        min(checkpoint) FILTER (WHERE split = 'proxy_validation' AND accuracy >= 0.8) AS t_val
    FROM scored
    GROUP BY ALL
)
SELECT
    published.paradigm,
    sizes.proxy_train,
    published.exposed AS published_proxy_train,
    sizes.proxy_validation,
    published.unexposed AS published_proxy_validation,
    reached.model,
    reached.t_train,
    reached.t_val,
    reached.t_val - reached.t_train AS lag,
    published.lag_seed_1 AS published_lag_1,
    published.lag_seed_2 AS published_lag_2,
    published.lag_seed_3 AS published_lag_3
FROM published
LEFT JOIN sizes USING (paradigm)
LEFT JOIN reached USING (paradigm)
ORDER BY published.paradigm, reached.model;
