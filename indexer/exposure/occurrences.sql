-- The view occurrences of an index that holds them, in the place of the one of macros.sql. Its list of files is put in by
-- occurrence_view.py: names in the folder that a variable holds. Whoever opens the table with DuckDB
-- alone does so from inside the index folder, or sets that variable.

CREATE OR REPLACE VIEW occurrences AS
SELECT
    phrase_id,
    step,
    sequence,
    token_offset,
    n_tokens,
    shard,
    document + documents_before AS document
FROM read_parquet([{files}])
JOIN document_offsets USING (range, shard);
COMMENT ON VIEW occurrences IS 'Every exposure: phrase_id, step, sequence, token_offset, n_tokens, shard, document; read from the folder occurrences beside the table, an error in an index without [index] occurrences = "all"';

CREATE OR REPLACE VIEW exposed_steps AS
SELECT phrase_id, step, count(*)::UBIGINT AS exposure_count, 'occurrences' AS source
FROM occurrences
WHERE step IS NOT NULL
GROUP BY phrase_id, step;
COMMENT ON VIEW exposed_steps IS 'Steps at which a phrase was exposed, and how often: exact where source is occurrences or steps; with source bins the last step before each checkpoint with exposures since the one before';

CREATE OR REPLACE VIEW known_places AS
SELECT phrase_id, step, sequence, token_offset, n_tokens, shard
FROM occurrences;
COMMENT ON VIEW known_places IS 'Every place that the index keeps: all occurrences where it holds them, else the first places of each phrase';
