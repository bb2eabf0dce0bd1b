-- The tables of an exposure index. This file is a product: others read the table, so names and meanings stay.
-- History of schema versions. 1: first version. 2: a minimal pair is one kind of item; results by measure, and measures of models.
-- 3: questions of items take lists as roles; the longest spans follow which window follows which, in words of the field.

CREATE TABLE phrases (
    phrase_id INTEGER PRIMARY KEY,
    phrase    VARCHAR,
    n_words   INTEGER,
    n_tokens  INTEGER
);
COMMENT ON TABLE phrases IS 'One row for each distinct phrase that was looked for';
COMMENT ON COLUMN phrases.phrase_id IS 'Number of the phrase, dense from 0';
COMMENT ON COLUMN phrases.phrase IS 'Its text after the configured folding, its notation where it has gaps; NULL where only token ids were given';
COMMENT ON COLUMN phrases.n_words IS 'Words, split at white space, of its parts together where it has gaps; NULL without text';
COMMENT ON COLUMN phrases.n_tokens IS 'Tokens of the phrase after a space under the tokenizer of the corpus, or of the ids given; NULL without either';

CREATE TABLE items (
    item_id    VARCHAR PRIMARY KEY,
    dataset    VARCHAR,
    kind       VARCHAR NOT NULL CHECK (kind IN ('pair', 'item')),
    paradigm   VARCHAR,
    phenomenon VARCHAR,
    field      VARCHAR,
    attributes MAP(VARCHAR, VARCHAR),
    excluded   VARCHAR
);
COMMENT ON TABLE items IS 'One row for each item: a minimal pair, or whatever else a model is evaluated on; empty where plain phrases were indexed';
COMMENT ON COLUMN items.item_id IS 'Data set and id of the item, as in quiz/17; of a pair, paradigm and number, as in determiner_noun_agreement_1/17';
COMMENT ON COLUMN items.dataset IS 'Where the item comes from';
COMMENT ON COLUMN items.kind IS 'pair: a minimal pair, with the roles good and bad; item: any other, with the roles it was given';
COMMENT ON COLUMN items.paradigm IS 'Its group within the data set; of a pair, the set of pairs of one construction';
COMMENT ON COLUMN items.phenomenon IS 'Grammatical phenomenon of the paradigm; NULL where there is none';
COMMENT ON COLUMN items.field IS 'Field of linguistics: morphology, syntax, semantics; NULL where there is none';
COMMENT ON COLUMN items.attributes IS 'What else the source, or the rule that marked a pair, says of the item, as text';
COMMENT ON COLUMN items.excluded IS 'Why the item takes part in nothing; NULL where it does';

CREATE TABLE item_phrases (
    item_id    VARCHAR NOT NULL,
    role       VARCHAR NOT NULL,
    place      INTEGER NOT NULL,
    phrase_id  INTEGER,
    start      INTEGER,
    stop       INTEGER,
    field_text VARCHAR
);
COMMENT ON TABLE item_phrases IS 'One row for each phrase of an item: its critical phrases, whole short fields, or the windows of a long field';
COMMENT ON COLUMN item_phrases.item_id IS 'The item';
COMMENT ON COLUMN item_phrases.role IS 'What the phrase is in the item: good, bad, question, answer, word, or any other name';
COMMENT ON COLUMN item_phrases.place IS 'Number of the phrase within its role, from 0; windows in the order of the field, each a word behind the one before';
COMMENT ON COLUMN item_phrases.phrase_id IS 'The phrase, a row of phrases; NULL where nothing of the field is looked for';
COMMENT ON COLUMN item_phrases.start IS 'Start of the phrase in the field, in Unicode code points from 0';
COMMENT ON COLUMN item_phrases.stop IS 'Code point after the phrase';
COMMENT ON COLUMN item_phrases.field_text IS 'The whole text of the field, at place 0; NULL at the others';

CREATE TABLE probe_positions (
    pair_id                   VARCHAR PRIMARY KEY,
    good_n_tokens             INTEGER,
    good_critical_token_start INTEGER,
    good_critical_token_stop  INTEGER,
    good_context_token_start  INTEGER,
    good_context_token_stop   INTEGER,
    good_query_token          INTEGER,
    good_key_token_start      INTEGER,
    good_key_token_stop       INTEGER,
    bad_n_tokens              INTEGER,
    bad_critical_token_start  INTEGER,
    bad_critical_token_stop   INTEGER,
    bad_context_token_start   INTEGER,
    bad_context_token_stop    INTEGER,
    bad_query_token           INTEGER,
    bad_key_token_start       INTEGER,
    bad_key_token_stop        INTEGER
);
COMMENT ON TABLE probe_positions IS 'Where the critical and the context word of each pair stand in the token ids of its sentences; a model that wants a start token first shifts them by one';
COMMENT ON COLUMN probe_positions.pair_id IS 'The pair';
COMMENT ON COLUMN probe_positions.good_n_tokens IS 'Ids of the sentence under the tokenizer of the corpus, without special ids';
COMMENT ON COLUMN probe_positions.good_critical_token_start IS 'First id that holds a letter of the critical span; NULL where there are no spans';
COMMENT ON COLUMN probe_positions.good_critical_token_stop IS 'Id after the critical span';
COMMENT ON COLUMN probe_positions.good_context_token_start IS 'First id that holds a letter of the context span';
COMMENT ON COLUMN probe_positions.good_context_token_stop IS 'Id after the context span';
COMMENT ON COLUMN probe_positions.good_query_token IS 'First id of the later of the two spans: where attention is read from';
COMMENT ON COLUMN probe_positions.good_key_token_start IS 'First id of the earlier one: where attention goes to';
COMMENT ON COLUMN probe_positions.good_key_token_stop IS 'Id after the earlier one';
COMMENT ON COLUMN probe_positions.bad_n_tokens IS 'Ids of the sentence under the tokenizer of the corpus, without special ids';
COMMENT ON COLUMN probe_positions.bad_critical_token_start IS 'First id that holds a letter of the critical span; NULL where there are no spans';
COMMENT ON COLUMN probe_positions.bad_critical_token_stop IS 'Id after the critical span';
COMMENT ON COLUMN probe_positions.bad_context_token_start IS 'First id that holds a letter of the context span';
COMMENT ON COLUMN probe_positions.bad_context_token_stop IS 'Id after the context span';
COMMENT ON COLUMN probe_positions.bad_query_token IS 'First id of the later of the two spans: where attention is read from';
COMMENT ON COLUMN probe_positions.bad_key_token_start IS 'First id of the earlier one: where attention goes to';
COMMENT ON COLUMN probe_positions.bad_key_token_stop IS 'Id after the earlier one';

CREATE TABLE exposures (
    phrase_id             INTEGER PRIMARY KEY,
    exposure_count        UBIGINT NOT NULL,
    sequence_count        UBIGINT NOT NULL,
    exposure_count_tokens UBIGINT,
    seen                  BOOLEAN NOT NULL,
    status                VARCHAR NOT NULL CHECK (status IN ('seen', 'never', 'unknown')),
    first_step            BIGINT,
    last_step             BIGINT,
    first_sequence        BIGINT,
    first_offset          INTEGER,
    first_shard           INTEGER
);
COMMENT ON TABLE exposures IS 'One row for each phrase, seen or not: what the model saw of it in the training window';
COMMENT ON COLUMN exposures.phrase_id IS 'The phrase';
COMMENT ON COLUMN exposures.exposure_count IS 'Occurrences times the visits of their sequence inside the training window';
COMMENT ON COLUMN exposures.sequence_count IS 'Distinct sequences with any of these exposures; one that is visited in several epochs counts once';
COMMENT ON COLUMN exposures.exposure_count_tokens IS 'The same by token-id forms, in an index of unit both; NULL otherwise';
COMMENT ON COLUMN exposures.seen IS 'Whether exposure_count is above 0';
COMMENT ON COLUMN exposures.status IS 'seen; never: count 0 and every planned shard and step covered; unknown: count 0 and no evidence (something missing, a doubt taken on purpose, or a row of unspelled_phrases)';
COMMENT ON COLUMN exposures.first_step IS 'Zero-based batch of the first exposure; NULL when not seen or the order is not known';
COMMENT ON COLUMN exposures.last_step IS 'Zero-based batch of the last exposure; NULL when not seen or the order is not known';
COMMENT ON COLUMN exposures.first_sequence IS 'Sequence of the first exposure, numbered over the corpus; NULL when not seen';
COMMENT ON COLUMN exposures.first_offset IS 'Tokens from the start of that sequence; NULL when not seen';
COMMENT ON COLUMN exposures.first_shard IS 'Shard of that sequence, a row of shards; NULL when not seen';

CREATE TABLE exposure_bins (
    phrase_id      INTEGER NOT NULL,
    checkpoint     BIGINT NOT NULL,
    exposure_count UBIGINT NOT NULL,
    PRIMARY KEY (phrase_id, checkpoint)
);
COMMENT ON TABLE exposure_bins IS 'Exposures over training: one row for each phrase and checkpoint with exposures since the checkpoint before';
COMMENT ON COLUMN exposure_bins.phrase_id IS 'The phrase';
COMMENT ON COLUMN exposure_bins.checkpoint IS 'The first checkpoint of the grid that has seen these exposures';
COMMENT ON COLUMN exposure_bins.exposure_count IS 'Exposures between the checkpoint before and this one; above 0';

CREATE TABLE places (
    phrase_id    INTEGER NOT NULL,
    place        INTEGER NOT NULL,
    step         BIGINT,
    sequence     BIGINT NOT NULL,
    token_offset INTEGER NOT NULL,
    n_tokens     INTEGER NOT NULL,
    shard        INTEGER NOT NULL
);
COMMENT ON TABLE places IS 'The first exposures of each phrase, for looking at them';
COMMENT ON COLUMN places.phrase_id IS 'The phrase';
COMMENT ON COLUMN places.place IS 'Rank by (step, sequence, token_offset), from 0';
COMMENT ON COLUMN places.step IS 'Zero-based batch; NULL where no order is known';
COMMENT ON COLUMN places.sequence IS 'Sequence, numbered over the corpus';
COMMENT ON COLUMN places.token_offset IS 'Tokens from the start of the sequence to the occurrence';
COMMENT ON COLUMN places.n_tokens IS 'Tokens the occurrence touches';
COMMENT ON COLUMN places.shard IS 'Shard of the sequence, a row of shards';

CREATE TABLE document_offsets (
    range            INTEGER NOT NULL,
    shard            INTEGER NOT NULL,
    documents_before BIGINT,
    PRIMARY KEY (range, shard)
);
COMMENT ON TABLE document_offsets IS 'For the view occurrences: documents of a shard that end before what a range holds of it, where they are counted by end-of-document ids; else 0';
COMMENT ON COLUMN document_offsets.range IS 'Number of a range that was scanned';
COMMENT ON COLUMN document_offsets.shard IS 'Shard of which it holds sequences';
COMMENT ON COLUMN document_offsets.documents_before IS 'Documents of the shard that end before these sequences; NULL where a range before it is missing';

CREATE TABLE documents (
    shard    INTEGER NOT NULL,
    document BIGINT NOT NULL,
    name     VARCHAR NOT NULL,
    PRIMARY KEY (shard, document)
);
COMMENT ON TABLE documents IS 'What documents with an occurrence are called, where the format names them (an id key or column, the list beside an array of OLMo); empty without occurrences';
COMMENT ON COLUMN documents.shard IS 'The shard, a row of shards';
COMMENT ON COLUMN documents.document IS 'Document of the shard, from 0, as in occurrences';
COMMENT ON COLUMN documents.name IS 'Its name';

CREATE TABLE unit_differences (
    phrase_id      INTEGER NOT NULL,
    found_by       VARCHAR NOT NULL CHECK (found_by IN ('text', 'tokens')),
    spelled        VARCHAR NOT NULL,
    exposure_count UBIGINT NOT NULL
);
COMMENT ON TABLE unit_differences IS 'In an index of unit both: exposures that one unit found and the other did not, by spelling';
COMMENT ON COLUMN unit_differences.phrase_id IS 'The phrase';
COMMENT ON COLUMN unit_differences.found_by IS 'The unit that found them: text or tokens';
COMMENT ON COLUMN unit_differences.spelled IS 'The text of the tokens they touch';
COMMENT ON COLUMN unit_differences.exposure_count IS 'Exposures with this spelling';

CREATE TABLE other_forms (
    phrase_id      INTEGER NOT NULL,
    normal_form    VARCHAR NOT NULL CHECK (normal_form IN ('NFC', 'NFD', 'NFKC', 'NFKD')),
    spelled        VARCHAR NOT NULL,
    exposure_count UBIGINT NOT NULL
);
COMMENT ON TABLE other_forms IS 'Exposures of phrases in a Unicode normal form other than they are looked for in; counted nowhere else';
COMMENT ON COLUMN other_forms.phrase_id IS 'The phrase';
COMMENT ON COLUMN other_forms.normal_form IS 'The form: NFC, NFD, NFKC or NFKD';
COMMENT ON COLUMN other_forms.spelled IS 'Its text in that form, folded; of a phrase with gaps, a part';
COMMENT ON COLUMN other_forms.exposure_count IS 'Exposures of that text, found in the text of the tokens';

CREATE TABLE unspelled_phrases (
    phrase_id INTEGER PRIMARY KEY,
    reason    VARCHAR NOT NULL
        CHECK (reason IN ('unknown letter', 'dropped letter', 'changed beside others', 'no id form'))
);
COMMENT ON TABLE unspelled_phrases IS 'Phrases of which the ids of the tokenizer cannot tell some spelling: a count of 0 is unknown, not never';
COMMENT ON COLUMN unspelled_phrases.phrase_id IS 'The phrase';
COMMENT ON COLUMN unspelled_phrases.reason IS 'unknown letter: the vocabulary lacks a piece for it; dropped letter: the tokenizer drops or changes it; changed beside others: it is spelled otherwise beside other words; no id form: no run of ids is looked for';

CREATE TABLE checkpoints (
    checkpoint  BIGINT PRIMARY KEY,
    tokens_seen UBIGINT
);
COMMENT ON TABLE checkpoints IS 'The grid of exposure_bins';
COMMENT ON COLUMN checkpoints.checkpoint IS 'Steps the model has taken: it has seen the steps 0 to checkpoint - 1';
COMMENT ON COLUMN checkpoints.tokens_seen IS 'Tokens of all sequence visits of the training window before this checkpoint; NULL where no order is known';

CREATE TABLE shards (
    shard            INTEGER PRIMARY KEY,
    path             VARCHAR NOT NULL,
    n_bytes          UBIGINT NOT NULL,
    tokens_hash      VARCHAR,
    first_sequence   BIGINT NOT NULL,
    n_sequences      BIGINT NOT NULL,
    n_tokens         UBIGINT NOT NULL,
    n_dropped_tokens UBIGINT NOT NULL,
    n_visits         UBIGINT NOT NULL,
    verified         BOOLEAN NOT NULL
);
COMMENT ON TABLE shards IS 'One row for each shard of the corpus, in corpus order';
COMMENT ON COLUMN shards.shard IS 'Number of the shard, from 0';
COMMENT ON COLUMN shards.path IS 'Path as the configuration spells it';
COMMENT ON COLUMN shards.n_bytes IS 'Size on disk';
COMMENT ON COLUMN shards.tokens_hash IS 'xxh3-128 of its token ids in sequence order, taken while scanning; of the range hashes where it was scanned in ranges';
COMMENT ON COLUMN shards.first_sequence IS 'Corpus-wide number of its first sequence';
COMMENT ON COLUMN shards.n_sequences IS 'Training instances in it';
COMMENT ON COLUMN shards.n_tokens IS 'Tokens of these';
COMMENT ON COLUMN shards.n_dropped_tokens IS 'Tokens at its end that fill no sequence';
COMMENT ON COLUMN shards.n_visits IS 'Visits of its sequences inside the training window';
COMMENT ON COLUMN shards.verified IS 'Whether its content was compared with a hash known from elsewhere';

CREATE TABLE results (
    model      VARCHAR NOT NULL,
    checkpoint BIGINT NOT NULL,
    item_id    VARCHAR NOT NULL,
    measure    VARCHAR NOT NULL,
    value      DOUBLE
);
COMMENT ON TABLE results IS 'Imported evaluation: one row for each model, checkpoint, item and measure';
COMMENT ON COLUMN results.model IS 'Name of the model or seed';
COMMENT ON COLUMN results.checkpoint IS 'Steps the model has taken';
COMMENT ON COLUMN results.item_id IS 'The item';
COMMENT ON COLUMN results.measure IS 'What was measured: correct (0 or 1), score_good, score_bad, surprisal, or any other name';
COMMENT ON COLUMN results.value IS 'Its value; NULL where missing';

CREATE TABLE model_measures (
    model      VARCHAR NOT NULL,
    checkpoint BIGINT NOT NULL,
    paradigm   VARCHAR,
    measure    VARCHAR NOT NULL,
    part       VARCHAR NOT NULL,
    value      DOUBLE
);
COMMENT ON TABLE model_measures IS 'Imported measures of a model itself, as concept vectors and attention: one row for each model, checkpoint, paradigm, measure and part';
COMMENT ON COLUMN model_measures.model IS 'Name of the model or seed';
COMMENT ON COLUMN model_measures.checkpoint IS 'Steps the model has taken';
COMMENT ON COLUMN model_measures.paradigm IS 'The paradigm whose sentences it was measured on; NULL: all together';
COMMENT ON COLUMN model_measures.measure IS 'What was measured: auroc, effective_rank, attention, attention_baseline, or any other name';
COMMENT ON COLUMN model_measures.part IS 'Of what: a split, a head (L0H3), or any other name; empty where it has no parts';
COMMENT ON COLUMN model_measures.value IS 'Its value; NULL where missing';

CREATE TABLE provenance (
    key   VARCHAR PRIMARY KEY,
    value VARCHAR
);
COMMENT ON TABLE provenance IS 'Where the index comes from: schema version, plan fingerprint, window, match settings, versions';
COMMENT ON COLUMN provenance.key IS 'What is recorded';
COMMENT ON COLUMN provenance.value IS 'Its value as text; objects as JSON';

CREATE VIEW pairs AS
SELECT
    items.item_id AS pair_id,
    items.dataset,
    items.paradigm,
    items.phenomenon,
    items.field,
    good.field_text AS good_sentence,
    good.phrase_id AS good_phrase_id,
    good.field_text[good.start + 1:good.stop] AS good_phrase,
    good.start AS good_phrase_start,
    good.stop AS good_phrase_stop,
    map_extract(items.attributes, 'good_critical_start')[1]::INTEGER AS good_critical_start,
    map_extract(items.attributes, 'good_critical_stop')[1]::INTEGER AS good_critical_stop,
    map_extract(items.attributes, 'good_context_start')[1]::INTEGER AS good_context_start,
    map_extract(items.attributes, 'good_context_stop')[1]::INTEGER AS good_context_stop,
    bad.field_text AS bad_sentence,
    bad.phrase_id AS bad_phrase_id,
    bad.field_text[bad.start + 1:bad.stop] AS bad_phrase,
    bad.start AS bad_phrase_start,
    bad.stop AS bad_phrase_stop,
    map_extract(items.attributes, 'bad_critical_start')[1]::INTEGER AS bad_critical_start,
    map_extract(items.attributes, 'bad_critical_stop')[1]::INTEGER AS bad_critical_stop,
    map_extract(items.attributes, 'bad_context_start')[1]::INTEGER AS bad_context_start,
    map_extract(items.attributes, 'bad_context_stop')[1]::INTEGER AS bad_context_stop,
    map_extract(items.attributes, 'rule')[1] AS rule,
    map_extract(items.attributes, 'grade')[1] AS grade,
    map_extract(items.attributes, 'end_boundary')[1]::BOOLEAN AS end_boundary,
    items.excluded,
    map_extract(items.attributes, 'identical')[1]::BOOLEAN AS identical,
    map_extract(items.attributes, 'order_contrast')[1]::BOOLEAN AS order_contrast,
    map_extract(items.attributes, 'sentence_wide')[1]::BOOLEAN AS sentence_wide,
    map_extract(items.attributes, 'fallback')[1] AS fallback
FROM items
LEFT JOIN item_phrases AS good ON good.item_id = items.item_id AND good.role = 'good' AND good.place = 0
LEFT JOIN item_phrases AS bad ON bad.item_id = items.item_id AND bad.role = 'bad' AND bad.place = 0
WHERE items.kind = 'pair';
COMMENT ON VIEW pairs IS 'One row for each minimal pair: an item of kind pair with its two critical phrases';
COMMENT ON COLUMN pairs.pair_id IS 'Paradigm and number of the pair, as in determiner_noun_agreement_1/17';
COMMENT ON COLUMN pairs.dataset IS 'Where the pair comes from';
COMMENT ON COLUMN pairs.paradigm IS 'Its set of pairs of one construction; UID in BLiMP';
COMMENT ON COLUMN pairs.phenomenon IS 'Grammatical phenomenon of the paradigm';
COMMENT ON COLUMN pairs.field IS 'Field of linguistics: morphology, syntax, semantics';
COMMENT ON COLUMN pairs.good_sentence IS 'The acceptable sentence';
COMMENT ON COLUMN pairs.good_phrase_id IS 'Its critical phrase, a row of phrases';
COMMENT ON COLUMN pairs.good_phrase IS 'The critical phrase as spelled in the sentence';
COMMENT ON COLUMN pairs.good_phrase_start IS 'Start of the critical phrase in the sentence, in Unicode code points from 0';
COMMENT ON COLUMN pairs.good_phrase_stop IS 'Code point after the critical phrase';
COMMENT ON COLUMN pairs.good_critical_start IS 'Start of the words that carry the contrast';
COMMENT ON COLUMN pairs.good_critical_stop IS 'Code point after the words that carry the contrast';
COMMENT ON COLUMN pairs.good_context_start IS 'Start of the words that decide which form is right; NULL where there are none';
COMMENT ON COLUMN pairs.good_context_stop IS 'Code point after the words that decide which form is right';
COMMENT ON COLUMN pairs.bad_sentence IS 'The unacceptable sentence';
COMMENT ON COLUMN pairs.bad_phrase_id IS 'Its critical phrase, a row of phrases';
COMMENT ON COLUMN pairs.bad_phrase IS 'The critical phrase as spelled in the sentence';
COMMENT ON COLUMN pairs.bad_phrase_start IS 'Start of the critical phrase in the sentence, in Unicode code points from 0';
COMMENT ON COLUMN pairs.bad_phrase_stop IS 'Code point after the critical phrase';
COMMENT ON COLUMN pairs.bad_critical_start IS 'Start of the words that carry the contrast';
COMMENT ON COLUMN pairs.bad_critical_stop IS 'Code point after the words that carry the contrast';
COMMENT ON COLUMN pairs.bad_context_start IS 'Start of the words that decide which form is right; NULL where there are none';
COMMENT ON COLUMN pairs.bad_context_stop IS 'Code point after the words that decide which form is right';
COMMENT ON COLUMN pairs.rule IS 'The rule that found the critical phrase';
COMMENT ON COLUMN pairs.grade IS 'A: exact from the structure; B: the position is exact, what counts as context is a choice; C: debatable';
COMMENT ON COLUMN pairs.end_boundary IS 'The construction also needs that nothing follows the phrase';
COMMENT ON COLUMN pairs.excluded IS 'Why the pair belongs to no split; NULL where it does';
COMMENT ON COLUMN pairs.identical IS 'The good and the bad sentence are the same';
COMMENT ON COLUMN pairs.order_contrast IS 'The sentences hold the same words in another order';
COMMENT ON COLUMN pairs.fallback IS 'Why the rule of the paradigm gave way to the generic rule; NULL where it did not';
COMMENT ON COLUMN pairs.sentence_wide IS 'The phrase is nearly the whole sentence, so exposure to the letter means little';

CREATE VIEW pair_results AS
SELECT
    results.model,
    results.checkpoint,
    results.item_id AS pair_id,
    results.value <> 0 AS correct
FROM results
SEMI JOIN (SELECT item_id FROM items WHERE kind = 'pair') AS pair ON pair.item_id = results.item_id
WHERE results.measure = 'correct';
COMMENT ON VIEW pair_results IS 'One row for each model, checkpoint and minimal pair with a result';
COMMENT ON COLUMN pair_results.model IS 'Name of the model or seed';
COMMENT ON COLUMN pair_results.checkpoint IS 'Steps the model has taken';
COMMENT ON COLUMN pair_results.pair_id IS 'The pair';
COMMENT ON COLUMN pair_results.correct IS 'Whether the good sentence scored higher; NULL where missing';
