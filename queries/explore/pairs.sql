-- title: Pairs
-- Every minimal pair with its sentences, its critical phrases and where they stand, and what the model saw of them.
-- example: exposure query index explore/pairs
SELECT
    pairs.pair_id,
    pairs.dataset,
    pairs.paradigm,
    pairs.phenomenon,
    pairs.field,
    pairs.excluded,
    pairs.good_sentence AS sentence_good,
    pairs.bad_sentence AS sentence_bad,
    pairs.good_phrase AS phrase_good,
    pairs.bad_phrase AS phrase_bad,
    pairs.good_phrase_start AS phrase_good_start,
    pairs.good_phrase_stop AS phrase_good_stop,
    pairs.bad_phrase_start AS phrase_bad_start,
    pairs.bad_phrase_stop AS phrase_bad_stop,
    pairs.good_critical_start AS critical_good_start,
    pairs.good_critical_stop AS critical_good_stop,
    pairs.bad_critical_start AS critical_bad_start,
    pairs.bad_critical_stop AS critical_bad_stop,
    pairs.good_context_start AS context_good_start,
    pairs.good_context_stop AS context_good_stop,
    pairs.bad_context_start AS context_bad_start,
    pairs.bad_context_stop AS context_bad_stop,
    good.exposure_count AS exposure_count_good,
    bad.exposure_count AS exposure_count_bad,
    good.status AS status_good,
    bad.status AS status_bad,
    good.first_step AS first_step_good,
    bad.first_step AS first_step_bad
FROM pairs
JOIN exposures AS good ON good.phrase_id = pairs.good_phrase_id
JOIN exposures AS bad ON bad.phrase_id = pairs.bad_phrase_id
ORDER BY pairs.pair_id;
