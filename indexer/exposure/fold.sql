-- Adds up what some of many partials say, each opened once, so that a merge takes memory for phrases and not for partials.
-- Run by merge.py for some files at a time, behind fold_begin.sql and rows.sql.
-- Variables set by merge.py: partials (names of these files), first_unit, n_places.

CREATE OR REPLACE TEMP TABLE read_rows AS
SELECT * FROM read_parquet(getvariable('partials'));

CREATE OR REPLACE TEMP VIEW partial_rows AS
SELECT * FROM read_rows;

INSERT INTO folded_counts
SELECT unit, phrase_id, exposure_count, sequence_count, first_place[1], first_place[2], first_place[3], last_step
FROM (
    SELECT
        unit,
        phrase_id,
        sum(exposure_count) AS exposure_count,
        sum(sequence_count) AS sequence_count,
        min_by((first_step, first_sequence, first_offset), (coalesce(first_step, -1), first_sequence, first_offset)) AS first_place,
        max(last_step) AS last_step
    FROM count_rows
    GROUP BY unit, phrase_id
);

INSERT INTO folded_bins
SELECT phrase_id, checkpoint, sum(exposure_count)
FROM bin_rows
GROUP BY phrase_id, checkpoint;

INSERT INTO folded_places
SELECT phrase_id, step, sequence, token_offset, n_tokens
FROM place_rows
WINDOW by_time AS (
    PARTITION BY phrase_id
    ORDER BY coalesce(step, -1), sequence, token_offset, n_tokens
)
QUALIFY row_number() OVER by_time <= getvariable('n_places');

INSERT INTO folded_alone
SELECT phrase_id, unit, spelled, sum(exposure_count)
FROM alone_rows
GROUP BY phrase_id, unit, spelled;
