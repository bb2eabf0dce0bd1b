-- Fills documents. Variable set by merge.py: document_names, a list of file names that is not empty.

INSERT INTO documents
SELECT DISTINCT shard, document, name
FROM read_parquet(getvariable('document_names'))
ORDER BY shard, document;
