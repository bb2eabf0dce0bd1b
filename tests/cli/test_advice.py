"""What an error advises can be done: the keys, options and commands it names exist, for its command too."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from pathlib import Path

import pytest
import zstandard

from indexer.cli.advice import KEY, with_options
from indexer.cli.corpus_tokenize import OPTIONS, tokenize
from indexer.cli.main import COMMANDS, cli, run
from indexer.cli.phrases import phrases
from indexer.config.load import SECTIONS
from indexer.config.option import keys_of
from indexer.errors import ConfigError
from tests.support.fixture_cases import FIXTURES

PACKAGE = Path(__file__).resolve().parents[2] / "indexer"
ERRORS = {"ConfigError", "InputError", "StateError", "ResourceError", "QueryRefusedError", "ExposureError"}


def words(node: ast.AST) -> str:
    """The words of an expression; what is put in by a placeholder is unknown."""
    found = []
    for each in ast.walk(node):
        if isinstance(each, ast.JoinedStr):
            found.append(
                "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in each.values)
            )
        elif isinstance(each, ast.Constant) and isinstance(each.value, str):
            found.append(each.value)
    return " | ".join(found)


def texts_of(module: Path) -> list[tuple[int, str]]:
    """Every text of an error that a module raises: arguments of the call, and constants they name."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    constants = {
        target.id: words(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) in ERRORS:
            for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                named = [
                    constants.get(name.id, "") for name in ast.walk(argument) if isinstance(name, ast.Name)
                ]
                found.append((node.lineno, " | ".join([words(argument), *named])))
        # a text on its way to an error: fix=..., key=..., or a default of a parameter
        elif isinstance(node, ast.keyword) and node.arg in ("fix", "bytes_key", "window_key", "key", "path"):
            found.append((node.value.lineno, words(node.value)))
        elif isinstance(node, ast.arguments):
            found += [(d.lineno, words(d)) for d in (*node.defaults, *node.kw_defaults) if d is not None]
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            found.append((node.lineno, words(node.value)))
    return found


@cache
def texts() -> list[tuple[str, int, str]]:
    """Module, line and words of every text; not at import, which every worker of pytest does."""
    return [
        (module.relative_to(PACKAGE).as_posix(), line, text)
        for module in sorted(PACKAGE.rglob("*.py"))
        for line, text in texts_of(module)
    ]


ALL_OPTIONS = {
    option
    for name in COMMANDS
    for parameter in cli.get_command(None, name).params
    for option in (*parameter.opts, *parameter.secondary_opts)
} | {option for parameter in cli.params for option in parameter.opts}


def test_the_walk_finds_the_texts():
    found = " ".join(text for _, _, text in texts())
    for known in ("set [corpus] dtype", "--allow-missing", "`exposure index`", "[corpus] max_window_bytes"):
        assert known in found
    assert len(texts()) > 400


def test_keys_that_errors_name_exist():
    for module, line, text in texts():
        for match in KEY.finditer(text):
            if "{" in text[match.end() : match.end() + 1]:
                continue
            section = SECTIONS.get(match["section"])
            assert section is not None, f"{module}:{line}: {text}"
            assert match["key"] in keys_of(section), f"{module}:{line}: {text}"
        for section, key in re.findall(r"\b(phrases|tokenizer|corpus|order|match|index)\.([a-z_]+)\b", text):
            known = keys_of(SECTIONS[section])
            files = ("py", "sql", "toml", "json", "csv", "jsonl", "duckdb")
            assert key in known or key in files, f"{module}:{line}: {text}"


OPTIONS_OF_OTHERS = {"--long", "--head"}
"""Those of zstd and of `ray start`."""


def test_options_and_commands_that_errors_name_exist():
    for module, line, text in texts():
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", text):
            assert option in ALL_OPTIONS | OPTIONS_OF_OTHERS, f"{module}:{line}: {text}"
        for command in re.findall(r"`?exposure ([a-z]+)\b", text):
            assert command in COMMANDS, f"{module}:{line}: {text}"


# Commands that read no exposure.toml.

ONLY_BY_CONFIGURATION = {
    ("corpus", "max_shard_bytes"),  # of text, no limit is set
    ("match", "unit"),  # where occurrences are looked for
    ("match", "boundary"),
    ("phrases", "source"),
    ("corpus", "manifest"),  # hashes of the shards of a corpus
    ("corpus", "parts"),  # shards of ids alone
    ("items", "window"),  # items stand in a configuration
}


@pytest.mark.parametrize(
    ("command", "rooms"),
    [
        (tokenize, ("storage/", "corpus/text/", "corpus/hub.py", "tokenizers/")),
        (phrases, ("phrases/sources/", "phrases/", "tokenizers/loading.py")),
    ],
)
def test_a_command_without_configuration_has_an_option_for_each_key_it_may_be_told_of(command, rooms):
    options = {option for parameter in command.params for option in parameter.opts}
    for module, line, text in texts():
        if module.startswith(rooms):
            for match in KEY.finditer(text):
                named = (match["section"], match["key"])
                option = command.option_of(*named)
                assert option is not None or named in ONLY_BY_CONFIGURATION, f"{module}:{line}: {text}"
                assert option is None or option in options | {"SOURCE"}, f"{module}:{line}: {text}"


def test_options_that_stand_for_keys_exist():
    for (section, key), option in OPTIONS.items():
        assert key in keys_of(SECTIONS[section])
        assert option == "SOURCE" or any(option in one.opts for one in tokenize.params)


def test_keys_become_options():
    error = ConfigError(
        "no column 'x', which [phrases] text names",
        path="[corpus] max_window_bytes",
        fix='set [corpus] column; or leave [phrases] text_lines = "phrases"; or [order] path',
    )
    names = {"max_window_bytes": "--max-window-bytes", "text": "--text", "text_lines": "--text-lines"}
    told = with_options(
        error, lambda section, key: names.get(key, f"--{key}") if section != "order" else None
    )
    assert type(told) is ConfigError
    assert told.line() == (
        "--max-window-bytes: no column 'x', which --text names; set --column; or leave --text-lines"
        ' "phrases"; or [order] path'
    )


TOKENIZER = str(FIXTURES / "jsonl_text" / "tokenizer.json")


def test_advice_of_tokenize_can_be_taken(tmp_path: Path, capsys):
    lines = "".join(json.dumps({"body": f"text {i}"}) + "\n" for i in range(50)).encode()
    parameters = zstandard.ZstdCompressionParameters(window_log=28)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    (tmp_path / "a.jsonl.zst").write_bytes(packer.compress(lines) + packer.flush())
    command = ["tokenize", str(tmp_path / "a.jsonl.zst"), "--tokenizer", TOKENIZER, "-n", "8"]
    command += ["--out", str(tmp_path / "out")]
    assert run(command) == 5
    advice = re.search(r"raise (--[a-z-]+) to (\d+)", capsys.readouterr().err)
    command += [advice[1], advice[2]]
    assert run(command) == 3
    advice = re.search(r"set (--column); its keys are (\w+)", capsys.readouterr().err)
    assert run([*command, advice[1], advice[2]]) == 0


def test_advice_of_phrases_can_be_taken(tmp_path: Path, capsys):
    (tmp_path / "a.csv").write_text("wort\none two\nthree\n")
    assert run(["phrases", str(tmp_path / "a.csv")]) == 2
    told = capsys.readouterr().err
    assert "name yours, as in --good" in told and 'or --text "my_text"' in told and "[phrases]" not in told
    assert run(["phrases", str(tmp_path / "a.csv"), "--text", "wort"]) == 0
    assert run(["phrases", str(tmp_path / "a.csv"), "--text", "none"]) == 2
    assert "which --text names" in capsys.readouterr().err
    assert run(["phrases", str(tmp_path / "a.csv"), "--text", "wort", "--reach", "0"]) == 2
    assert "--reach" in capsys.readouterr().err
