-- Fills other_forms: the partials number its rows as the frozen file does.

INSERT INTO other_forms
SELECT others.phrase_id, others.normal_form, others.spelled, counts.exposure_count
FROM read_parquet(getvariable('other_forms'), file_row_number = true) AS others
JOIN phrase_counts AS counts
    ON counts.unit = 'other_forms' AND counts.phrase_id = others.file_row_number
ORDER BY others.phrase_id, others.normal_form, others.spelled;
