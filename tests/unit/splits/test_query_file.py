"""What the text of a parameter means."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from indexer.errors import ConfigError
from indexer.exposure.database import SCHEMA_VERSION, building, define_macros
from indexer.exposure.query_door import QueryLimits
from indexer.index_dir import IndexDir
from indexer.splits import named_values
from indexer.splits.named_values import look_up, require_pairs
from indexer.splits.query_file import Parameter, QueryFile, load_query_file, shipped_queries


@pytest.mark.parametrize("text", ["null", "NULL", "Null"])
def test_null_is_no_value_but_where_a_text_must_be_given(text: str) -> None:
    assert Parameter("n", "BIGINT", None, "").parse(text) is None
    assert Parameter("source", "VARCHAR", "NULL", "").parse(text) is None
    assert Parameter("phrase", "VARCHAR", None, "").parse(text) == text


def test_every_ready_question_takes_a_list_for_a_role(monkeypatch: pytest.MonkeyPatch) -> None:
    files = [load_query_file(path, name) for name, path in shipped_queries().items()]
    of_roles = {p.type for file in files for p in file.parameters if "ROLE" in p.type}
    assert of_roles == {"ROLES", "ANYROLE"}
    monkeypatch.setattr(named_values, "_first_column", lambda *_, **__: ["answer", "choices.0"])
    index = IndexDir("index")
    for kind in of_roles:
        file = QueryFile("x", "", "", "", (Parameter("role", kind, None, ""),), "")
        assert look_up(index, file, {"role": "choices"}) == {"role": "choices"}
        with pytest.raises(ConfigError, match=r"'answer' or 'choices\.0' or 'choices'"):
            look_up(index, file, {"role": "choice"})


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "NULL", ""])
def test_a_count_is_one_or_more(text: str) -> None:
    with pytest.raises(ConfigError, match="1 or more"):
        Parameter("min_count", "COUNT", "1", "").parse(text)
    assert Parameter("min_count", "COUNT", "1", "").parse("1") == 1


@pytest.mark.parametrize("text", ["-1", "1.5", "NULL", "", str(1 << 63)])
def test_a_natural_number_is_zero_or_more(text: str) -> None:
    with pytest.raises(ConfigError, match="0 or more"):
        Parameter("n_rows", "NATURAL", "20", "").parse(text)
    assert Parameter("n_rows", "NATURAL", "20", "").parse("0") == 0


@pytest.mark.parametrize("text", ["20", "-0.1", "nan", "inf", "NULL"])
def test_a_share_is_from_0_to_1(text: str) -> None:
    with pytest.raises(ConfigError, match="from 0 to 1"):
        Parameter("share", "SHARE", "0.2", "").parse(text)
    assert Parameter("share", "SHARE", "0.2", "").parse("1") == 1.0


@pytest.mark.parametrize(
    ("kind", "text", "advice"),
    [
        ("SIDE", "eithr", "expected good or bad or either or both; did you mean 'either'?"),
        ("DIRECTION", "NULL", "expected high or low"),
        ("NATURAL", "step1000", "did you mean 1000?"),
        ("BIGINT", "143,000", "did you mean 143000?"),
        ("COUNT", "many", "1 or more$"),
    ],
)
def test_what_is_nearly_right_is_answered_with_what_may_be_meant(kind: str, text: str, advice: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(advice).replace(r"\$", "$")):
        Parameter("x", kind, "1" if kind != "DIRECTION" else "high", "").parse(text)
    file = load_query_file(shipped_queries()["contamination/by_item"])
    with pytest.raises(ConfigError, match=r"unknown parameter 'Datset'.*did you mean 'dataset'\?"):
        file.bind({"Datset": "quiz"})


def test_an_index_without_pairs_is_not_split_and_another_question_is_named(tmp_path: Path) -> None:
    index = IndexDir(tmp_path / "index")
    index.root.mkdir()
    with building(index.database_file) as connection:
        connection.execute(
            f"INSERT INTO provenance VALUES ('schema_version', '{SCHEMA_VERSION}'),"
            " ('plan_fingerprint', 'x'), ('complete', 'true')"
        )
        define_macros(connection)
    with pytest.raises(ConfigError, match=r"no minimal pairs, only phrases.*first_exposures`"):
        require_pairs(index)
    with duckdb.connect(str(index.database_file)) as connection:
        connection.execute("INSERT INTO items (item_id, dataset, kind) VALUES ('q/1', 'q', 'item')")
    with pytest.raises(ConfigError, match=r"no minimal pairs, only items.*contamination/by_item`"):
        require_pairs(index)
    with duckdb.connect(str(index.database_file)) as connection:
        connection.execute("INSERT INTO items (item_id, kind) VALUES ('p/1', 'pair')")
    require_pairs(index)


def test_parameters_of_one_name_are_of_one_type_and_every_phrase_is_looked_up() -> None:
    types = {
        "min_count": "COUNT",
        "at_least": "COUNT",
        "n_rows": "NATURAL",
        "most_edits": "NATURAL",
        "share": "SHARE",
        "paradigm": "PARADIGM",
        "model": "MODEL",
        "side": "SIDE",
        "better": "DIRECTION",
        "within": "RANGE",
    }
    for name, path in shipped_queries().items():
        for one in load_query_file(path, name).parameters:
            assert one.type == types.get(one.name, one.type), name
            assert one.name != "phrase" or one.type in ("PHRASE", "WORDS"), name


@pytest.mark.parametrize(
    ("question", "seconds"),
    [
        (["dynamics/lag_null"], None),
        (["lag_null"], None),
        (["lag_null", "--timeout", "7"], 7),
        (["SELECT 1"], 60),
        (["own.sql"], 60),
    ],
)
def test_only_the_questions_that_are_ready_take_their_time(
    monkeypatch: pytest.MonkeyPatch, question: list[str], seconds: float | None
) -> None:
    from click.testing import CliRunner

    from indexer.cli.query import query
    from indexer.splits import ask

    asked: list[object] = []

    def note(*given: object, **named: object) -> None:
        asked.extend([*given, *named.values()])
        raise SystemExit(0)

    monkeypatch.setattr(ask, "ask", note)
    CliRunner().invoke(query, ["index", *question])
    is_ready = "lag_null" in question[0]
    limits = [one.seconds_of(is_ready=is_ready) for one in asked if isinstance(one, QueryLimits)]
    assert limits == [seconds]
