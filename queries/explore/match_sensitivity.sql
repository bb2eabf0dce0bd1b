-- title: Match sensitivity
-- How many pairs of each paradigm change sides when token-id forms are counted in the place of text; needs unit = "both".
-- example: exposure query index explore/match_sensitivity -p min_count=2
-- param min_count: COUNT = 1 -- fewest exposures that make a phrase exposed
WITH exposed AS (
    SELECT
        pairs.phenomenon,
        pairs.paradigm,
        greatest(good.exposure_count, bad.exposure_count) >= $min_count AS by_text,
        greatest(good.exposure_count_tokens, bad.exposure_count_tokens) >= $min_count AS by_tokens
    FROM pairs
    JOIN exposures AS good ON good.phrase_id = pairs.good_phrase_id
    JOIN exposures AS bad ON bad.phrase_id = pairs.bad_phrase_id
    WHERE pairs.excluded IS NULL
        AND good.exposure_count_tokens IS NOT NULL
        AND bad.exposure_count_tokens IS NOT NULL
)
SELECT
    phenomenon,
    paradigm,
    count(*) FILTER (WHERE by_text AND by_tokens) AS exposed_both_ways,
    count(*) FILTER (WHERE by_text AND NOT by_tokens) AS exposed_in_text_only,
    count(*) FILTER (WHERE by_tokens AND NOT by_text) AS exposed_in_tokens_only,
    count(*) FILTER (WHERE NOT by_text AND NOT by_tokens) AS not_exposed
FROM exposed
GROUP BY phenomenon, paradigm
ORDER BY phenomenon, paradigm;
