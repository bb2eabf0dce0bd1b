"""Makes the plan: reads phrases, headers and order, and settles every choice before a token is scanned."""

from __future__ import annotations

import gc
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from indexer.config import Config
from indexer.config.idle import spelled
from indexer.config.match import MatchConfig
from indexer.corpus.orders.left_out import notes_on_left_out
from indexer.corpus.preflight.corpus_notes import corpus_notes
from indexer.corpus.preflight.opening import Training
from indexer.corpus.sequences import Shard
from indexer.errors import ConfigError, InputError
from indexer.evidence.gathered import end_ids_of, evidence_of
from indexer.evidence.id_sample import runs_far_and_wide
from indexer.evidence.lookalikes import SAMPLE_IDS, lookalike_notes
from indexer.patterns import select
from indexer.phrases import PhraseSet, load_phrases
from indexer.phrases.form_contexts import context_notes
from indexer.phrases.form_limits import NO_ID_FORM, spelling_limits
from indexer.phrases.gapped import patterns_of, sums_of_parts
from indexer.phrases.inputs import hash_of_inputs
from indexer.phrases.normal_forms import other_forms
from indexer.phrases.normalization import normalized
from indexer.phrases.probe_positions import probe_positions
from indexer.phrases.surface_forms import id_patterns, phrases_without_patterns
from indexer.phrases.text_encoder import TextEncoder
from indexer.plan.facts import OrderFacts, TokenizerFacts
from indexer.plan.known_hashes import ids_of_earlier_indexes, names_of_known, with_known_hashes
from indexer.plan.memory import check_phrase_source, check_phrases
from indexer.plan.plan import Plan
from indexer.plan.ranges import cut_into_ranges
from indexer.plan.store import FrozenContent
from indexer.plurals import counted
from indexer.preflight import preflight
from indexer.storage.notes import on_behalf_of
from indexer.storage.observer import observed_by
from indexer.tokenizers.tokenizer import Tokenizer
from indexer.watch import UNWATCHED, Watch

_WORTH_SAYING = 20_000
"""With fewer phrases a step of planning is over before it is read of."""
_LIBRARIES = ("exposure-indexer", "numpy", "numba", "pyarrow", "duckdb", "tokenizers", "zstandard")


def make_plan(
    config: Config, watch: Watch = UNWATCHED, earlier: Plan | None = None
) -> tuple[Plan, FrozenContent | None]:
    """Settle every choice that decides the rows of an index.

    Parameters
    ----------
    config : Config
        The configuration.
    watch : Watch
        Told how far planning got.
    earlier : Plan, optional
        A plan whose files are whole: its phrases are taken over where they would be made of the same.

    Returns
    -------
    Plan
        Sealed with its fingerprint.
    FrozenContent or None
        What is to be written beside it; None where that is what the earlier plan wrote.

    Raises
    ------
    ConfigError, InputError
        Something the configuration names is missing or not what it should be.
    """
    training = preflight(config)
    tokenizer, reader = training.tokenizer, training.reader
    software = _software()
    tokenizer_hash = None if tokenizer is None else tokenizer.content_hash
    made_of = hash_of_inputs(config, tokenizer_hash, software)
    frozen = None
    if earlier is not None and made_of and made_of == earlier.phrases_from:
        files_of_phrases, notes = earlier.frozen, earlier.phrase_notes
    else:
        with _without_collections():
            frozen, notes = _freeze_phrases(config, tokenizer, watch)
        files_of_phrases = frozen.facts()
        if made_of != hash_of_inputs(config, tokenizer_hash, software):
            made_of = ""  # files were changed while they were read
    shards, _, order, checkpoints = training.fitted
    if config.index.occurrences == "all":
        _look_at_documents(training, shards)
    details = dict(order.facts)
    evidence = evidence_of(training)
    if frozen is not None and tokenizer is not None:
        notes = (*notes, *_lookalikes(frozen.phrases, training, tokenizer))
    taken = {**evidence.taken, **details.pop("taken_on_purpose", {})}
    trusted = [f"taken on trust: {what}" for what in evidence.on_trust]
    manifest = config.corpus.manifest or []
    manifests = [manifest] if isinstance(manifest, str) else manifest
    files, notes_of_manifests = with_known_hashes(
        training.notes.inventory(_numbers_by_name(shards)), shards, manifests, base=config.base
    )
    ranges = cut_into_ranges(shards, names_of_known(files), reader.cuts)
    plan = Plan(
        config=config,
        software=software,
        frozen=files_of_phrases,
        tokenizer=None
        if tokenizer is None
        else TokenizerFacts(
            tokenizer.name, tokenizer.content_hash, tokenizer.n_ids, tokenizer.vocabulary_hash
        ),
        corpus=reader.facts,
        shards=shards,
        order=OrderFacts(details.pop("kind"), order.start_step, order.stop_step, details),
        checkpoints=tuple(int(checkpoint) for checkpoint in checkpoints),
        ranges=ranges,
        known_ids=ids_of_earlier_indexes(shards, ranges, manifests, base=config.base),
        files=files,
        notes=(
            *notes,
            *trusted,
            *corpus_notes(reader.facts, shards),
            *notes_on_left_out(order.facts, sum(shard.n_sequences for shard in shards)),
            *notes_of_manifests,
        ),
        taken=taken,
        phrases_from=made_of,
        phrase_notes=notes,
        stored={} if frozen is not None or earlier is None else earlier.stored,
    )
    return plan.sealed(), frozen


def _look_at_documents(training: Training, shards: tuple[Shard, ...]) -> None:
    """Read what the formats say of their documents: files that are not as they should be are refused now."""
    with observed_by(training.notes):
        for shard in shards:
            with on_behalf_of(shard.number):
                training.reader.documents(shard)


@contextmanager
def _without_collections() -> Iterator[None]:
    """Keep Python from looking for cycles among millions of texts and tuples, of which there are none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _freeze_phrases(
    config: Config, tokenizer: Tokenizer | None, watch: Watch = UNWATCHED
) -> tuple[FrozenContent, tuple[str, ...]]:
    estimated = check_phrase_source(config)
    of_phrases = config.given_keys("phrases")
    loaded = load_phrases(
        config.phrases,
        config.match,
        base=config.base,
        given=of_phrases,
        progress=watch.rows,
        items=config.items,
    )
    number = counted(loaded.phrases.num_rows, "phrase")
    if loaded.phrases.num_rows >= _WORTH_SAYING:
        watch.say(f"Planning: {number}, asking the tokenizer for each")
    notes = list(loaded.notes)
    dropped: list[int] = []
    unspelled: dict[int, str] = {}
    if tokenizer is not None and (config.match.asks_for_words() or loaded.gapped is not None):
        tokenizer.require_words()
        loaded = normalized(loaded, tokenizer, config.match)
        more_notes, dropped, lost = spelling_limits(loaded.looked_for(), tokenizer)
        unspelled = _of_phrases(loaded, lost)
        notes += [*more_notes, *context_notes(loaded.looked_for(), tokenizer, config.match)]
    else:
        loaded = normalized(loaded, None, config.match)
    phrases = loaded.phrases
    check_phrases(config, phrases.num_rows, say=not estimated)
    if not phrases.num_rows:
        raise ConfigError("no phrases were found", path=config.sources()[0])
    has_text = phrases["phrase"].null_count < phrases.num_rows
    if tokenizer is None and has_text:
        raise ConfigError(
            "[tokenizer] path is not set, but phrases are given as text",
            expected="the tokenizer.json of the corpus",
            fix="set [tokenizer] path, or give token_ids in the place of text",
        )
    if not has_text:
        _refuse_settings_of_text(config)
    patterns = None
    if config.match.unit in ("tokens", "both"):
        looked_for = loaded.looked_for()
        if looked_for.num_rows >= _WORTH_SAYING:
            watch.say(f"Planning: id forms of {number}")
        patterns = id_patterns(looked_for, tokenizer, config.match)
        # Ids of what is left of a phrase are another phrase.
        if dropped:
            patterns = select(patterns, ~np.isin(patterns.phrase, dropped))
        without = dict.fromkeys(phrases_without_patterns(looked_for, patterns), NO_ID_FORM)
        without = _of_phrases(loaded, without)
        unspelled = {**without, **unspelled}
        if without:
            notes.append(f"{counted(len(without), 'phrase', 'has', 'have')} no id form: no pieces spell such")
    elif phrases["token_ids"].null_count < phrases.num_rows:
        raise ConfigError(
            "phrases given as token_ids are matched as ids only", fix='set [match] unit = "tokens" or "both"'
        )
    gapped = loaded.gapped
    if gapped is not None:
        gapped = gapped._replace(parts=_with_token_counts(gapped.parts, tokenizer).combine_chunks())
    if loaded.pairs.num_rows >= _WORTH_SAYING:
        watch.say(f"Planning: token positions of {counted(loaded.pairs.num_rows, 'pair')}")
    frozen = FrozenContent(
        phrases=sums_of_parts(_with_token_counts(phrases, tokenizer), gapped, "n_tokens").combine_chunks(),
        pairs=loaded.pairs.combine_chunks(),
        attributes=None if loaded.attributes is None else loaded.attributes.combine_chunks(),
        probes=probe_positions(loaded.pairs, tokenizer) if tokenizer and loaded.pairs.num_rows else None,
        gapped=gapped,
        patterns=patterns,
        tokenizer=tokenizer,
        other_forms=_other_forms(loaded, tokenizer, config.match),
        unspelled=_as_table(unspelled),
        items=None if loaded.items is None else loaded.items.combine_chunks(),
        item_phrases=None if loaded.item_phrases is None else loaded.item_phrases.combine_chunks(),
    )
    return frozen, tuple(notes)


def _other_forms(loaded: PhraseSet, tokenizer: Tokenizer | None, match: MatchConfig) -> pa.Table | None:
    """Return the phrases in other normal forms; None where ids do not tell the text to look for them in."""
    if tokenizer is None:
        return None
    with suppress(InputError):
        tokenizer.require_words()
        return other_forms(loaded, tokenizer, match)
    return None


def _lookalikes(phrases: pa.Table, training: Training, tokenizer: Tokenizer) -> list[str]:
    """Tell what the corpus spells otherwise; nothing where ids do not tell the text."""
    with suppress(InputError):
        tokenizer.require_words()
        texts, match = phrases["phrase"].to_pylist(), training.config.match
        sample = runs_far_and_wide(training.reader, end_ids_of(training.config.corpus), SAMPLE_IDS)
        return lookalike_notes(texts, sample, tokenizer.token_bytes(), match)
    return []


def _refuse_settings_of_text(config: Config) -> None:
    """Refuse settings of the spelling where every phrase is given as ids, which are one spelling."""
    for key in ("case", "whitespace", "normal_form"):
        if key in config.given_keys("match"):
            value = spelled(getattr(config.match, key))
            raise ConfigError(
                f"[match] {key} = {value} has no effect on phrases given as ids",
                path=config.sources()[0],
                fix=f"leave [match] {key} out",
            )


def _of_phrases(loaded: PhraseSet, reasons: dict[int, str]) -> dict[int, str]:
    """Return what keeps phrases from being found: a phrase with gaps has the reason of a part."""
    found = dict(reasons)
    if loaded.gapped is not None:
        for pattern in patterns_of(loaded.gapped.patterns, loaded.phrases.num_rows):
            of_parts = [reasons[part] for part in pattern.parts if part in reasons]
            if of_parts:
                found.setdefault(pattern.phrase, of_parts[0])
    return {phrase: why for phrase, why in found.items() if phrase < loaded.phrases.num_rows}


def _as_table(unspelled: dict[int, str]) -> pa.Table | None:
    """Return phrases and reasons as a table, None where there are none."""
    if not unspelled:
        return None
    phrase_ids = sorted(unspelled)
    return pa.table(
        {
            "phrase_id": pa.array(phrase_ids, pa.int32()),
            "reason": pa.array([unspelled[phrase] for phrase in phrase_ids], pa.string()),
        }
    )


def _with_token_counts(phrases: pa.Table, tokenizer: Tokenizer | None) -> pa.Table:
    """Add ``n_tokens``: the tokens of the phrase after a space, or of the ids given."""
    counts = pc.list_value_length(phrases["token_ids"])
    if tokenizer is not None:
        of_text = np.asarray(pc.and_(pc.is_null(counts), pc.is_valid(phrases["phrase"])))
        counted = np.asarray(pc.fill_null(counts, 0)).astype(np.int32)
        counted[of_text] = TextEncoder(tokenizer).encode(phrases["phrase"].filter(of_text), lead=" ").lengths
        counts = pa.array(counted, pa.int32(), mask=~of_text & np.asarray(pc.is_null(counts)))
    return phrases.append_column("n_tokens", pc.cast(counts, pa.int32()))


def _numbers_by_name(shards: tuple[Shard, ...]) -> dict[str, int | None]:
    """Return the number of each shard by its name, None where several have one name."""
    numbers: dict[str, int | None] = {}
    for shard in shards:
        numbers[shard.name] = None if shard.name in numbers else shard.number
    return numbers


def _software() -> dict[str, str]:
    return {"python": platform.python_version(), **{library: version(library) for library in _LIBRARIES}}
