"""``[phrases]``: what is looked for."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.config.option import option


@dataclass(frozen=True)
class PhrasesConfig:
    """What is looked for: minimal pairs, or plain phrases. Without a source: what ``[items]`` say alone."""

    source: str = option(
        "", help="Directory or file of pairs or phrases, a hub name such as nyu-mll/blimp, or - for stdin."
    )
    added: list[str] = option(
        [],
        help="Further sources of plain phrases, behind those of source; `exposure index --add-phrases` adds "
        "one to an index.",
    )
    rules: str = option(
        "default",
        choices=("default", "study", "generic"),
        help="Critical-phrase rules: ours, those of arXiv 2606.00230, or the generic rule alone.",
    )
    text: str | None = option(None, help="Column that holds a plain phrase.")
    pattern: str | None = option(
        None,
        help="Column that holds phrases with gaps, as in no <0-8 words> ever; a literal < is \\< there.",
    )
    id: str | None = option(None, help="Column that holds the id of a phrase or pair.")
    token_ids: str | None = option(None, help="Column that holds token ids in the place of text.")
    good: str | None = option(None, help="Column of the acceptable sentence.")
    bad: str | None = option(None, help="Column of the unacceptable sentence.")
    paradigm: str | None = option(
        None, help="Column that names the paradigm of a pair; default: the file name."
    )
    phenomenon: str | None = option(None, help="Column that names the phenomenon of a pair.")
    dataset: str | None = option(None, help="Name of the pair set in the table; default: the source's name.")
    paradigms: list[str] = option([], help="Keep only these paradigms; empty keeps all.")
    text_lines: str = option(
        "phrases",
        choices=("phrases", "good-first", "bad-first"),
        help="What the lines of a text file are: phrases, or minimal pairs of two lines each.",
    )
    context: str | None = option(
        None, help="Column that names the context of a pair: words that stand in both sentences."
    )
    columns: list[str] = option(
        [],
        help="Columns under other names, as in good_critical_start=verb_begin; span columns win over rules.",
    )
    side: str = option(
        "left",
        choices=("left", "right", "both"),
        help="Generic rule: where the context stands beside the words that differ.",
    )
    reach: int = option(1, help="Generic rule: how many words of context are taken on a side.")
    segmenter: str | None = option(
        None, help="file.py:function that cuts a sentence into words, for scripts without spaces."
    )
    own_rules: str | None = option(
        None, help="Your own rules: a TOML table by paradigm, or file.py:function."
    )
    equal_length_only: bool = option(
        False, help="Exclude pairs whose difference is not the same number of words on both sides."
    )
    delimiter: str | None = option(
        None, help="What stands between the cells of delimited text; default: a comma, in .tsv files a tab."
    )
    max_file_bytes: int | None = option(
        None,
        least=1,
        help="Most bytes a compressed file may unpack to; default: 1,000 times its size, at least 64 MiB.",
    )
    max_window_bytes: int = option(
        128 * 1024 * 1024,
        least=1,
        help="Largest zstd window to accept; raise it for files packed with --long=31.",
    )
    max_line_bytes: int = option(
        64 * 1024 * 1024, least=1, help="Longest line to accept, or element of a JSON array."
    )
