"""The page ``docs/configuration.md``: every key of ``exposure.toml``, from where it is declared.

``python -m indexer.config.reference_page > docs/configuration.md`` writes it; a test checks it.
"""

from __future__ import annotations

import json
import typing
from dataclasses import Field
from typing import Any

from indexer.config.load import SECTIONS, spell
from indexer.config.option import default_of, is_required, keys_of

_HEAD = """# Configuration

Every key of `exposure.toml`, with its default. A key is also set by `--set section.key=value` and by the
variable `EXPOSURE_SECTION_KEY`. Relative paths start from the folder of the file. A key that has no effect
on a format, an order or beside other keys is refused by name. `exposure init` writes a commented file for a
known run.
"""


def configuration_page() -> str:
    """Return the page as Markdown."""
    return "\n".join([_HEAD, *(_section(name, declared) for name, declared in SECTIONS.items())])


def _section(name: str, declared: type) -> str:
    about = (declared.__doc__ or "").strip().partition("\n")[0]
    hints = typing.get_type_hints(declared)
    rows = [
        f"| `{key}` | {_default(field)} | {_values(field, hints[key])} | {_escaped(field.metadata['help'])} |"
        for key, field in keys_of(declared).items()
    ]
    head = ["| key | default | values | meaning |", "| --- | --- | --- | --- |"]
    return "\n".join([f"## [{name}]", "", about, "", *head, *rows, ""])


def _default(field: Field[Any]) -> str:
    if is_required(field):
        return "required"
    default = default_of(field)
    return "-" if default is None else f"`{_escaped(json.dumps(default))}`"


def _values(field: Field[Any], hint: Any) -> str:
    choices = field.metadata["choices"]
    if choices:
        return ", ".join(f"`{json.dumps(choice)}`" for choice in choices)
    least = field.metadata["least"]
    return spell(hint) + (f", {least:,} or more" if least is not None else "")


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    print(configuration_page(), end="")
