-- Empty tables for fold.sql: what many partials say together. Sums are of 128 bits, as sums of 64 bits are.

CREATE TEMP TABLE folded_counts (
    unit VARCHAR, phrase_id INTEGER, exposure_count HUGEINT, sequence_count HUGEINT,
    first_step BIGINT, first_sequence BIGINT, first_offset INTEGER, last_step BIGINT
);
CREATE TEMP TABLE folded_bins (phrase_id INTEGER, checkpoint BIGINT, exposure_count HUGEINT);
CREATE TEMP TABLE folded_places (
    phrase_id INTEGER, step BIGINT, sequence BIGINT, token_offset INTEGER, n_tokens INTEGER
);
CREATE TEMP TABLE folded_alone (phrase_id INTEGER, unit VARCHAR, spelled VARCHAR, exposure_count HUGEINT);
