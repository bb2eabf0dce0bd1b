-- title: Pairs whose phrases differ in exposure
-- The pairs whose good and bad phrase were met differently often, the widest gap first; ungrammatical leads are marked.
-- example: exposure query index explore/pairs_that_differ -p at_least=10
-- param at_least: COUNT = 1 -- smallest difference that is listed
-- param n_rows: NATURAL = 20 -- how many are listed
SELECT
    pair_id,
    good_phrase,
    good_exposure_count,
    bad_phrase,
    bad_exposure_count,
    good_exposure_count::HUGEINT - bad_exposure_count::HUGEINT AS good_minus_bad,
    bad_exposure_count > good_exposure_count AS bad_leads
FROM pair_exposures
WHERE excluded IS NULL
    AND abs(good_exposure_count::HUGEINT - bad_exposure_count::HUGEINT) >= $at_least
ORDER BY abs(good_exposure_count::HUGEINT - bad_exposure_count::HUGEINT) DESC, pair_id
LIMIT $n_rows;
