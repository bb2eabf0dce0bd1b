-- Phrases that were found in another normal form only: how many for each form, and one of them.

SELECT normal_form, count(DISTINCT phrase_id), min_by(spelled, phrase_id)
FROM other_forms
JOIN exposures USING (phrase_id)
WHERE NOT exposures.seen
GROUP BY normal_form
ORDER BY normal_form;
