"""Rows of one file: JSON lines or an array, CSV, TSV, Parquet, Arrow or plain lines; packed or not.

Files are opened, unpacked and cut into lines as those of a corpus are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from indexer.config.idle import spelled
from indexer.config.items import ItemsConfig
from indexer.config.phrases import PhrasesConfig
from indexer.errors import ConfigError, InputError
from indexer.phrases.sources.delimited import delimited_rows, other_delimiter
from indexer.phrases.sources.record import Record
from indexer.storage.compressed import Limits, compression_of, decompressed_size, first_bytes, without_suffix
from indexer.storage.files import CorpusFile
from indexer.storage.json_array import array_objects
from indexer.storage.json_lines import objects_of, pieces_of, split_lines

TEXT_COLUMN = "text"
"""The field a line of a plain text file becomes."""

KINDS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".txt": "text",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
}
_HEAD_BYTES = 1 << 16
_MARK = b"\xef\xbb\xbf"
_NOT_READ = {
    b"PK\x03\x04": "a zip archive (.xlsx and .npz are such)",
    b"\xfd7zXZ\x00": "packed by xz",
    b"\x04\x22\x4d\x18": "packed by lz4",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"\x93NUMPY": "a NumPy array",
    b"\xff\xfe": "text in UTF-16 or UTF-32",
    b"\xfe\xff": "text in UTF-16",
}
"""How files begin that are taken for text where their first bytes happen to be some."""


@dataclass(frozen=True)
class FileOptions:
    """How files of phrases are read.

    Attributes
    ----------
    delimiter : str or None
        What stands between the cells of delimited text; None: as the name of the file says.
    limits : Limits
        What unpacking, and a line, may cost.
    section : str
        The section of the configuration that says so.
    """

    delimiter: str | None = None
    limits: Limits = field(default_factory=Limits)
    section: str = "phrases"

    @classmethod
    def of(cls, config: PhrasesConfig | ItemsConfig, section: str = "phrases") -> FileOptions:
        """Return what ``[phrases]`` or ``[items]`` says.

        Raises
        ------
        ConfigError
            The delimiter is not one character.
        """
        delimiter = {"\\t": "\t", "tab": "\t"}.get(config.delimiter or "", config.delimiter)
        if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
            raise ConfigError(
                f"[{section}] delimiter = {config.delimiter!r}", expected="one character, as ; or \\t"
            )
        limits = Limits(
            config.max_file_bytes,
            config.max_window_bytes,
            config.max_line_bytes,
            bytes_key=f"[{section}] max_file_bytes",
            window_key=f"[{section}] max_window_bytes",
            line_key=f"[{section}] max_line_bytes",
        )
        return cls(delimiter, limits, section)


def kind_of(name: str) -> str | None:
    """Return the kind of a file by its name, None where the name does not tell."""
    bare = without_suffix(name.lower())
    dot = bare.rfind(".")
    return KINDS.get(bare[dot:]) if dot >= 0 else None


def read_file(file: CorpusFile, options: FileOptions) -> Iterator[Record]:
    """Yield the rows of a file, whose kind its name tells, or else its first bytes.

    Raises
    ------
    ConfigError
        The file is corrupt, no UTF-8, or a row cannot be read; file and line are named.
    ResourceError
        It unpacks to more than `options` allow.
    """
    try:
        if file.n_bytes:
            yield from _rows(file, options)
    except InputError as error:
        # what is wrong with a source of phrases is the user's to change, as the configuration is
        raise ConfigError(
            error.what, path=error.path, offset=error.offset, expected=error.expected, fix=error.fix
        ) from None


def _rows(file: CorpusFile, options: FileOptions) -> Iterator[Record]:
    compression = compression_of(file)
    if compression is not None:
        # what is too large, or cut, is refused before its rows are looked at
        decompressed_size(file, compression, options.limits)
    head = first_bytes(file, _HEAD_BYTES, compression, options.limits)
    for magic, what in _NOT_READ.items():
        if head.startswith(magic):
            raise ConfigError(
                f"is {what}",
                path=file.name,
                expected="text in UTF-8, Parquet or Arrow, plain or packed by gzip, bzip2 or zstd",
            )
    kind = kind_of(file.name) or _sniff(head, options)
    key = f"[{options.section}] delimiter"
    if options.delimiter is not None and kind not in ("csv", "tsv"):
        raise ConfigError(
            f"{key} = {spelled(options.delimiter)} has no effect on a file of kind {kind}",
            path=file.name,
            expected=".csv or .tsv",
            fix=f"leave {key} out, or name delimited text .csv",
        )
    if kind in ("parquet", "arrow"):
        from indexer.storage.arrow_tables import open_arrow

        for number, values in enumerate(open_arrow(file, options.limits).rows(), 1):
            yield Record(file.name, "row", number, values)
    elif kind == "json" and head.removeprefix(_MARK).lstrip().startswith(b"["):
        for number, values in array_objects(pieces_of(file, options.limits), options.limits, name=file.name):
            yield Record(file.name, "row", number, values)
    elif kind in ("json", "jsonl"):
        for number, values in objects_of(file, options.limits):
            yield Record(file.name, "line", number, values)
    elif kind == "text":
        yield from _text_rows(_lines(file, options.limits), file.name)
    else:
        usual = "\t" if kind == "tsv" else ","
        yield from delimited_rows(
            _lines(file, options.limits), file.name, options.delimiter, usual, section=options.section
        )


def _sniff(head: bytes, options: FileOptions) -> str:
    if head[:4] == b"PAR1":
        return "parquet"
    if head[:6] == b"ARROW1" or (head[:4] == b"\xff\xff\xff\xff" and head[7:8] == b"\0"):
        return "arrow"
    line = head.removeprefix(_MARK).lstrip(b" \r\n").split(b"\n", 1)[0].strip(b"\r")
    if line.startswith(b"{"):
        return "jsonl"
    if line.startswith(b"["):
        return "json"
    if b"\t" in line:
        return "tsv"
    names = line.decode("utf-8", "replace").split(",")
    if len(names) > 1 or options.delimiter is not None or _is_header(line):
        return "csv"
    return "text"


def _is_header(line: bytes) -> bool:
    """Tell whether a line without commas names columns all the same, as ``good;bad`` does."""
    text = line.decode("utf-8", "replace")
    found = other_delimiter([text], ",")
    return found is not None and all(name.strip().isidentifier() for name in text.split(found))


def _lines(file: CorpusFile, limits: Limits) -> Iterator[str]:
    """Yield lines without their line feed; a byte order mark is dropped."""
    for number, raw in enumerate(split_lines(pieces_of(file, limits), limits, name=file.name), 1):
        try:
            line = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ConfigError(
                f"is not UTF-8 (byte {error.start} of the line)", path=file.name, offset=f"line {number}"
            ) from None
        yield line.removeprefix("\ufeff") if number == 1 else line


def _text_rows(lines: Iterator[str], path: str) -> Iterator[Record]:
    blank: list[int] = []
    for number, line in enumerate(lines, 1):
        text = line.rstrip("\r")
        if "\r" in text:
            raise ConfigError(
                "holds a carriage return inside a line",
                path=path,
                offset=f"line {number}",
                expected="lines that end with a line feed",
                fix="turn its line ends into line feeds (tr '\\r' '\\n')",
            )
        if not text.strip():
            blank.append(number)
            continue
        # Blank lines are an error only where text follows: editors leave some at the end.
        for empty in blank:
            yield Record(path, "line", empty, {TEXT_COLUMN: ""})
        blank.clear()
        yield Record(path, "line", number, {TEXT_COLUMN: text})
