"""Every path inside an index directory; a rename is the commit.

::

    plan.json              the frozen plan, written last: where it is, planning was complete
    plan/                  what the plan froze: phrases, pairs, attributes, patterns, gaps, tokenizer
    partials/000000.parquet  one for each planned range
    occurrences/000000.parquet  its exposures, each a row, with `[index] occurrences = "all"`
    occurrences/000000.names.parquet  what documents with any are called
    failures/000000.json   why the last scan of a range gave it up, until it is scanned
    exposures.duckdb       the table, built aside and renamed
    exposures.seal         what tells that table from any other one (`indexer.table_seal`)
    exposures.damaged.duckdb  an earlier table that could not be read
    search.json            in which way the last scan searched
    merged.json            what the table was merged of
    lock                   who is writing
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from indexer.errors import ConfigError, StateError
from indexer.index_dir.commits import commit_file
from indexer.index_dir.failures import failure_in, keep_failure
from indexer.index_dir.lock import locked
from indexer.index_dir.plan_seal import PLAN_AGAIN, fingerprint_in, tables_in, write_sealed_plan
from indexer.near_names import near_names
from indexer.redaction import redacted_url
from indexer.storage.opening import bytes_of_regular
from indexer.storage.urls import is_url
from indexer.temporaries import remove_leftovers

_PARTIAL = re.compile(r"(\d+)\.parquet", re.ASCII)


class IndexDir:
    """The files of one index.

    Parameters
    ----------
    root : str or Path
        The index directory; it need not exist yet.
    """

    def __init__(self, root: str | Path) -> None:
        if is_url(str(root)):
            raise ConfigError(
                "is on a store, and this command wants a folder",
                path=redacted_url(str(root)),
                fix="bring the index into one: `exposure merge URL --out FOLDER`",
            )
        self.root = Path(root)
        self.plan_file = self.root / "plan.json"
        self.frozen = self.root / "plan"
        self.phrases_file = self.frozen / "phrases.parquet"
        self.pairs_file = self.frozen / "pairs.parquet"
        self.probes_file = self.frozen / "probe_positions.parquet"
        self.attributes_file = self.frozen / "attributes.parquet"
        self.patterns_file = self.frozen / "patterns.npz"
        self.gapped_file = self.frozen / "gapped.parquet"
        self.parts_file = self.frozen / "parts.parquet"
        self.other_forms_file = self.frozen / "other_forms.parquet"
        self.items_file = self.frozen / "items.parquet"
        self.item_phrases_file = self.frozen / "item_phrases.parquet"
        self.unspelled_file = self.frozen / "unspelled.parquet"
        self.tokenizer_file = self.frozen / "tokenizer.json"
        self.partials = self.root / "partials"
        self.occurrences = self.root / "occurrences"
        self.failures = self.root / "failures"
        self.database_file = self.root / "exposures.duckdb"
        self.seal_file = self.root / "exposures.seal"
        self.search_file = self.root / "search.json"
        self.merged_file = self.root / "merged.json"
        self.lock_file = self.root / "lock"

    writes_over = True
    """Whether the files of a plan take the place of those of an earlier one."""

    def partial_file(self, range_number: int) -> Path:
        """Return where the partial of a planned range is committed."""
        return self.partials / f"{range_number:06d}.parquet"

    @property
    def typed(self) -> str:
        """The directory as it is typed into a shell, for advice."""
        return shlex.quote(str(self.root))

    def shown(self, path: Path) -> str:
        """Return what messages call a file of the index."""
        return str(path)

    def bring(self, range_numbers: Iterable[int]) -> None:
        """Have partials here, to be read: in a folder they are."""

    def commit(self, final: Path, write: Callable[[Path], object]) -> None:
        """Write a file of the index: it appears whole or not at all."""
        commit_file(final, write)

    def commit_frozen(self, name: str, data: bytes, digest: str) -> None:
        """Write a file under ``plan/``, of which the hash is known."""
        del digest  # it stands in the plan
        commit_file(self.frozen / name, lambda path: path.write_bytes(data))

    def commit_plan(self, pieces: Iterable[str]) -> None:
        """Write ``plan.json``, the last file of a plan, whose text comes in pieces."""
        commit_file(self.plan_file, lambda path: write_sealed_plan(path, pieces))

    def commit_partial(self, range_number: int, write: Callable[[Path], object]) -> None:
        """Write the partial of a range."""
        commit_file(self.partial_file(range_number), write)

    def occurrence_file(self, range_number: int) -> Path:
        """Return where the occurrences of a planned range are committed."""
        return self.occurrences / f"{range_number:06d}.parquet"

    def names_file(self, range_number: int) -> Path:
        """Return where the names of documents with an occurrence in a planned range are committed."""
        return self.occurrences / f"{range_number:06d}.names.parquet"

    def keep_failure(self, range_number: int, fingerprint: str, reason: str) -> None:
        """Keep why a range was given up, for `exposure status`; a full disk is no new failure."""
        keep_failure(self._failure_file(range_number), fingerprint, reason)

    def forget_failure(self, range_number: int) -> None:
        """Forget it once the range was scanned."""
        self._failure_file(range_number).unlink(missing_ok=True)

    def failure_of(self, range_number: int, fingerprint: str) -> str | None:
        """Return why and on which host the last scan gave a range of a plan up; None where none did."""
        return failure_in(self._failure_file(range_number), fingerprint)

    def _failure_file(self, range_number: int) -> Path:
        return self.failures / f"{range_number:06d}.json"

    def committed_ranges(self) -> set[int]:
        """Return the numbers of the ranges whose partial is committed.

        Raises
        ------
        OSError
            The folder cannot be listed, so that nobody knows: `glob` would say that there is none.
        """
        try:
            names = [path.name for path in self.partials.iterdir()]
        except FileNotFoundError:
            return set()
        return {int(found[1]) for name in names if (found := _PARTIAL.fullmatch(name))}

    def note_search(self, ways: dict[str, str]) -> None:
        """Write down in which way each unit is searched; that decides speed, never what is found."""
        text = json.dumps(ways, indent=1) + "\n"
        self.commit(self.search_file, lambda path: path.write_text(text, encoding="utf-8"))

    def noted_search(self) -> dict[str, str]:
        """Return in which way each unit was searched last; nothing where that was not written down."""
        with suppress(OSError, ValueError):
            noted: dict[str, str] = json.loads(self.search_file.read_text(encoding="utf-8"))
            return noted
        return {}

    def require_plan(self) -> None:
        """Refuse a directory that holds no plan.

        Raises
        ------
        ConfigError
            There is no ``plan.json``.
        """
        if not self.plan_file.is_file():
            there = self.root.exists()
            near = self._index_inside() if there else self._index_of_near_name()
            raise ConfigError(
                "holds no plan.json" if there else "is not there",
                path=self.shown(self.root),
                expected="an index directory",
                fix=near or "make one with `exposure index`",
            )

    def _index_inside(self) -> str | None:
        """Name an index that lies in the folder which was taken for one."""
        with suppress(OSError):
            for plan_file in sorted(self.root.glob("*/plan.json")):
                return f"did you mean {plan_file.parent}?"
        return None

    def _index_of_near_name(self) -> str | None:
        """Name an index that lies where one was looked for, under a name that is nearly the same."""
        with suppress(OSError):
            beside = [plan_file.parent.name for plan_file in self.root.parent.glob("*/plan.json")]
            for name in near_names(self.root.name, sorted(beside)):
                return f"did you mean {self.root.parent / name}?"
        return None

    def require_database(self) -> None:
        """Refuse a directory without a merged table.

        Raises
        ------
        ConfigError
            There is no index here.
        StateError
            Planned, but not merged yet.
        """
        if self.database_file.is_file():
            return
        self.require_plan()
        raise StateError(
            "is planned but not merged: there is no exposures.duckdb",
            path=self.root,
            fix="finish it with `exposure index`, or see `exposure status`",
        )

    def _refuse_names_that_duckdb_reads_otherwise(self) -> None:
        whole = str(self.root.absolute())
        found = next((letter for letter in "?\\" if letter in whole), None)
        if found:
            raise ConfigError(
                f"DuckDB cannot write into a folder whose path holds {found}",
                path=whole,
                fix="choose another --out",
            )

    def plan_state(self) -> object:
        """Return what tells ``plan.json`` from any other that takes its place; None where there is none."""
        try:
            status = self.plan_file.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size

    def state_of_plan_here(self) -> object:
        """Return the same of the ``plan.json`` that is read here, which may be a copy; to be asked before."""
        return self.plan_state()

    def planned_fingerprint(self) -> str | None:
        """Return the fingerprint of ``plan.json``, its checksum compared; None where there is no plan.

        A table that was copied to where it stands alone has none.

        Raises
        ------
        StateError
            It was edited, is damaged, or was taken away from what belongs to it.
        """
        try:
            data = bytes_of_regular(self.plan_file)
        except FileNotFoundError:
            if self.partials.exists() or self.frozen.exists():
                fix = PLAN_AGAIN.removeprefix("delete it, and ")
                raise StateError("is gone", path=self.plan_file, fix=fix) from None
            return None
        except OSError as error:
            raise StateError(
                f"cannot be read ({error.strerror})", path=self.plan_file, fix=PLAN_AGAIN
            ) from None
        fingerprint = fingerprint_in(data)
        if fingerprint is None:
            raise StateError(
                "was changed after planning: its checksum does not fit its content",
                path=self.plan_file,
                fix=PLAN_AGAIN,
            )
        return fingerprint

    def tables_of(self) -> list[str]:
        """Return the plans, but for the one that is there, whose table may be asked; see the plan."""
        with suppress(OSError):
            return tables_in(bytes_of_regular(self.plan_file))
        return []

    def refuse_foreign_table(self, fingerprint: str, planned: str | None) -> None:
        """Refuse a table that was merged from another plan than the one beside it, as a copied file was.

        Parameters
        ----------
        fingerprint : str
            Fingerprint of the plan of the table.
        planned : str or None
            That of the plan in this directory.

        Raises
        ------
        StateError
            The plan in this directory is another one.
        """
        if planned not in (None, fingerprint) and fingerprint not in self.tables_of():
            raise StateError(
                f"was merged from plan {fingerprint}, and the plan beside it is {planned}",
                path=self.database_file,
                fix="merge again with `exposure merge`, or put the table of this index back",
            )

    @contextmanager
    def lock(self, *, shared: bool = False) -> Iterator[None]:
        """Hold the directory for writing: alone, or together with other scans.

        Raises
        ------
        StateError
            Another live process holds it; the message names it.
        ConfigError
            DuckDB cannot write into a folder of that name.
        """
        self._refuse_names_that_duckdb_reads_otherwise()
        _make_root(self.root)
        with locked(self.lock_file, shared=shared):
            for folder in (self.root, self.frozen, self.partials, self.occurrences, self.failures):
                remove_leftovers(folder, alone=not shared)
            yield


def _make_root(root: Path) -> None:
    try:
        root.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        what = "is a link to a folder that is not there" if root.is_symlink() else "is no folder"
        raise ConfigError(what, path=root, fix="choose another folder for the index") from None
