"""A certificate as Markdown, for people; its data stand at the end."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from indexer.plurals import counted

DATA_BEGIN = "```json\n"
DATA_END = "\n```\n"
_MOST_SHARDS = 50
_FLAT = ("headerless", "npy", "megatron")


def as_markdown(certificate: Mapping[str, Any]) -> str:
    """Return the text of a certificate; the same certificate gives the same text."""
    parts = [
        "# Certificate of an exposure index",
        _identity(certificate),
        "## What was covered",
        _covered(certificate["covered"]),
        "## What was not",
        _not_covered(certificate),
        "## What it says",
        _counts(certificate),
        "## What was verified",
        _verified(certificate["verification"]),
        "## What is taken on trust",
        _list(certificate["verification"]["trusted"]),
        "## How to check it again",
        _again(certificate),
        "## The same as data",
        DATA_BEGIN
        + json.dumps(certificate, indent=1, sort_keys=True, ensure_ascii=False)
        + DATA_END.rstrip("\n"),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _identity(certificate: Mapping[str, Any]) -> str:
    tokenizer = certificate["tokenizer"]
    rows = {
        "seal": f"`{certificate['seal']}`",
        "plan": f"`{certificate['fingerprint']}`",
        "rows of the table": f"`{certificate['rows_hash']}`",
        "phrases": f"{certificate['phrases']['n']:,}, `{certificate['phrases']['hash']}`",
        "tokenizer": f"{tokenizer['name']}, sha256 `{tokenizer['sha256']}`"
        if tokenizer
        else "none: ids alone",
        "match": ", ".join(f"{key} = {value}" for key, value in sorted(certificate["match"].items())),
        "software": ", ".join(f"{key} {value}" for key, value in sorted(certificate["software"].items())),
    }
    return _table(("what", "value"), list(rows.items()))


def _covered(covered: Mapping[str, Any]) -> str:
    window = covered["window"]
    steps = (
        "no steps: the order is not known"
        if window is None
        else f"the steps {window[0]:,} to {window[1] - 1:,}"
    )
    text = (
        f"{counted(covered['n_shards'], 'shard')} ({covered['format']}), "
        f"{counted(covered['n_sequences'], 'sequence')}, {counted(covered['n_tokens'], 'token')}; "
        f"{counted(covered['n_visits'], 'visit')} of sequences in {steps}, order "
        f"{covered['order'].get('kind')}."
    )
    rows = [
        (
            f"`{shard['path']}`",
            f"{shard['n_bytes']:,}",
            f"`{shard['tokens_hash']}`" if shard["tokens_hash"] else "not scanned",
            f"{shard['n_tokens']:,}",
            "yes" if shard["verified"] else "no",
        )
        for shard in covered["shards"][:_MOST_SHARDS]
    ]
    more = len(covered["shards"]) - _MOST_SHARDS
    table = _table(("shard", "bytes", "xxh3-128 of its ids", "tokens", "hash known from elsewhere"), rows)
    return f"{text}\n\n{table}" + (f"\n\n... and {more:,} more, in the data below." if more > 0 else "")


def _not_covered(certificate: Mapping[str, Any]) -> str:
    missing = certificate["not_covered"]
    lines = [
        "All planned ranges were scanned."
        if missing["complete"]
        else f"INCOMPLETE: every zero is unknown. Not scanned: {', '.join(missing['shards'])}",
        f"{counted(missing['dropped_tokens'], 'token')} at shard ends, too few for a sequence: never seen.",
        f"{missing['unverified_shards']:,} of {counted(certificate['covered']['n_shards'], 'shard')}"
        " had no hash from elsewhere to be compared with.",
        *(f"Taken on purpose: {name} ({found})" for name, found in missing["taken_on_purpose"].items()),
        *certificate["notes"],
    ]
    return _list(lines)


def _counts(certificate: Mapping[str, Any]) -> str:
    counts = certificate["counts"]
    return (
        f"{counted(counts['seen'], 'phrase')} seen, {counts['never']:,} never, {counts['unknown']:,} unknown."
        " `never` means: no exposure in all that was covered, by the match settings above."
    )


def _verified(verification: Mapping[str, Any]) -> str:
    rows = [
        (check["name"], f"{check['n_looked_at']:,} {check['unit']}", f"{check['n_failed']:,}", check["note"])
        for check in verification["checks"]
    ]
    table = _table(("check", "looked at", "failed", "note"), rows)
    drawn = f"Samples of {verification['sample']:,}, drawn with the seed {verification['seed']}."
    return f"{table}\n\n{drawn}\n\n{_list(verification['bounds'])}"


def _again(certificate: Mapping[str, Any]) -> str:
    phrase = certificate["a_zero"]
    parts = [
        "That this file was not edited, and that an index is the one certified here:",
        _code("exposure certify --check CERTIFICATE", "exposure certify INDEX --check CERTIFICATE"),
        "From the corpus alone: an index that is built of the same files with the same `exposure.toml` has "
        "the same plan and the same rows on any machine.",
        _code("exposure index exposure.toml --out again", "exposure certify again --check CERTIFICATE"),
        "The whole of an index by slow code, and one zero in the whole corpus:",
        _code(
            "exposure verify INDEX --max-tokens 0",
            *(
                [f"exposure verify INDEX --sample 0 --max-tokens 0 --phrase {shlex.quote(phrase)}"]
                if phrase is not None
                else []
            ),
        ),
    ]
    if phrase is not None and _can_be_searched_plainly(certificate, phrase):
        parts += [
            "Without this tool, from the folder of `exposure.toml`: where this prints nothing, the letters "
            "of the phrase stand nowhere, across the ends of sequences neither.",
            _plain_search(phrase, certificate["covered"]),
        ]
    return "\n\n".join(parts)


def _can_be_searched_plainly(certificate: Mapping[str, Any], phrase: str) -> bool:
    """Return whether `_plain_search` misses nothing: flat files, and a phrase of letters and spaces alone."""
    match = certificate["match"]
    return (
        certificate["tokenizer"] is not None
        and certificate["covered"]["format"] in _FLAT
        and match["unit"] != "tokens"
        and match["case"] != "turkish"
        and all(character.isalnum() or character == " " for character in phrase)
    )


def _plain_search(phrase: str, covered: Mapping[str, Any]) -> str:
    shards = [shard["path"] for shard in covered["shards"][:_MOST_SHARDS]]
    read = "numpy.load(path).reshape(-1)"
    if covered["format"] != "npy":
        read = f'numpy.fromfile(path, "{covered["dtype"]}")'
    lines = [
        "import numpy, tokenizers",
        'tokenizer = tokenizers.Tokenizer.from_file("INDEX/plan/tokenizer.json")',
        f"for path in {shards!r}:" + ("  # and all others" if len(covered["shards"]) > len(shards) else ""),
        f"    ids = {read}",
        "    for at in range(0, len(ids), 60_000):  # pieces that overlap by more than a phrase is long",
        "        text = tokenizer.decode(ids[at : at + 65_000].tolist(), skip_special_tokens=False)",
        f"        if {' '.join(phrase.casefold().split())!r} in ' '.join(text.casefold().split()):",
        "            print(path, at)",
    ]
    return "```python\n" + "\n".join(lines) + "\n```"


def _table(head: tuple[str, ...], rows: list[Any]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(_cell(str(one)) for one in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _list(lines: list[str]) -> str:
    return "\n".join(f"* {' '.join(line.split())}" for line in lines)


def _code(*lines: str) -> str:
    return "```console\n" + "\n".join(f"$ {line}" for line in lines) + "\n```"
