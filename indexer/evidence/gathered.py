"""All evidence of a corpus: what is refused, what was taken on purpose, and what is taken on trust."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from pathlib import PurePath

from indexer.config.corpus import CorpusConfig
from indexer.corpus.preflight.opening import Training
from indexer.errors import ConfigError, InputError
from indexer.evidence.holes import (
    cut_between_blocks,
    late_series,
    listed,
    missing_files,
    shorter_than_neighbours,
    unfinished,
    unwritten,
)
from indexer.evidence.id_sample import sampled_runs
from indexer.evidence.parts import parts_in_doubt, repeated_parts, shards_like_parts
from indexer.evidence.repeats import repeated_files
from indexer.evidence.tokenizer_fit import TokenizerFit, Verdict, tokenizer_fit
from indexer.plurals import counted
from indexer.storage import files
from indexer.storage.compressed import without_suffix
from indexer.storage.globs import not_by_number
from indexer.storage.observer import observed_by
from indexer.storage.parts import Parts
from indexer.storage.passed_over import DATA_OF_TEXT, DOCUMENTS, passed_over
from indexer.tokenizers.tokenizer import Tokenizer

_SHOWN = 90
_OF_NUMBER = re.compile(r"\d{5}-of-\d{5}")


@dataclass(frozen=True)
class Evidence:
    """What was found.

    Attributes
    ----------
    confirmed, on_trust : tuple of str
        What a sample has shown, and what it could not tell, one sentence each.
    taken : dict of str to str
        Doubts that were taken on purpose, by name (`indexer.doubts`): what was found, as a sentence.
    """

    confirmed: tuple[str, ...] = ()
    on_trust: tuple[str, ...] = ()
    taken: dict[str, str] = field(default_factory=dict)


@lru_cache(maxsize=1)
def evidence_of(training: Training) -> Evidence:
    """Look for evidence in a corpus that is measured, or is measured now; asked again, it is not looked anew.

    Raises
    ------
    InputError
        A sample speaks against the configuration; the message names the key that takes it on purpose.
    ConfigError
        Such a key has no effect.
    """
    _ = training.fitted
    files = _of_files(training)
    found = _of_tokenizer(training)
    on_trust = (*found.on_trust, *_of_lengths(training), *_of_names(training))
    return replace(found, taken={**files, **found.taken}, on_trust=on_trust)


@lru_cache(maxsize=1)
def sample_of(training: Training) -> list[list[int]]:
    """Return a sample of the ids of a corpus that is measured; asked again, it is not read anew."""
    return sampled_runs(training.reader, end_ids_of(training.config.corpus))


def end_ids_of(corpus: CorpusConfig) -> frozenset[int]:
    """Return the ids that stand for no text: ends of documents, special ids."""
    ends = {corpus.end_of_document, *corpus.special_ids}
    return frozenset(one for one in ends if one is not None)


def _refuse_passed_over(training: Training) -> None:
    """Refuse files that `[corpus] paths` stands for and that no reader took."""
    corpus, reader, base = training.config.corpus, training.reader, training.config.base
    if corpus.format == "hub" or corpus.split is not None:
        return  # what is not of the split is passed over on purpose
    names = {name for file in reader.files for name in (file.name, *(part.name for part in file.parts))}
    form = reader.facts.format
    documents = DOCUMENTS - DATA_OF_TEXT if form == "text" else DOCUMENTS
    with observed_by(training.notes):
        left = [
            name for path in corpus.paths for name in passed_over(path, names, base=base, documents=documents)
        ]
    if left:
        first = PurePath(reader.files[0].name)
        pattern = _OF_NUMBER.sub("*-of-*", first.name) if form == "pythia" else f"*{first.suffix}"
        raise InputError(
            f"{counted(len(left), 'file')} would be passed over, not read as {form}: {listed(left)}",
            path="[corpus] paths",
            fix="name what is to be read and no more, folders below apart, as in [corpus] paths ="
            f' ["{files.join(str(first.parent), pattern)}"]',
        )


def _of_files(training: Training) -> dict[str, str]:
    """Refuse holes and repeats among the shards; return those that were taken on purpose."""
    corpus, shards = training.config.corpus, training.fitted.shards
    taken: dict[str, str] = {}
    _refuse_passed_over(training)
    if training.fitted.sample.other_dtype:
        taken["another dtype"] = training.fitted.sample.other_dtype
    missing = missing_files([shard.name for shard in shards], corpus.paths, base=training.config.base)
    if missing:
        what = (
            f"{counted(len(missing), 'file', 'of a numbered set is', 'of a numbered set are')} not there:"
            f" {listed(missing)}"
        )
        if not corpus.allow_holes:
            raise InputError(
                what,
                path="[corpus] paths",
                fix="bring them back; if the run did without them, set [corpus] allow_holes = true:"
                " counts of 0 are then unknown",
            )
        taken["holes"] = what
    _refuse_parts(training, taken)
    _refuse_unwritten(training, taken)
    short, expected = cut_between_blocks(training.reader.files), None
    if not short and not training.reader.facts.states_length:
        short = shorter_than_neighbours(shards, reach_on=training.reader.facts.reaches == "next")
        expected = "shards as long as their neighbours, but for the last one"
    if short and not corpus.allow_holes:
        raise InputError(
            listed(short),
            path="[corpus] paths",
            expected=expected,
            fix="fetch it again, it may be cut; if the run had it so, set [corpus] allow_holes = true:"
            " counts of 0 are then unknown",
        )
    if short:
        taken["holes"] = "; ".join([*([taken["holes"]] if "holes" in taken else []), listed(short)])
    repeated = repeated_files(shards, may_repeat=training.reader.may_repeat)
    repeated += repeated_parts(training.reader.files)
    if repeated:
        what = listed(repeated)
        if not corpus.allow_repeats:
            raise InputError(
                what,
                path="[corpus] paths",
                fix="name each shard once; if the run took them twice, set [corpus] allow_repeats = true",
            )
        taken["repeated shards"] = what
    return taken


def _refuse_unwritten(training: Training, taken: dict[str, str]) -> None:
    """Refuse shards with bytes that nobody wrote, or that a run did not finish; note what was taken."""
    corpus, corpus_files = training.config.corpus, training.reader.files
    may_be_padding = 0 in (corpus.end_of_document, *corpus.special_ids)
    again = "fetch it again; if id 0 is padding, put it into [corpus] special_ids"
    doubts = [
        ([] if may_be_padding else unwritten(corpus_files), again),
        (unfinished(corpus_files, corpus.paths, base=training.config.base), "run `exposure tokenize` again"),
    ]
    for found, fix in doubts:
        if found and not corpus.allow_holes:
            raise InputError(
                listed(found),
                path="[corpus] paths",
                fix=f"{fix}; if the run had it so, set [corpus] allow_holes = true: counts of 0 are then"
                " unknown",
            )
        if found:
            taken["holes"] = "; ".join([*([taken["holes"]] if "holes" in taken else []), listed(found)])


def _refuse_parts(training: Training, taken: dict[str, str]) -> None:
    """Refuse files in parts that may lack some, and shards that look like parts; note what was taken."""
    corpus, facts = training.config.corpus, training.reader.facts
    in_doubt = parts_in_doubt(
        training.reader.files,
        length_is_known=facts.states_length or bool(corpus.manifest),
        how=Parts(corpus.parts or ""),
    )
    if in_doubt and not corpus.allow_holes:
        raise InputError(
            listed(in_doubt),
            path="[corpus] paths",
            expected="parts of one size, and a smaller last one",
            fix="fetch them again; a [corpus] manifest tells that none is missing; if the run had them so,"
            " set [corpus] allow_holes = true: counts of 0 are then unknown",
        )
    if in_doubt:
        taken["holes"] = "; ".join([*([taken["holes"]] if "holes" in taken else []), listed(in_doubt)])
    if corpus.parts is None and (like_parts := shards_like_parts(training.fitted.shards)):
        raise InputError(
            listed(like_parts),
            path="[corpus] paths",
            fix='set [corpus] parts = "joined" to read them as one file, or "separate" where each is a shard'
            " that was cut into sequences alone",
        )


def _of_lengths(training: Training) -> tuple[str, ...]:
    """Return what is taken on trust of shards where nothing inside says how long they are."""
    facts, shards = training.reader.facts, training.fitted.shards
    if facts.states_length or training.config.corpus.manifest:
        return ()
    of_lines = facts.format in ("text", "jsonl")
    n_packed = sum(
        without_suffix(shard.name) != shard.name if of_lines else not shard.seekable for shard in shards
    )
    packed = f" ({n_packed:,} of them packed)" if n_packed else ""
    return (
        f"that the {counted(len(shards), 'shard')}{packed}"
        f" {'is' if len(shards) == 1 else 'are'} whole: {facts.format} files do not say how long they are,"
        f" and one cut between two {'lines' if of_lines else 'ids'} or packed frames looks whole; a [corpus]"
        " manifest tells",
    )


def _of_names(training: Training) -> tuple[str, ...]:
    """Return what is taken on trust where names alone tell the order of the shards, or which is the first."""
    names = [file.name for file in training.reader.files]
    pair = not_by_number(names)
    found = []
    if pair is not None and training.config.order.kind != "unknown":
        found.append(
            f"that the run took {pair[0]} before {pair[1]}: names are sorted as text; where it took them by"
            " number, list them so as [corpus] paths"
        )
    late = late_series(names)
    if late and not set(names) <= set(training.config.corpus.paths):
        found.append(f"that none comes before {listed(late)}: files are mostly counted from 0 or 1")
    return tuple(found)


def _of_tokenizer(training: Training) -> Evidence:
    tokenizer, config = training.tokenizer, training.config
    if training.reader.facts.format == "text":
        if config.tokenizer.trust:
            raise ConfigError(
                "[tokenizer] trust = true has no effect on raw text: the tokenizer itself makes the ids",
                fix="leave [tokenizer] trust out",
            )
        return Evidence()
    if tokenizer is None:
        return Evidence()
    runs = sample_of(training)
    line = _decoded_line(tokenizer, runs)
    try:
        tokenizer.require_words()
        fit = tokenizer_fit(tokenizer, runs, sum(shard.n_tokens for shard in training.fitted.shards))
    except InputError:
        fit = TokenizerFit(Verdict.UNTOLD, 0, 0.0, 0.0, 0.0, "its ids do not tell the words of a text")
    if fit.verdict is Verdict.FITS:
        confirmed = f"{tokenizer.name} agrees with the ids of a sample: {fit.why}"
        if fit.told_below >= tokenizer.n_ids - 1:
            return Evidence(confirmed=(confirmed,))
        if config.tokenizer.sha256 is not None or config.tokenizer.vocabulary_sha256 is not None:
            rare = f"that ids from {fit.told_below:,} on, too rare in a sample to tell, are of the tokenizer"
            return Evidence(confirmed=(confirmed,), on_trust=(f"{rare} whose hash is named",))
        return Evidence(
            confirmed=(confirmed,),
            on_trust=(
                f"what {tokenizer.name} says of ids from {fit.told_below:,} on, of which a sample holds"
                " too few to tell; read some, which are right if they are the corpus's language:"
                f" {_rare_line(tokenizer, runs, fit.told_below)}",
            ),
        )
    if fit.verdict is Verdict.UNTOLD:
        return Evidence(
            on_trust=(f"that {tokenizer.name} is the tokenizer of the corpus ({fit.why}); read it: {line}",)
        )
    if config.tokenizer.trust:
        return Evidence(taken={"another tokenizer": f"{tokenizer.name}: {fit.why}; they spell {line}"})
    raise InputError(
        f"looks like another tokenizer than that of the corpus, or the ids have another dtype: {fit.why};"
        f" they spell {line}",
        path=tokenizer.name,
        fix="name the tokenizer of this corpus as [tokenizer] path; if that is the text of the corpus (as"
        " where documents follow each other with neither an id nor a space between them), set [tokenizer]"
        " trust = true: counts of 0 are then unknown",
    )


def _decoded_line(tokenizer: Tokenizer, runs: Sequence[list[int]]) -> str:
    """Return a line of the longest of the first runs, decoded."""
    longest = max(runs[:8], key=len, default=[])
    return _quoted(tokenizer.decode(longest[:64]))


def _rare_line(tokenizer: Tokenizer, runs: Sequence[list[int]], first: int) -> str:
    """Return some of the rare ids, decoded with what stands around them."""
    places = ((run, at) for run in runs for at, token in enumerate(run) if token >= first)
    some = [tokenizer.decode(run[max(0, at - 3) : at + 3]) for run, at in islice(places, 5)]
    return _quoted(" … ".join(some)) if some else "the sample holds none"


def _quoted(text: str) -> str:
    text = " ".join(text.split())
    return f"“{text[:_SHOWN]}{'…' if len(text) > _SHOWN else ''}”"
