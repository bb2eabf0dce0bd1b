"""One planned range in, one partial out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from indexer.corpus.orders.order import TrainingOrder
from indexer.corpus.sequences import Reader, Shard
from indexer.engines import beat
from indexer.matching.matcher import Matcher
from indexer.partials import OTHER_FORMS, PartialFacts, SliceFacts
from indexer.plan.facts import ScanRange
from indexer.scanning.batches import BatchSize, batch_from, blocks_of_slice, parts_of
from indexer.scanning.block_audit import BlockAudit
from indexer.scanning.kernels.visited import add_visited_tokens
from indexer.scanning.listed_documents import listed_documents
from indexer.scanning.occurrences import OccurrenceWriter
from indexer.scanning.run_counts import count_runs, finder_of_runs
from indexer.scanning.tally import Tally
from indexer.scanning.uncounted import drop_uncounted
from indexer.scanning.unit_differences import UnitDifferences
from indexer.scanning.visit_cache import VisitCache
from indexer.units import Int64Array
from indexer.vocabulary import TokenBytes


@dataclass(frozen=True)
class Scanner:
    """All that is the same for every range of a plan.

    Attributes
    ----------
    plan_fingerprint : str
        The plan the partials belong to.
    reader : Reader
        The corpus.
    shards : tuple of Shard
        The planned shards.
    order : TrainingOrder
        The steps of every sequence.
    matchers : mapping of str to Matcher
        By unit; one pass serves all.
    checkpoints : array of int64
        The grid of the plan.
    grid : array of int64
        The bins of the tally: that grid, or single steps.
    n_phrases, n_places, n_ids : int
        Size of the phrase table, places kept, and size of the vocabulary (0: not known).
    label_overlap : bool
        Whether sequences share their last id with another one.
    vocabulary : TokenBytes or None
        The bytes of every id, where two units are compared.
    gapped : tuple of int
        Phrases with gaps.
    n_other_forms : int
        Phrases in other normal forms, which have a matcher of their own.
    """

    plan_fingerprint: str
    reader: Reader
    shards: tuple[Shard, ...]
    order: TrainingOrder
    matchers: Mapping[str, Matcher]
    checkpoints: Int64Array
    grid: Int64Array
    n_phrases: int
    n_places: int
    n_ids: int
    label_overlap: bool
    vocabulary: TokenBytes | None = None
    gapped: tuple[int, ...] = ()
    n_other_forms: int = 0

    def scan(
        self, scan_range: ScanRange, occurrences: OccurrenceWriter | None = None
    ) -> tuple[pa.Table, PartialFacts]:
        """Scan the sequences of a range.

        Parameters
        ----------
        scan_range : ScanRange
            Which.
        occurrences : OccurrenceWriter, optional
            Is given every occurrence of the first unit.

        Raises
        ------
        InputError
            A shard is damaged, holds an id beyond the vocabulary, or ends before its header says.
        """
        tallies = {
            unit: Tally(
                self.n_other_forms if unit == OTHER_FORMS else self.n_phrases, self.grid, self.n_places
            )
            for unit in self.matchers
        }
        differences = None
        if self.vocabulary and {"text", "tokens"} <= tallies.keys():
            differences = UnitDifferences(self.vocabulary, self.gapped)
        each_is_told = occurrences is not None or differences is not None
        first_unit = "text" if "text" in tallies else "tokens"
        visit_cache = VisitCache(self.order, scan_range.stop)
        batch_size = BatchSize()
        visited_tokens = np.zeros(len(self.checkpoints), np.int64)
        slices = []
        for planned in scan_range.slices:
            shard = self.shards[planned.shard]
            audit = BlockAudit(self.n_ids, shard)
            n_tokens = n_visits = 0
            if occurrences is not None:
                occurrences.begin(shard, listed_documents(self.reader, shard, occurrences.end_of_document))
            for block in blocks_of_slice(self.reader, shard, planned):
                row = 0
                while row < len(block.starts):
                    beat()
                    batch = batch_from(block, row, batch_size.n_ids)
                    row += len(batch.starts)
                    if occurrences is not None and occurrences.counts_documents:
                        for part in parts_of(batch):
                            audit.check(part)  # first: the hash fetches ids from memory the fastest
                            occurrences.count_documents(part)
                    else:
                        audit.check(batch)
                    visits = visit_cache.of(batch.first_sequence, batch.first_sequence + len(batch.starts))
                    lengths = batch.stops - batch.starts
                    n_tokens += int(lengths.sum())
                    n_visits += int(visits.offsets[-1] - visits.offsets[0])
                    add_visited_tokens(visited_tokens, self.checkpoints, lengths, visits)
                    n_found, counted = 0, {}
                    for unit, matcher in self.matchers.items():
                        finder = None if each_is_told else finder_of_runs(matcher, batch)
                        if finder is None:
                            found = matcher.find(batch.ids, batch.starts, batch.stops)
                            counted[unit] = drop_uncounted(found, batch, label_overlap=self.label_overlap)
                            tallies[unit].add(counted[unit], batch.first_sequence, visits)
                            n_found += len(found.phrase)
                        else:
                            n_found += count_runs(
                                finder, batch, tallies[unit], visits, label_overlap=self.label_overlap
                            )
                    batch_size.learn(len(batch.ids), n_found)
                    if occurrences is not None:
                        occurrences.add(counted[first_unit], batch, visits)
                    if differences is not None:
                        differences.add(counted["text"], counted["tokens"], batch, visits)
            if occurrences is not None:
                occurrences.name_documents(self.reader.document_names)
            slices.append(
                SliceFacts(
                    shard.number,
                    planned.start,
                    planned.stop,
                    n_tokens,
                    n_visits,
                    audit.tokens_hash(),
                    n_document_ends=None if occurrences is None else occurrences.n_document_ends,
                )
            )
        rows = pa.concat_tables(
            [
                tally.rows(unit, differences.alone(unit) if differences and unit != OTHER_FORMS else None)
                for unit, tally in sorted(tallies.items())
            ]
        )
        facts = PartialFacts(
            plan_fingerprint=self.plan_fingerprint,
            range_number=scan_range.number,
            slices=tuple(slices),
            visited_tokens=tuple(visited_tokens.tolist()),
        )
        return rows.combine_chunks(), facts
