"""One planned shard range in, one partial out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from indexer.corpus.orders.order import TrainingOrder
from indexer.corpus.sequences import Reader, Shard
from indexer.engines import beat
from indexer.matching.matcher import Matcher, OnRows
from indexer.partials import OTHER_FORMS, PartialFacts
from indexer.plan import ScanRange
from indexer.scanning.blocks import Intake, TokensHash, keep_exposing
from indexer.scanning.kernels.visited import add_visited_tokens
from indexer.scanning.portions import Portions
from indexer.scanning.tally import Tally
from indexer.scanning.unit_differences import UnitDifferences
from indexer.scanning.visits import VisitsAhead
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

    def scan(self, scan_range: ScanRange) -> tuple[pa.Table, PartialFacts]:
        """Scan the sequences of a range.

        Raises
        ------
        InputError
            The shard is damaged, holds an id beyond the vocabulary, or ends before its header says.
        """
        shard = self.shards[scan_range.shard]
        tallies = {
            unit: Tally(
                self.n_other_forms if unit == OTHER_FORMS else self.n_phrases, self.grid, self.n_places
            )
            for unit in self.matchers
        }
        differences = None
        if self.vocabulary and {"text", "tokens"} <= tallies.keys():
            differences = UnitDifferences(self.vocabulary, self.gapped)
        tokens_hash = TokensHash()
        ahead = VisitsAhead(self.order, scan_range.stop)
        portions = Portions()
        n_tokens = n_visits = 0
        visited_tokens = np.zeros(len(self.checkpoints), np.int64)
        for block in portions.of_range(self.reader, shard, scan_range):
            beat()
            lengths = block.stops - block.starts
            n_tokens += int(lengths.sum())
            on_rows: OnRows | None = Intake(block, tokens_hash, self.n_ids, shard)
            exposing, n_found = {}, 0
            for unit, matcher in self.matchers.items():
                matches = matcher.find(block.ids, block.starts, block.stops, on_rows)
                n_found += len(matches.phrase)
                exposing[unit] = keep_exposing(matches, block, label_overlap=self.label_overlap)
                on_rows = None  # once is enough
            portions.found(len(block.ids), n_found)
            visits = ahead.of(block.first_sequence, block.first_sequence + len(block.starts))
            n_visits += int(visits.offsets[-1] - visits.offsets[0])
            add_visited_tokens(visited_tokens, self.checkpoints, lengths, visits)
            for unit, matches in exposing.items():
                tallies[unit].add(matches, block.first_sequence, visits)
            if differences is not None:
                differences.add(exposing["text"], exposing["tokens"], block, visits)
        rows = pa.concat_tables(
            [
                tally.rows(unit, differences.alone(unit) if differences and unit != OTHER_FORMS else None)
                for unit, tally in sorted(tallies.items())
            ]
        )
        facts = PartialFacts(
            plan_fingerprint=self.plan_fingerprint,
            range_number=scan_range.number,
            shard_number=shard.number,
            n_sequences=scan_range.stop - scan_range.start,
            n_tokens=n_tokens,
            n_visits=n_visits,
            visited_tokens=tuple(visited_tokens.tolist()),
            tokens_hash=tokens_hash.hexdigest(),
        )
        return rows.combine_chunks(), facts
