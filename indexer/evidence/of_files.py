"""What the files of a corpus tell of each other: holes, repeats, parts, shards that are too short."""

from __future__ import annotations

import re
from pathlib import PurePath

from indexer.corpus.preflight.opening import Training
from indexer.errors import InputError
from indexer.evidence.holes import listed, missing_files
from indexer.evidence.parts import parts_in_doubt, repeated_parts, shards_like_parts
from indexer.evidence.repeats import repeated_files
from indexer.evidence.shard_lengths import cut_between_blocks, shorter_than_neighbours, unfinished, unwritten
from indexer.plurals import counted
from indexer.storage import files
from indexer.storage.files import CorpusFile
from indexer.storage.manifest import matched, read_manifest
from indexer.storage.observer import observed_by
from indexer.storage.parts import Parts
from indexer.storage.passed_over import DATA_OF_TEXT, DOCUMENTS, passed_over

_OF_NUMBER = re.compile(r"\d{5}-of-\d{5}")


def taken_of_files(training: Training) -> dict[str, str]:
    """Refuse files in doubt; return what was taken on purpose, by its name.

    Raises
    ------
    InputError
        There are holes, repeats, files passed over, or shards too short; the message names the key that
        takes them.
    """
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
    proved = _names_with_hashes(training)
    unproved = [file for file in training.reader.files if file.name not in proved]
    _refuse_unwritten(training, unproved, taken)
    short, expected = cut_between_blocks(unproved), None
    if not short and not training.reader.facts.states_length:
        reach_on = training.reader.facts.reaches == "next"
        short = shorter_than_neighbours(shards, reach_on=reach_on, proved=proved)
        expected = "shards as long as their neighbours, but for the last one"
    if short and not corpus.allow_holes:
        raise InputError(
            listed(short),
            path="[corpus] paths",
            expected=expected,
            fix="fetch it again, it may be cut; a [corpus] manifest with its hash tells that it is whole; if"
            " the run had it cut, set [corpus] allow_holes = true: counts of 0 are then unknown",
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


def _names_with_hashes(training: Training) -> set[str]:
    """Return the names of the files whose hash a manifest tells: a scan proves that they are whole."""
    given, base = training.config.corpus.manifest or [], training.config.base
    entries = [
        entry
        for path in ([given] if isinstance(given, str) else given)
        if not files.is_folder(path, base=base)  # an earlier index
        for entry in read_manifest(path, base=base)
    ]
    return set(matched(entries, [file.name for file in training.reader.files], base=base)[0])


def _refuse_unwritten(training: Training, unproved: list[CorpusFile], taken: dict[str, str]) -> None:
    """Refuse shards with bytes that nobody wrote, or that a run did not finish; note what was taken."""
    corpus, corpus_files = training.config.corpus, training.reader.files
    may_be_padding = 0 in (corpus.end_of_document, *corpus.special_ids)
    again = "fetch it again; if id 0 is padding, put it into [corpus] special_ids"
    doubts = [
        ([] if may_be_padding else unwritten(unproved), again),
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
