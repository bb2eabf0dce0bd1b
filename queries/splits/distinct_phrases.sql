-- title: Split that keeps shared phrases together
-- Pairs that share a phrase form one group, and a whole group is proxy_train as soon as one of its pairs is: no phrase stands on both sides.
-- example: exposure query index splits/distinct_phrases -p checkpoint=1000
-- param checkpoint: BIGINT = NULL -- steps taken, one of the table checkpoints; NULL: the whole window
-- param min_count: COUNT = 1 -- fewest exposures that make a phrase exposed
-- param side: SIDE = 'either' -- whose phrase must be exposed: good, bad, either or both
-- param within_paradigm: BOOLEAN = true -- whether only pairs of one paradigm are grouped
WITH RECURSIVE phrase_of_pair AS (
    SELECT
        pair_id,
        unnest([good_phrase_id, bad_phrase_id]) AS phrase_id,
        CASE WHEN $within_paradigm THEN paradigm ELSE '' END AS scope
    FROM pairs
    WHERE excluded IS NULL
),
links AS (
    SELECT DISTINCT
        least(pairs.good_phrase_id, pairs.bad_phrase_id) AS one,
        greatest(pairs.good_phrase_id, pairs.bad_phrase_id) AS other,
        CASE WHEN $within_paradigm THEN pairs.paradigm ELSE '' END AS scope
    FROM pairs
    WHERE excluded IS NULL
),
both_ways AS (
    SELECT one AS phrase_id, other AS neighbour, scope FROM links
    UNION
    SELECT other, one, scope FROM links
),
grouped(phrase_id, scope, group_id) USING KEY (phrase_id, scope) AS (
    SELECT DISTINCT phrase_id, scope, phrase_id FROM phrase_of_pair
    UNION
    SELECT both_ways.neighbour, both_ways.scope, min(grouped.group_id)
    FROM grouped
    JOIN both_ways ON both_ways.phrase_id = grouped.phrase_id AND both_ways.scope = grouped.scope
    JOIN recurring.grouped AS so_far ON so_far.phrase_id = both_ways.neighbour AND so_far.scope = both_ways.scope
    WHERE grouped.group_id < so_far.group_id
    GROUP BY both_ways.neighbour, both_ways.scope
),
pair_group AS (
    SELECT phrase_of_pair.pair_id, min(grouped.group_id) AS group_id, any_value(phrase_of_pair.scope) AS scope
    FROM phrase_of_pair
    JOIN grouped ON grouped.phrase_id = phrase_of_pair.phrase_id AND grouped.scope = phrase_of_pair.scope
    GROUP BY phrase_of_pair.pair_id
)
SELECT
    split.pair_id,
    split.paradigm,
    split.phenomenon,
    pair_group.group_id,
    count(*) OVER whole_group AS pairs_in_group,
    CASE
        WHEN bool_or(split.split = 'proxy_train') OVER whole_group THEN 'proxy_train'
        WHEN bool_or(split.split = 'unknown') OVER whole_group THEN 'unknown'
        ELSE 'proxy_validation'
    END AS split
FROM split_at($checkpoint, $min_count, $side) AS split
JOIN pair_group USING (pair_id)
WINDOW whole_group AS (PARTITION BY pair_group.scope, pair_group.group_id)
ORDER BY split.pair_id;
