-- The user's own columns of the phrase source, one row for each entry of the source.
CREATE TABLE attributes AS
SELECT * FROM read_parquet(getvariable('attributes'));
COMMENT ON TABLE attributes IS 'The source of the phrases, row by row, with its own columns; several rows may share a phrase';
