-- title: Phrases like this
-- Phrases of the index that begin like some word, or hold another, for finding what it does hold.
-- example: exposure query index explore/phrases_like -p first_word=this -p last_word=raft
-- param first_word: WORDS -- how the phrase begins
-- param last_word: WORDS -- a word that stands anywhere in the phrase
-- param n_rows: NATURAL = 5000 -- how many are listed
SELECT phrase
FROM phrases
WHERE starts_with(phrase, $first_word)
    OR contains(phrase, $last_word)
ORDER BY phrase_id
LIMIT $n_rows;
