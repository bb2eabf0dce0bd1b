-- Fills the tables from the relations count_rows, bin_rows, place_rows and alone_rows: rows.sql, or fold.sql where partials are many.
-- Variables set by merge.py: phrases, pairs (file names), first_unit, second_unit
-- (NULL unless unit = both), n_places, certain (whether a count of 0 is a certain never, of phrases that can be spelled),
-- other_forms, unspelled (file names).

INSERT INTO phrases
SELECT phrase_id, phrase, n_words, n_tokens
FROM read_parquet(getvariable('phrases'))
ORDER BY phrase_id;

CREATE TEMP TABLE given_pairs AS
SELECT * FROM read_parquet(getvariable('pairs'));

CREATE TEMP TABLE phrase_counts AS
SELECT
    unit,
    phrase_id,
    sum(exposure_count)::UBIGINT AS exposure_count,
    sum(sequence_count)::UBIGINT AS sequence_count,  -- each sequence is in one range alone
    min_by((first_step, first_sequence, first_offset), (coalesce(first_step, -1), first_sequence, first_offset)) AS first_place,
    max(last_step) AS last_step
FROM count_rows
GROUP BY unit, phrase_id;

INSERT INTO places
SELECT
    phrase_id,
    (row_number() OVER by_time - 1)::INTEGER AS place,
    step,
    sequence,
    token_offset,
    n_tokens,
    (SELECT max(shard) FROM shards WHERE first_sequence <= place_rows.sequence AND n_sequences > 0) AS shard
FROM place_rows
WINDOW by_time AS (
    PARTITION BY phrase_id
    ORDER BY coalesce(step, -1), sequence, token_offset, n_tokens
)
QUALIFY row_number() OVER by_time <= getvariable('n_places')
ORDER BY phrase_id, place;

INSERT INTO exposures
SELECT
    phrases.phrase_id,
    coalesce(counts.exposure_count, 0) AS exposure_count,
    coalesce(counts.sequence_count, 0) AS sequence_count,
    CASE WHEN getvariable('second_unit') IS NOT NULL THEN coalesce(second.exposure_count, 0) END
        AS exposure_count_tokens,
    counts.exposure_count IS NOT NULL AS seen,
    CASE
        WHEN counts.exposure_count IS NOT NULL THEN 'seen'
        WHEN getvariable('certain') AND phrases.phrase_id NOT IN (SELECT phrase_id FROM unspelled_phrases) THEN 'never'
        ELSE 'unknown'
    END AS status,
    counts.first_place[1],
    counts.last_step,
    counts.first_place[2],
    counts.first_place[3],
    (
        SELECT max(shard) FROM shards
        WHERE first_sequence <= counts.first_place[2] AND n_sequences > 0
    ) AS first_shard
FROM phrases
LEFT JOIN phrase_counts AS counts
    ON counts.phrase_id = phrases.phrase_id AND counts.unit = getvariable('first_unit')
LEFT JOIN phrase_counts AS second
    ON second.phrase_id = phrases.phrase_id AND second.unit = getvariable('second_unit')
ORDER BY phrases.phrase_id;

INSERT INTO exposure_bins
SELECT phrase_id, checkpoint, sum(exposure_count)::UBIGINT
FROM bin_rows
GROUP BY phrase_id, checkpoint
ORDER BY phrase_id, checkpoint;

INSERT INTO unit_differences
SELECT phrase_id, unit, spelled, sum(exposure_count)::UBIGINT
FROM alone_rows
GROUP BY phrase_id, unit, spelled
ORDER BY phrase_id, unit, spelled;
