"""All evidence of a corpus: what is refused, what was taken on purpose, and what is taken on trust."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice

from indexer.config.corpus import CorpusConfig
from indexer.corpus.preflight.opening import Training
from indexer.errors import ConfigError, InputError
from indexer.evidence.holes import late_series, listed
from indexer.evidence.id_sample import sampled_runs
from indexer.evidence.of_files import taken_of_files
from indexer.evidence.tokenizer_fit import TokenizerFit, Verdict, tokenizer_fit
from indexer.plurals import counted
from indexer.storage.compressed import without_suffix
from indexer.storage.globs import not_by_number
from indexer.tokenizers.tokenizer import Tokenizer

_SHOWN = 90


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
    files = taken_of_files(training)
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
