-- As partials.sql, where files are so many that opening them is what a merge takes: each is read once, its rows are kept.
-- Variable set by merge.py: partials, a list of file names that is not empty.

CREATE TEMP TABLE partial_rows AS
SELECT * FROM read_parquet(getvariable('partials'));
