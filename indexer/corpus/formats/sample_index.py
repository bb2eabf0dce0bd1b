"""The three arrays that describe Megatron's training samples: found by their endings, and checked."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import ConfigError, InputError
from indexer.storage import file_bytes, files
from indexer.storage.mapped_files import mapped
from indexer.storage.observer import read_whole

ENDINGS = (
    ("_doc_idx.npy", "_sample_idx.npy", "_shuffle_idx.npy"),
    ("-document_index.npy", "-sample_index.npy", "-shuffle_index.npy"),
)
NEOX_NAME = re.compile(r"_(?P<samples>\d+)ns_(?P<length>\d+)sl_(?P<seed>\d+)s(_|$)")
_PAGE = 1 << 22


@dataclass(frozen=True)
class SampleIndex:
    """The arrays of one corpus.

    Attributes
    ----------
    name : str
        Their common path.
    document, sample, shuffle : arrays
        As in `megatron_windows`; memory maps where the files are local.
    description : dict
        Megatron-core's own description, or empty.
    """

    name: str
    document: NDArray[Any]
    sample: NDArray[Any]
    shuffle: NDArray[Any]
    description: dict[str, Any]

    @property
    def sequence_length(self) -> int | None:
        """Inputs per window, where the description or GPT-NeoX's file name says so."""
        named = NEOX_NAME.search(self.name)
        length = self.description.get("sequence_length", named["length"] if named else None)
        return int(length) if length is not None else None

    @property
    def described_samples(self) -> int | None:
        """Samples the run asked for, where the description says so."""
        n_samples = self.description.get("num_samples")
        return int(n_samples) if n_samples is not None else None

    @property
    def named_samples(self) -> int | None:
        """Samples that GPT-NeoX's file name tells; with a weight, half a percent more than the run takes."""
        named = NEOX_NAME.search(self.name)
        return int(named["samples"]) if named else None

    def facts(self) -> dict[str, Any]:
        """Return what the plan freezes."""
        kept = ("num_samples", "random_seed", "sequence_length", "split", "index_split")
        return {
            "name": self.name,
            "n_samples": len(self.shuffle),
            "n_documents": len(self.document),
            **({} if self.named_samples is None else {"named_samples": self.named_samples}),
            **{key: self.description[key] for key in kept if key in self.description},
        }

    def check(self, n_sequences: int) -> None:
        """Refuse arrays that do not fit each other or a corpus of `n_sequences` stored sequences.

        Raises
        ------
        InputError
            The message gives both numbers.
        """
        if (
            self.sample.ndim != 2
            or self.sample.shape[1] != 2
            or self.document.ndim != 1
            or self.shuffle.ndim != 1
        ):
            raise InputError(
                f"has arrays of shape {self.document.shape}, {self.sample.shape}, {self.shuffle.shape}",
                path=self.name,
                expected="(documents,), (samples + 1, 2), (samples,)",
            )
        for asked, where in (
            (self.described_samples, "its description"),
            (self.named_samples, "its file name"),
        ):
            if asked is not None and asked > len(self.shuffle):
                raise InputError(
                    f"holds {len(self.shuffle):,} samples",
                    path=self.name,
                    expected=f"at least {asked:,}, as {where} says",
                    fix="the arrays are truncated, or belong to another run",
                )
        for values, what, limit, of in (
            (self.document, "document index", n_sequences, "stored sequences"),
            (self.shuffle, "shuffle index", len(self.sample) - 1, "rows of the sample index"),
            (self.sample[:-1, 0], "sample index", len(self.document), "entries of the document index"),
            (self.sample[-1:, 0], "sample index", len(self.document) + 1, "ends in the document index"),
        ):
            for page in range(0, len(values), _PAGE):
                part = values[page : page + _PAGE]
                largest = int(part.max())
                if largest >= limit or int(part.min()) < 0:
                    raise InputError(
                        f"the {what} names {largest:,} of {limit:,} {of}",
                        path=self.name,
                        fix="the arrays belong to another corpus, or one is truncated",
                    )
        self._require_forward()

    def _require_forward(self) -> None:
        """Refuse a sample index in which a window ends where it begins, or before."""
        for page in range(0, len(self.sample) - 1, _PAGE):
            positions, offsets = self.sample[page : page + _PAGE + 1].T
            on = (positions[1:] > positions[:-1]) | (
                (positions[1:] == positions[:-1]) & (offsets[1:] > offsets[:-1])
            )
            if not on.all():
                row = page + int(np.argmin(on))
                raise InputError(
                    f"the sample index goes back from {self.sample[row].tolist()}"
                    f" to {self.sample[row + 1].tolist()}",
                    path=self.name,
                    offset=f"row {row:,}",
                    expected="rows in ascending order",
                    fix="copy the array again; it is damaged",
                )

    def refuse_repeats(self) -> None:
        """Refuse arrays in which an entry was written over: each epoch takes each once.

        Raises
        ------
        InputError
            A row of the sample index is asked for again, or a document comes more often than another.
        """
        for values, what, most in (
            (self.shuffle, "shuffle index", 1),
            (self.document, "document index", None),
        ):
            times = np.zeros(int(values.max(initial=0)) + 1, np.uint32)
            for page in range(0, len(values), _PAGE):
                np.add.at(times, values[page : page + _PAGE], np.uint32(1))
            often = int(times.max(initial=0))
            other = times[times > 0].min(initial=often)
            if often > (most or often) or other != often:
                at = int(np.argmax(times))
                raise InputError(
                    f"the {what} names {at:,} {often:,} times, and others {most or int(other):,}",
                    path=self.name,
                    expected="each as often as any other",
                    fix="the array is damaged; write it anew with the run's own code",
                )


def find_sample_index(where: str, prefix: str, *, base: Path) -> SampleIndex:
    """Return the arrays that a folder, or their common path, holds for the corpus of a prefix.

    Raises
    ------
    ConfigError
        There are none, or several that could be meant.
    """
    if files.is_folder(where, base=base):
        inside = set(files.list_folder(where, base=base))
        found = [
            (name[: -len(ending[0])], ending)
            for name in sorted(inside)
            for ending in ENDINGS
            if name.endswith(ending[0]) and {name[: -len(ending[0])] + end for end in ending} <= inside
        ]
        if len(found) > 1:
            found = [entry for entry in found if _belongs(entry[0], prefix, base)]
        elif found and _says_of_what(found[0][0], base) and not _belongs(found[0][0], prefix, base):
            raise ConfigError(
                f"holds the arrays {found[0][0]}, which by what they say are not those of the training split"
                f" of {prefix}",
                path=where,
                fix=f'if they are, set [corpus] windows = "{found[0][0]}"',
            )
    else:
        found = [(where, ending) for ending in ENDINGS if files.exists(where + ending[0], base=base)]
    if len(found) != 1:
        names = ", ".join(stem for stem, _ in found)
        raise ConfigError(
            f"holds {len(found)} sets of document, sample and shuffle index for {prefix}",
            path=where,
            fix=f"give the path of one of them up to its ending as [corpus] windows: {names}"
            if found
            else None,
        )
    stem, ending = found[0]
    document, sample, shuffle = (load_npy(stem + end, base=base) for end in ending)
    return SampleIndex(stem, document, sample, shuffle, _description(stem, base))


def _belongs(stem: str, prefix: str, base: Path) -> bool:
    """Tell whether arrays are those of a corpus's training split, by their description or name."""
    corpus = files.base_name(prefix)
    description = _description(stem, base)
    if description:
        path = str(description.get("dataset_path") or description.get("path_prefix") or "")
        return files.base_name(path) == corpus and description.get("index_split", "train") == "train"
    name = files.base_name(stem)
    return name.startswith(f"{corpus}_train_")


def _says_of_what(stem: str, base: Path) -> bool:
    """Tell whether arrays say, by a description or their name, of which corpus and split they are."""
    described = _description(stem, base)
    return bool(described.get("dataset_path") or described.get("path_prefix") or NEOX_NAME.search(stem))


def _description(stem: str, base: Path) -> dict[str, Any]:
    name = f"{stem}-description.txt"
    if not files.exists(name, base=base):
        return {}
    try:
        described = json.loads(file_bytes.read_all(files.file_at(name, base=base)))
    except ValueError as error:
        described = error
    if not isinstance(described, dict):
        told = f" ({described})" if isinstance(described, ValueError) else ""
        raise InputError(
            f"is no description of samples{told}",
            path=name,
            fix="fetch it again, or move it away and set stop_step: it says how many samples the run took",
        )
    return described


def load_npy(name: str, *, base: Path) -> NDArray[Any]:
    """Return a true npy file of integers, mapped where it is local.

    Raises
    ------
    InputError
        It is missing, truncated, or holds something else.
    """
    file = files.file_at(name, base=base)
    try:
        if file.local:
            read_whole(file)
            mapped(file.url, file.name, file.n_bytes)
            array = np.load(file.url, mmap_mode="r", allow_pickle=False)
        else:
            array = np.load(io.BytesIO(file_bytes.read_all(file, at_most=1 << 36)), allow_pickle=False)
    except (ValueError, TypeError, OverflowError, OSError, EOFError, SyntaxError, TokenError) as error:
        raise InputError(f"is no whole npy file ({error})", path=name) from None
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "ui":
        raise InputError("holds no integers", path=name)
    end = (array.offset if isinstance(array, np.memmap) else file.n_bytes - array.nbytes) + array.nbytes
    if end != file.n_bytes:
        raise InputError(f"holds {file.n_bytes:,} bytes", path=name, expected=f"{end:,}, as its header says")
    return array
