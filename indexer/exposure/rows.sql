-- What the rows of partials say, for merge.sql: the relation partial_rows laid flat.
-- Variable set by merge.py: first_unit.

CREATE TEMP VIEW count_rows AS
SELECT unit, phrase_id, exposure_count, sequence_count, first_step, first_sequence, first_offset, last_step
FROM partial_rows;

CREATE TEMP VIEW bin_rows AS
SELECT phrase_id, bin.checkpoint, bin.exposure_count
FROM (
    SELECT phrase_id, unnest(bins) AS bin
    FROM partial_rows
    WHERE unit = getvariable('first_unit')
);

CREATE TEMP VIEW place_rows AS
SELECT phrase_id, p.step, p.sequence, p.token_offset, p.n_tokens
FROM (
    SELECT phrase_id, unnest(places) AS p
    FROM partial_rows
    WHERE unit = getvariable('first_unit')
);

CREATE TEMP VIEW alone_rows AS
SELECT phrase_id, unit, lone.spelled, lone.exposure_count
FROM (
    SELECT phrase_id, unit, unnest(alone) AS lone
    FROM partial_rows
);
