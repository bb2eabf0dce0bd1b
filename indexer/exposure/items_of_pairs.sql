-- Minimal pairs as items: given_pairs has the columns of the view pairs.
INSERT INTO items
SELECT
    pair_id,
    dataset,
    'pair',
    paradigm,
    phenomenon,
    field,
    MAP {
        'rule': rule,
        'grade': grade,
        'end_boundary': end_boundary::VARCHAR,
        'identical': identical::VARCHAR,
        'order_contrast': order_contrast::VARCHAR,
        'sentence_wide': sentence_wide::VARCHAR,
        'fallback': fallback,
        'good_critical_start': good_critical_start::VARCHAR,
        'good_critical_stop': good_critical_stop::VARCHAR,
        'good_context_start': good_context_start::VARCHAR,
        'good_context_stop': good_context_stop::VARCHAR,
        'bad_critical_start': bad_critical_start::VARCHAR,
        'bad_critical_stop': bad_critical_stop::VARCHAR,
        'bad_context_start': bad_context_start::VARCHAR,
        'bad_context_stop': bad_context_stop::VARCHAR
    },
    excluded
FROM given_pairs;

INSERT INTO item_phrases
SELECT pair_id, 'good', 0, good_phrase_id, good_phrase_start, good_phrase_stop, good_sentence FROM given_pairs
UNION ALL
SELECT pair_id, 'bad', 0, bad_phrase_id, bad_phrase_start, bad_phrase_stop, bad_sentence FROM given_pairs;
