-- The rows of all partials, for rows.sql. Variable set by merge.py: partials, a list of file names that is not empty.

CREATE OR REPLACE TEMP VIEW partial_rows AS
SELECT * FROM read_parquet(getvariable('partials'));
