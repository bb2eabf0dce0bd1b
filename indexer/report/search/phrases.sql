-- The phrases that the page can be searched for: the most exposed ones, if there are too many.
SELECT
    phrase_id,
    coalesce(phrase, '#' || phrase_id) AS phrase,
    exposure_count,
    sequence_count,
    status,
    first_step,
    last_step
FROM phrases
JOIN exposures USING (phrase_id)
ORDER BY exposure_count DESC, phrase_id
LIMIT $n_phrases;
