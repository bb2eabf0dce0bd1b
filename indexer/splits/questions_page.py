"""The page ``docs/questions.md``, made from the heads of the query files.

``python -m indexer.splits.questions_page > docs/questions.md`` writes it; a test checks it.
"""

from __future__ import annotations

from indexer.splits.query_file import QueryFile, load_query_file, shipped_queries

_HEAD = """# Questions

Each is a file in `queries/`: SQL that anyone can read, run read-only by `exposure query INDEX NAME`, with
table tests in `tests/sql/cases/`. Files of your own work the same way.
"""


def questions_page() -> str:
    """Return the page as Markdown."""
    files = [load_query_file(path, name) for name, path in shipped_queries().items()]
    return "\n".join([_HEAD, *(_question(file) for file in files)])


def _question(file: QueryFile) -> str:
    lines = [f"## {file.name}", "", f"{file.title}. {file.sentence}", ""]
    for name, what in file.attached.items():
        lines += [f"With `--attach {name}=INDEX2`: {what}.", ""]
    if file.parameters:
        lines += ["| parameter | type | default | meaning |", "| --- | --- | --- | --- |"]
        for one in file.parameters:
            default = "required" if one.default is None else one.default
            lines.append(f"| `{one.name}` | {one.type} | {default} | {one.help} |")
        lines.append("")
    return "\n".join([*lines, "```console", f"$ {file.example}", "```", ""])


if __name__ == "__main__":
    print(questions_page(), end="")
