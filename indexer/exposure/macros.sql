-- Views and table macros: the same names in every index.

CREATE VIEW pair_exposures AS
SELECT
    pairs.pair_id,
    pairs.dataset,
    pairs.paradigm,
    pairs.phenomenon,
    pairs.field,
    pairs.excluded,
    pairs.good_phrase_id,
    good_text.phrase AS good_phrase,
    good.exposure_count AS good_exposure_count,
    good.status AS good_status,
    good.first_step AS good_first_step,
    good.last_step AS good_last_step,
    pairs.bad_phrase_id,
    bad_text.phrase AS bad_phrase,
    bad.exposure_count AS bad_exposure_count,
    bad.status AS bad_status,
    bad.first_step AS bad_first_step,
    bad.last_step AS bad_last_step
FROM pairs
JOIN exposures AS good ON good.phrase_id = pairs.good_phrase_id
JOIN exposures AS bad ON bad.phrase_id = pairs.bad_phrase_id
JOIN phrases AS good_text ON good_text.phrase_id = pairs.good_phrase_id
JOIN phrases AS bad_text ON bad_text.phrase_id = pairs.bad_phrase_id;
COMMENT ON VIEW pair_exposures IS 'One row for each minimal pair, with the exposures of its good and its bad phrase';

CREATE VIEW occurrences AS
SELECT
    NULL::INTEGER AS phrase_id,
    NULL::BIGINT AS step,
    NULL::BIGINT AS sequence,
    NULL::INTEGER AS token_offset,
    NULL::INTEGER AS n_tokens,
    NULL::INTEGER AS shard,
    NULL::BIGINT AS document
FROM (VALUES (1))
WHERE error('this index holds no occurrences: index again with [index] occurrences = "all", into another folder')::BOOLEAN;
COMMENT ON VIEW occurrences IS 'Every exposure: phrase_id, step, sequence, token_offset, n_tokens, shard, document; read from the folder occurrences beside the table, an error in an index without [index] occurrences = "all"';

CREATE VIEW exposed_steps AS
SELECT
    phrase_id,
    checkpoint - 1 AS step,
    exposure_count,
    CASE WHEN (SELECT value FROM provenance WHERE key = 'grain') = 'step' THEN 'steps' ELSE 'bins' END AS source
FROM exposure_bins;
COMMENT ON VIEW exposed_steps IS 'Steps at which a phrase was exposed, and how often: exact where source is occurrences or steps; with source bins the last step before each checkpoint with exposures since the one before';

CREATE MACRO is_covered(at_checkpoint) AS (
    (SELECT value FROM provenance WHERE key = 'complete') = 'true'
    AND coalesce((SELECT value FROM provenance WHERE key = 'zeros_weakened_by'), '[]') = '[]'
    AND (at_checkpoint IS NULL OR (SELECT value FROM provenance WHERE key = 'steps_known') = 'true')
);
COMMENT ON MACRO is_covered IS 'Whether a count of 0 as of a checkpoint (NULL: the whole window) is a certain never, of phrases that ids can spell';

CREATE MACRO is_certain(at_checkpoint, of_phrase) AS (
    is_covered(at_checkpoint) AND of_phrase NOT IN (SELECT phrase_id FROM unspelled_phrases)
);
COMMENT ON MACRO is_certain IS 'Whether a count of 0 of a phrase as of a checkpoint (NULL: the whole window) is a certain never';

CREATE MACRO on_grid(at_checkpoint) AS (
    CASE
        WHEN at_checkpoint IS NULL THEN (SELECT max(checkpoint) FROM checkpoints)
        WHEN at_checkpoint = 0
            OR at_checkpoint IN (SELECT checkpoint FROM checkpoints)
            OR (SELECT value FROM provenance WHERE key = 'grain') = 'step'
            THEN at_checkpoint::BIGINT
        ELSE error(
            'checkpoint ' || at_checkpoint::VARCHAR || ' is not on the grid of this index; expected '
            || (
                SELECT string_agg(checkpoint::VARCHAR, ' or ' ORDER BY checkpoint)
                FROM (
                    FROM checkpoints
                    ORDER BY abs(checkpoint::HUGEINT - at_checkpoint::HUGEINT), checkpoint
                    LIMIT 2
                )
            )
            || ', which are the nearest, another one of the table checkpoints, or none for the whole window'
        )::BIGINT
    END
);
COMMENT ON MACRO on_grid IS 'The checkpoint itself (NULL: the last one), or an error where exposure_bins cannot tell it';

CREATE MACRO one_or_more(min_count) AS (
    CASE
        WHEN min_count >= 1 THEN min_count
        ELSE error('min_count is 1 or more; not ' || coalesce(min_count::VARCHAR, 'NULL'))::BIGINT
    END
);
COMMENT ON MACRO one_or_more IS 'The number itself, or an error: no phrase is exposed that was met 0 times';

CREATE MACRO exposure_at(at_checkpoint) AS TABLE
WITH wanted AS (
    SELECT on_grid(at_checkpoint) AS checkpoint, is_covered(at_checkpoint) AS covered
),
counted AS (
    SELECT phrase_id, sum(exposure_count)::UBIGINT AS exposure_count
    FROM exposure_bins
    WHERE checkpoint <= (SELECT checkpoint FROM wanted)
    GROUP BY phrase_id
),
as_of AS (
    SELECT
        exposures.phrase_id,
        CASE WHEN at_checkpoint IS NULL THEN exposures.exposure_count ELSE coalesce(counted.exposure_count, 0) END
            ::UBIGINT AS exposure_count,
        exposures.first_step
    FROM exposures
    LEFT JOIN counted USING (phrase_id)
)
SELECT
    as_of.phrase_id,
    phrases.phrase,
    as_of.exposure_count,
    CASE
        WHEN as_of.exposure_count > 0 THEN 'seen'
        WHEN (SELECT covered FROM wanted) AND as_of.phrase_id NOT IN (SELECT phrase_id FROM unspelled_phrases) THEN 'never'
        ELSE 'unknown'
    END AS status,
    CASE WHEN as_of.exposure_count > 0 THEN as_of.first_step END AS first_step
FROM as_of
JOIN phrases USING (phrase_id);
COMMENT ON MACRO TABLE exposure_at IS 'Exposures of every phrase as of a checkpoint of the grid; NULL: the whole window';

CREATE MACRO exposed_from(min_count) AS TABLE
SELECT phrase_id, min(checkpoint) AS checkpoint
FROM (
    SELECT
        phrase_id,
        checkpoint,
        sum(exposure_count) OVER (PARTITION BY phrase_id ORDER BY checkpoint) AS exposure_count
    FROM exposure_bins
)
WHERE exposure_count >= one_or_more(min_count)
GROUP BY phrase_id;
COMMENT ON MACRO TABLE exposed_from IS 'The first checkpoint of the grid that has seen a phrase at least min_count times; phrases never seen so often have no row';

CREATE MACRO split_at(at_checkpoint, min_count, side) AS TABLE
WITH exposed AS (
    SELECT
        pairs.pair_id,
        pairs.dataset,
        pairs.paradigm,
        pairs.phenomenon,
        good.exposure_count AS good_exposure_count,
        bad.exposure_count AS bad_exposure_count,
        CASE WHEN good.exposure_count >= one_or_more(min_count) THEN TRUE WHEN is_certain(at_checkpoint, good.phrase_id) THEN FALSE END
            AS good_exposed,
        CASE WHEN bad.exposure_count >= one_or_more(min_count) THEN TRUE WHEN is_certain(at_checkpoint, bad.phrase_id) THEN FALSE END
            AS bad_exposed
    FROM pairs
    JOIN exposure_at(at_checkpoint) AS good ON good.phrase_id = pairs.good_phrase_id
    JOIN exposure_at(at_checkpoint) AS bad ON bad.phrase_id = pairs.bad_phrase_id
    WHERE pairs.excluded IS NULL
),
decided AS (
    SELECT
        *,
        CASE
            WHEN side = 'good' THEN good_exposed
            WHEN side = 'bad' THEN bad_exposed
            WHEN side = 'either' THEN good_exposed OR bad_exposed
            WHEN side = 'both' THEN good_exposed AND bad_exposed
            ELSE error('side is good, bad, either or both; not ' || coalesce(side, 'NULL'))::BOOLEAN
        END AS is_exposed
    FROM exposed
)
SELECT
    pair_id,
    dataset,
    paradigm,
    phenomenon,
    good_exposure_count,
    bad_exposure_count,
    CASE
        WHEN is_exposed IS NULL THEN 'unknown'
        WHEN is_exposed THEN 'proxy_train'
        ELSE 'proxy_validation'
    END AS split
FROM decided;
COMMENT ON MACRO TABLE split_at IS 'proxy_train, proxy_validation or unknown for every pair that is not excluded: exposed at least min_count times as of a checkpoint (NULL: the whole window) on a side: good, bad, either or both';

CREATE MACRO matched_split_at(at_checkpoint, side, seed) AS TABLE
WITH measured AS (
    SELECT
        split.pair_id,
        split.paradigm,
        split.phenomenon,
        split.split,
        whole.good_exposure_count + whole.bad_exposure_count AS exposure_count_in_window,
        floor(log2(1 + exposure_count_in_window))::INTEGER AS frequency_class,
        good.n_tokens + bad.n_tokens AS n_tokens
    FROM split_at(at_checkpoint, 1, side) AS split
    JOIN pair_exposures AS whole USING (pair_id)
    JOIN phrases AS good ON good.phrase_id = whole.good_phrase_id
    JOIN phrases AS bad ON bad.phrase_id = whole.bad_phrase_id
    WHERE split.split <> 'unknown'
),
ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY paradigm, frequency_class, n_tokens, split
            ORDER BY md5(seed || '/' || pair_id)
        ) AS rank_in_cell,
        least(
            count(*) FILTER (WHERE split = 'proxy_train') OVER cell,
            count(*) FILTER (WHERE split = 'proxy_validation') OVER cell
        ) AS matches_in_cell
    FROM measured
    WINDOW cell AS (PARTITION BY paradigm, frequency_class, n_tokens)
)
SELECT
    pair_id,
    paradigm,
    phenomenon,
    split,
    exposure_count_in_window,
    frequency_class,
    n_tokens
FROM ranked
WHERE rank_in_cell <= matches_in_cell;
COMMENT ON MACRO TABLE matched_split_at IS 'Pairs seen before a checkpoint beside as many not yet seen, matched within their paradigm on how often their phrases stand in the whole window and on their length in tokens; seed, a word, chooses among equals';

CREATE MACRO wilson_low(n_correct, n) AS (
    (n_correct + 1.9208 - 1.96 * sqrt(n_correct * (n - n_correct) / nullif(n, 0) + 0.9604)) / nullif(n + 3.8416, 3.8416)
);
COMMENT ON MACRO wilson_low IS 'Lower end of the 95% Wilson interval of a share; NULL where n is 0';

CREATE MACRO wilson_high(n_correct, n) AS (
    (n_correct + 1.9208 + 1.96 * sqrt(n_correct * (n - n_correct) / nullif(n, 0) + 0.9604)) / nullif(n + 3.8416, 3.8416)
);
COMMENT ON MACRO wilson_high IS 'Upper end of the 95% Wilson interval of a share; NULL where n is 0';

CREATE MACRO acquisition(of_measure, at_threshold, better) AS TABLE
WITH heights AS (
    SELECT
        model,
        measure,
        item_id,
        checkpoint,
        value,
        CASE
            WHEN better = 'high' THEN 1
            WHEN better = 'low' THEN -1
            WHEN better IS NULL THEN if(regexp_matches(measure, 'surprisal|loss|perplexity'), -1, 1)
            ELSE error('better is high or low; not ' || better)::INTEGER
        END AS sign
    FROM results
    SEMI JOIN (SELECT item_id FROM items WHERE excluded IS NULL) AS item USING (item_id)
    WHERE (of_measure IS NULL OR measure = of_measure) AND isfinite(value)
),
ends AS (
    SELECT
        model,
        measure,
        item_id,
        any_value(sign) AS sign,
        count(*) AS n_checkpoints,
        arg_min(sign * value, checkpoint) AS first_height,
        max(sign * value) AS best_height,
        arg_max(sign * value, checkpoint) AS last_height
    FROM heights
    GROUP BY model, measure, item_id
),
goals AS (
    SELECT
        *,
        CASE
            WHEN at_threshold IS NOT NULL THEN sign * at_threshold
            WHEN best_height > first_height THEN (first_height + best_height) / 2
        END AS goal
    FROM ends
)
SELECT
    goals.model,
    goals.measure,
    goals.item_id,
    if(goals.sign > 0, 'high', 'low') AS better,
    goals.n_checkpoints,
    goals.sign * goals.first_height AS first_value,
    goals.sign * goals.best_height AS best_value,
    goals.sign * goals.last_height AS last_value,
    goals.sign * goals.goal AS threshold,
    min(heights.checkpoint) FILTER (WHERE heights.sign * heights.value >= goals.goal) AS acquired_at,
    goals.best_height - goals.last_height AS forgetting
FROM goals
JOIN heights USING (model, measure, item_id)
GROUP BY ALL;
COMMENT ON MACRO TABLE acquisition IS 'The learning curve of every item that has results: the first checkpoint whose value reaches a threshold (NULL: halfway from its first value to its best), and how much of the best value is lost by the last; of one measure or each (NULL), which is better high, low, or (NULL) low for surprisal, loss and perplexity';

CREATE MACRO is_in_role(role, of_role) AS (
    of_role IS NULL OR role = of_role OR starts_with(role, of_role || '.')
);
COMMENT ON MACRO is_in_role IS 'Whether a role is the one that is asked for, or an element of the list that is (choices.0 of choices); each is where none is asked for (NULL)';

CREATE MACRO item_exposures(of_role) AS TABLE
SELECT
    item_phrases.item_id,
    arg_max(exposures.phrase_id, (exposures.exposure_count, -item_phrases.place, -exposures.phrase_id)) AS phrase_id,
    max(exposures.exposure_count) AS exposure_count,
    min(exposures.first_step) AS first_step
FROM item_phrases
JOIN exposures USING (phrase_id)
WHERE is_in_role(item_phrases.role, of_role)
GROUP BY item_phrases.item_id;
COMMENT ON MACRO TABLE item_exposures IS 'The most exposed phrase of every item, and the first step of any; of one role, of the elements of a list (choices), or of all roles (NULL)';
