-- title: Where text and ids disagree
-- The phrases whose exposures differ between the text the tokens spell and the id forms, with the spellings that only one of them found.
-- example: exposure query index explore/unit_differences -p n_rows=5
-- param n_rows: NATURAL = 50 -- how many are listed
SELECT
    phrases.phrase,
    exposures.exposure_count AS exposure_count_text,
    exposures.exposure_count_tokens,
    differences.found_by AS found_only_by,
    differences.spelled,
    differences.exposure_count AS exposures_so_spelled
FROM unit_differences AS differences
JOIN exposures USING (phrase_id)
JOIN phrases USING (phrase_id)
ORDER BY differences.exposure_count DESC, differences.phrase_id, differences.found_by, differences.spelled
LIMIT $n_rows;
