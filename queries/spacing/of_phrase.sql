-- title: Spacing of one phrase
-- Every step at which a phrase was exposed, how often, and how many steps after the one before. Exact where source is occurrences or steps; with bins a row is a checkpoint, and its step the last one before it.
-- example: exposure query index spacing/of_phrase -p phrase='this raft'
-- param phrase: PHRASE -- a phrase of the index
SELECT
    step,
    exposure_count,
    step - lag(step) OVER (ORDER BY step) AS gap,
    source
FROM exposed_steps
JOIN phrases USING (phrase_id)
WHERE phrases.phrase = $phrase
ORDER BY step;
