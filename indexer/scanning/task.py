"""One task of a plan: open what the plan names, scan one range, commit its partial.

A task is made from the index directory alone, so a worker process or another machine can do it. What is the
same for all ranges (matchers, order, reader) is prepared once and inherited by forked workers.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from indexer import runs
from indexer.corpus import open_corpus, open_order
from indexer.corpus.blocks.ids import ids_dtype_of
from indexer.errors import InputError, StateError
from indexer.index_dir import IndexDir, commit_file
from indexer.matching.matcher import DECODED_TOKENS, SAMPLE_TOKENS
from indexer.occurrence_files import file_facts
from indexer.partials import FileFacts, PartialFacts, SliceFacts, write_partial
from indexer.plan.coverage import partial_of
from indexer.plan.facts import ScanRange
from indexer.plan.plan import Plan
from indexer.plan.store import load_tokenizer_of
from indexer.runs import Runs
from indexer.scanning.block_audit import prepare_hash
from indexer.scanning.document_ends import prepare_document_ends
from indexer.scanning.first_compile import compile_parts, parts_of_text
from indexer.scanning.frozen import matchers_of, vocabulary_of
from indexer.scanning.occurrences import OccurrenceWriter
from indexer.scanning.scan import Scanner
from indexer.scanning.some_phrases import SomePhrases, load_some
from indexer.scanning.taken_over import (
    DoneByAnotherRun,
    Told,
    joined,
    refuse_to_tell_less,
    taken_over,
)
from indexer.scanning.tally import prepare_tally
from indexer.storage.credentials import keep, kept
from indexer.storage.observer import observed_by
from indexer.storage.recall import Recall
from indexer.units import TokenIds

MANY_PHRASES = 20_000
"""From so many on, also workers of a small corpus share the filter of ids: made by each, it takes some 3,300
bytes a phrase."""


class ScanTask:
    """Scans ranges of a plan by number.

    Parameters
    ----------
    index : IndexDir
        Where the plan's files are and the partials go.
    plan : Plan
        The plan.
    phrases : runs of int, optional
        Phrases to look for; default: all.
    told : runs of int
        Phrases that the partials of the ranges tell of already, which is taken over.
    planned : object, optional
        What told ``plan.json`` from any other when it was read; default: what does so now.
    """

    def __init__(
        self,
        index: IndexDir,
        plan: Plan,
        phrases: Runs | None = None,
        told: Runs = (),
        planned: object = None,
    ) -> None:
        self.index = index
        self.plan = plan
        self.phrases = phrases
        self.told = told
        self._some: SomePhrases | None = None
        self._planned = index.plan_state() if planned is None else planned
        self._scanner: Scanner | None = None
        self._ways: dict[str, str] | None = None
        self._recall = Recall(plan.files)

    def __getstate__(self) -> dict[str, Any]:
        """Leave the scanner behind: a worker that starts afresh builds its own."""
        return {
            "index": self.index,
            "plan": self.plan,
            "phrases": self.phrases,
            "told": self.told,
            "_some": None,
            "_planned": self._planned,
            "_scanner": None,
            "_ways": None,
            "_recall": Recall(self.plan.files),
            "credentials": kept(),
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over what a worker that starts afresh does not inherit."""
        keep(state.pop("credentials"))
        self.__dict__.update(state)

    def __call__(self, range_number: int) -> int:
        """Scan a range, commit its partial, and return how many tokens were read.

        Raises
        ------
        StateError
            A file that the range is read from is not the one that was planned, or changed meanwhile.
        """
        scan_range = self.plan.ranges[range_number]
        try:
            told = taken_over(self.index, self.plan, range_number, self.told, self.phrases or ())
            if told is not None and self.phrases == ():
                return self._commit(told.rows, told.facts)
            if self.plan.config.index.occurrences == "all":
                rows, facts = self._scan_with_occurrences(scan_range, told)
            else:
                rows, facts = self._scan(scan_range)
            if told is not None:
                rows = joined(told.rows, rows)
            return self._commit(rows, replace(facts, phrases=self._told_after(told)))
        except DoneByAnotherRun as done:
            return done.n_tokens

    def _told_after(self, told: Told | None) -> Runs:
        """Return the phrases that the partial tells of once its range is scanned; none: all."""
        if self.phrases is None:
            return ()
        after = runs.joined(() if told is None else told.phrases, self.phrases)
        return after if runs.count(after) < self.plan.n_phrases else ()

    def _scan_with_occurrences(
        self, scan_range: ScanRange, told: Told | None
    ) -> tuple[pa.Table, PartialFacts]:
        """Scan, and commit the file of the occurrences; the partial that holds its hash comes after.

        Parameters
        ----------
        scan_range : ScanRange
            The range.
        told : Told or None
            What is taken over; of these phrases the file that is there holds the occurrences.
        """
        final, scanned = self.index.occurrence_file(scan_range.number), []
        earlier = None if told is None else told.occurrences(final, self.plan.n_phrases)

        def write(aside: Path) -> None:
            with OccurrenceWriter(
                aside,
                scan_range.number,
                self._looked_for().phrase_ids,
                end_of_document=self.plan.config.corpus.end_of_document,
                n_shared=int(self.plan.corpus.label_overlap),
                earlier=earlier,
            ) as occurrences:
                rows, facts = self._scan(scan_range, occurrences)
                self._refuse_other_plan()
                refuse_to_tell_less(self.index, self.plan, facts.range_number, self._told_after(told))
            scanned.append((rows, replace(facts, occurrences=occurrences.facts()), occurrences.names()))

        try:
            commit_file(final, write)
        except FileNotFoundError:  # the folder went just now
            self._refuse_other_plan()
            raise
        rows, facts, names = scanned[0]
        return rows, replace(facts, document_names=self._commit_names(facts.range_number, names))

    def _commit_names(self, range_number: int, names: pa.Table) -> FileFacts | None:
        """Write the names of documents, and return what tells their file; None where there are none."""
        final, found = self.index.names_file(range_number), []
        if not names.num_rows:
            final.unlink(missing_ok=True)
            return None

        def write(aside: Path) -> None:
            pq.write_table(names, aside, compression="zstd")
            found.append(file_facts(aside, names.num_rows))

        commit_file(final, write)
        return found[0]

    def _scan(
        self, scan_range: ScanRange, occurrences: OccurrenceWriter | None = None
    ) -> tuple[pa.Table, PartialFacts]:
        """Scan a range, and refuse other ids or files than were planned."""
        read = set().union(*(self.plan.shards_read(shard) for shard in scan_range.shards))
        names = [file.name for file in self.plan.files.of_shards(read)]
        with observed_by(self._recall):
            self.compile()
            scanner = self.prepare()
            self._recall.begin(names)
            self._recall.verify(self._own_files(scan_range), where="[corpus] manifest")
            rows, facts = scanner.scan(scan_range, occurrences)
            self._recall.end(names)
        slices = (replace(one, files_hash=self.plan.files_hash(one.shard)) for one in facts.slices)
        facts = replace(facts, slices=tuple(slices))
        self._refuse_other_ids(facts)
        return self._looked_for().in_plan(rows), facts

    def _commit(self, rows: pa.Table, facts: PartialFacts) -> int:
        self._refuse_other_plan()
        refuse_to_tell_less(self.index, self.plan, facts.range_number, facts.phrases)
        try:
            self.index.commit_partial(facts.range_number, lambda aside: write_partial(aside, rows, facts))
        except FileNotFoundError:  # the folder went just now
            self._refuse_other_plan()
            raise
        return facts.n_tokens

    def _refuse_other_plan(self) -> None:
        """Refuse to commit into a folder whose plan was taken away; while it is locked nobody plans anew."""
        if self.index.plan_state() != self._planned:
            raise StateError(
                "was removed, or replaced, while it was scanned",
                path=self.index.shown(self.index.plan_file),
                fix="run `exposure index` again",
            )

    def _refuse_other_ids(self, facts: PartialFacts) -> None:
        """Refuse ids that an earlier index, or another run that scanned the range, did not find there."""
        for planned, one in zip(self.plan.ranges[facts.range_number].slices, facts.slices, strict=True):
            known = self.plan.known_ids.get(planned.key)
            if known not in (None, one.tokens_hash):
                raise StateError(
                    "holds other ids than when it was indexed before",
                    path=self.plan.shards[one.shard].name,
                    expected=f"ids of the hash {known}, as the index of [corpus] manifest read them",
                    fix="it is damaged or another file: fetch it again, or leave the manifest out",
                )
        committed: tuple[SliceFacts, ...] = ()
        self.index.bring([facts.range_number])
        with suppress(StateError, FileNotFoundError):
            committed = partial_of(self.index, self.plan, facts.range_number).slices
        for before, one in zip(committed, facts.slices, strict=False):
            if before.tokens_hash != one.tokens_hash:
                raise StateError(
                    f"gave other ids to another run, which scanned range {facts.range_number} too",
                    path=self.plan.shards[one.shard].name,
                    expected=f"ids of the hash {before.tokens_hash}",
                    fix="one of the two copies is damaged: compare them, touch the right one and run "
                    "`exposure index` again",
                )

    def _own_files(self, scan_range: ScanRange) -> list[str]:
        """Return the files of the shards alone; those of other shards are compared with theirs."""
        used = self.plan.files.of_shards(scan_range.shards)
        return [file.name for file in used if file.shard is not None]

    def prepare(self) -> Scanner:
        """Open corpus and order, build the matchers and compile their kernels, once."""
        if self._scanner is None:
            with observed_by(self._recall):
                self._scanner = self._build()
        return self._scanner

    def compile(self) -> dict[str, str]:
        """Compile kernels and build tables, once: before workers are forked, so that each inherits them.

        Returns
        -------
        dict of str to str
            By unit, in which way is searched; measured where the corpus is large enough to gain by it.
        """
        if self._ways is None:
            self._ways = self._compile()
        return self._ways

    def _compile(self) -> dict[str, str]:
        from indexer.matching.inspection import way_of_search

        scanner = self.prepare()
        dtype = ids_dtype_of(np.dtype(self.plan.corpus.dtype))
        if "text" in scanner.matchers:
            compile_parts(parts_of_text(dtype))
        prepare_hash(dtype)
        prepare_tally()
        if self.plan.config.index.occurrences == "all":
            prepare_document_ends(dtype)
        sample, is_large = np.zeros(1, dtype), self.plan.n_tokens > DECODED_TOKENS
        if is_large or (scanner.n_phrases >= MANY_PHRASES and "tokens" in scanner.matchers):
            sample = self.sample()
        for unit, matcher in scanner.matchers.items():
            if is_large or (unit == "tokens" and len(sample) > 1):
                matcher.prepare(sample)
            else:
                matcher.find(sample[:1], np.zeros(1, np.int64), np.ones(1, np.int64))
        return {unit: way_of_search(matcher, sample) for unit, matcher in scanner.matchers.items()}

    def sample(self) -> TokenIds:
        """Return the ids of the first blocks of the plan; the task of a damaged shard will say what it is."""
        scanner = self.prepare()
        blocks: list[TokenIds] = [np.zeros(0, ids_dtype_of(np.dtype(self.plan.corpus.dtype)))]
        for one in (one for scan_range in self.plan.ranges for one in scan_range.slices):
            shard = scanner.shards[one.shard]
            with suppress(InputError, StateError), observed_by(self._recall):
                for block in scanner.reader.blocks(shard, one.start, one.stop):
                    blocks.append(block.ids[:SAMPLE_TOKENS].copy())
                    if sum(map(len, blocks)) >= SAMPLE_TOKENS:
                        return np.concatenate(blocks)
        return np.concatenate(blocks)

    def _build(self) -> Scanner:
        plan = self.plan
        config = plan.config
        tokenizer = load_tokenizer_of(self.index, plan)
        reader = open_corpus(
            config.corpus,
            base=config.base,
            tokenizer=tokenizer if plan.corpus.format == "text" else None,
            shards=plan.shards,
        )
        order = open_order(config.order, reader, base=config.base)
        checkpoints = np.array(plan.checkpoints, np.int64)
        grid = checkpoints
        if config.index.grain == "step":
            grid = np.arange(order.start_step + 1, order.stop_step + 1, dtype=np.int64)
        some = self._looked_for()
        vocabulary = vocabulary_of(plan, tokenizer)
        return Scanner(
            plan_fingerprint=plan.fingerprint,
            reader=reader,
            shards=plan.shards,
            order=order,
            matchers=matchers_of(some, plan, vocabulary),
            checkpoints=checkpoints,
            grid=grid,
            n_phrases=some.phrases.num_rows,
            n_places=config.index.places,
            n_ids=plan.vocabulary_size,
            label_overlap=plan.corpus.label_overlap,
            vocabulary=vocabulary if config.match.unit == "both" else None,
            n_other_forms=len(some.other_rows),
            gapped=() if some.gapped is None else tuple(some.gapped.patterns["phrase_id"].to_pylist()),
        )

    def _looked_for(self) -> SomePhrases:
        if self._some is None:
            self._some = load_some(self.index, self.plan, self.phrases)
        return self._some
