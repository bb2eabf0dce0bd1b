"""What a check of an index looked at, and what it found wrong."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Blame = Literal["index", "corpus"]

MOST_DETAILS = 5
"""Findings of one check that are told in detail; the others are counted."""


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be.

    Attributes
    ----------
    what : str
        What is wrong, in one clause.
    expected, found : str
        What slow code says, or the plan; and what stands in the index or the corpus.
    where : str
        Table row, file, or shard, sequence and token.
    phrase : str or None
        The phrase it is about.
    step : int or None
        The step it is about.
    """

    what: str
    expected: str = ""
    found: str = ""
    where: str = ""
    phrase: str | None = None
    step: int | None = None

    def line(self) -> str:
        """Return the finding as one line."""
        subject = [self.where]
        if self.phrase is not None:
            subject.append(f"phrase {self.phrase!r}")
        if self.step is not None:
            subject.append(f"step {self.step:,}")
        text = ", ".join(part for part in subject if part)
        text = f"{text}: {self.what}" if text else self.what
        if self.expected or self.found:
            text += f"; expected {self.expected or 'nothing'}, found {self.found or 'nothing'}"
        return " ".join(text.split())


@dataclass
class Check:
    """One check: what was looked at, how many, and what failed.

    Attributes
    ----------
    name : str
        What is held against what.
    unit : str
        What `n_looked_at` counts.
    n_looked_at, n_failed : int
        How many.
    details : list of Finding
        The first that failed.
    index_fails, corpus_fails : bool
        Whether the index contradicts itself or its plan; whether the corpus is not what was scanned.
    note : str
        What was left out, or how it was read.
    """

    name: str
    unit: str
    n_looked_at: int = 0
    n_failed: int = 0
    details: list[Finding] = field(default_factory=list)
    index_fails: bool = False
    corpus_fails: bool = False
    note: str = ""

    def fail(self, finding: Finding, *, blame: Blame = "index") -> None:
        """Count a finding, and keep it if it is among the first."""
        self.n_failed += 1
        if len(self.details) < MOST_DETAILS:
            self.details.append(finding)
        if blame == "index":
            self.index_fails = True
        else:
            self.corpus_fails = True

    def line(self) -> str:
        """Return the check as one line."""
        verdict = f"{self.n_failed:,} FAILED" if self.n_failed else "held" if self.n_looked_at else "none"
        note = f" ({self.note})" if self.note else ""
        unit = self.unit.removesuffix("s") if self.n_looked_at == 1 and " " not in self.unit else self.unit
        return f"{verdict:<9} {self.name}: {self.n_looked_at:,} {unit}{note}"


@dataclass(frozen=True)
class Verification:
    """All checks of an index.

    Attributes
    ----------
    index : str
        The directory.
    fingerprint : str
        Of its plan.
    rows_hash : str
        Of the rows of its table, see `table_hash.py`.
    sample, seed : int
        How many phrases, zeros and places were drawn, and from which seed.
    checks : tuple of Check
        In the order they were made.
    bounds : tuple of str
        What may be wrong all the same, one sentence each.
    trusted : tuple of str
        What no check here can tell, one sentence each.
    """

    index: str
    fingerprint: str
    rows_hash: str
    sample: int
    seed: int
    checks: tuple[Check, ...]
    bounds: tuple[str, ...]
    trusted: tuple[str, ...] = ()

    @property
    def held(self) -> bool:
        """Whether nothing was found wrong."""
        return not any(check.n_failed for check in self.checks)

    @property
    def exit_code(self) -> int:
        """Return 0, 4 where the index contradicts itself, its plan or an unchanged corpus, else 3."""
        if any(check.index_fails for check in self.checks):
            return 4
        return 0 if self.held else 3

    def as_dict(self) -> dict[str, Any]:
        """Return all of it for JSON."""
        return {**asdict(self), "held": self.held, "exit_code": self.exit_code}
