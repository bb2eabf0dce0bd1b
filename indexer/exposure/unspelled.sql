-- Fills unspelled_phrases; whoever merges runs it before merge.sql, which asks it for the status of every phrase.

INSERT INTO unspelled_phrases BY NAME
SELECT * FROM read_parquet(getvariable('unspelled'))
ORDER BY phrase_id;
