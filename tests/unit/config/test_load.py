"""exposure.toml: every mistake is one line that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.config import load_config
from indexer.config.load import SECTIONS, environment_overrides
from indexer.config.option import keys_of
from indexer.config.reference_page import configuration_page
from indexer.errors import ConfigError

WHOLE = """
[phrases]
source = "blimp"
[corpus]
paths = ["a.bin"]
[order]
batch_size = 8
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "exposure.toml"
    path.write_text(text)
    return path


def test_defaults_fill_what_the_file_leaves_out(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, WHOLE))
    assert config.order.batch_size == 8
    assert config.order.kind == "sequential"
    assert config.base == tmp_path.resolve()


def test_a_folder_stands_for_the_file_in_it(tmp_path: Path) -> None:
    written(tmp_path, WHOLE)
    assert load_config(tmp_path).corpus.paths == ["a.bin"]


def test_set_wins_over_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE)
    config = load_config(
        path, ["order.batch_size=[[0, 4], [10, 8]]", "corpus.format=megatron", "match.case=exact"]
    )
    assert config.order.batch_size == [[0, 4], [10, 8]]
    assert (config.corpus.format, config.match.case) == ("megatron", "exact")


def test_every_key_has_a_variable() -> None:
    assert environment_overrides({"EXPOSURE_ORDER_BATCH_SIZE": "4", "HOME": "/"}) == ["order.batch_size=4"]


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("EXPOSURE_CORPUS_FORMT", "EXPOSURE_CORPUS_FORMAT"),
        ("EXPOSURE_ORDER_BATCHSIZE", "EXPOSURE_ORDER_BATCH_SIZE"),
        ("EXPOSURE_ORDR_BATCH_SIZE", "EXPOSURE_ORDER_BATCH_SIZE"),
        ("EXPOSURE_order_batch_size", "EXPOSURE_ORDER_BATCH_SIZE"),
        ("EXPOSURE_STORE_ATEMPTS", "EXPOSURE_STORE_ATTEMPTS"),
        ("EXPOSURE_ORDER_NONSENSE", ""),
    ],
)
def test_a_variable_of_no_key_is_refused(variable: str, meant: str) -> None:
    with pytest.raises(ConfigError, match=f"{variable}: .*{f'did you mean {meant}' if meant else ''}"):
        environment_overrides({variable: "4"})


def test_variables_of_others_are_let_be() -> None:
    others = {
        "EXPOSURE_STORE_ATTEMPTS": "2",
        "EXPOSURE_KERNEL_CACHE": "0",
        "EXPOSURE_TIME": "1/60",
        "EXPOSURE_INDEX": "runs/index",
        "EXPOSURES_N": "1",
    }
    assert environment_overrides(others | {"EXPOSURE_MY_CAMERA": "x"}) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[phrases", "is not TOML"),
        (WHOLE + "[macth]\n", "unknown section: 'macth'; did you mean 'match'"),
        (WHOLE + "stop_stp = 4\n", r"unknown key in \[order\]: 'stop_stp'; did you mean 'stop_step'"),
        (
            WHOLE + 'epochs = "two"\n',
            r"\[order\] epochs = 'two' is of the wrong type; expected a whole number",
        ),
        (WHOLE + "drop_last = 1\n", "wrong type; expected true or false"),
        (WHOLE + "stop_step = true\n", "wrong type"),
        (WHOLE + '[match]\ncase = "lower"\n', "is not a choice; expected fold or turkish or exact"),
        (WHOLE + '[index]\noccurrences = "al"\n', r"expected none or all; did you mean 'all'\?"),
        (WHOLE + "[index]\noccurrences = true\n", "wrong type; expected 'none' or 'all'"),
        ("[corpus]\npaths = []\n", r"\[phrases\] source is not set"),
        (WHOLE.replace('["a.bin"]', '"a.bin"'), "wrong type; expected a list of text"),
        ("phrases = 3\n", "phrases is not a section"),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        load_config(written(tmp_path, text))
    assert "\n" not in caught.value.line()


NUMBERS_OF_OTHER_SENSE = {
    *("sequence_length", "max_shard_bytes", "end_of_document", "places", "workers"),  # held against more
    *("batch_size", "batch_tokens", "start_step", "stop_step", "epochs", "ranks", "reach"),
    *("seed", "file_order_seed", "checkpoints", "special_ids"),  # any will do, or words, or ids
}
"""Keys of whole numbers that are refused where they are used, or that may be anything."""


@pytest.mark.parametrize(
    ("section", "key"), [(section, key) for section in SECTIONS for key in keys_of(SECTIONS[section])]
)
def test_a_number_below_the_least_that_means_something_is_refused(
    tmp_path: Path, section: str, key: str
) -> None:
    declared = keys_of(SECTIONS[section])[key]
    least = declared.metadata["least"]
    assert (least is None) == (key in NUMBERS_OF_OTHER_SENSE) or "int" not in str(declared.type)
    if least is not None:
        file = written(tmp_path, WHOLE)
        for value in (least - 1, -7):
            with pytest.raises(
                ConfigError, match=rf"\[{section}\] {key} = {value}; expected at least {least}"
            ):
                load_config(file, ["items.source=quiz.csv", f"{section}.{key}={value}"])
        config = load_config(file, ["items.source=quiz.csv", f"{section}.{key}={least}"])
        found = config.items[0] if section == "items" else getattr(config, section)
        assert getattr(found, key) == least


ITEMS = WHOLE.replace('[phrases]\nsource = "blimp"\n', "")
ONE = '[items]\nsource = "a.csv"\n[items.roles]\nword = "w"\n'
TWO = '[[items]]\nsource = "a.csv"\nroles = { word = "w" }\n[[items]]\nsource = "b.csv"\nwindow = 0\n'


@pytest.mark.parametrize(
    ("text", "sources"),
    [(WHOLE + ONE, ["blimp", "a.csv"]), (ITEMS + ONE, ["a.csv"]), (ITEMS + TWO, ["a.csv", "b.csv"])],
)
def test_items_stand_beside_phrases_or_alone_once_or_several_times(
    tmp_path: Path, text: str, sources: list[str]
) -> None:
    config = load_config(written(tmp_path, text))
    assert config.sources() == sources
    assert config.items[0].roles == {"word": "w"}
    assert [one["source"] for one in config.sections()["items"]] == [one.source for one in config.items]


@pytest.mark.parametrize(
    ("text", "words", "message"),
    [
        (ITEMS + TWO, ["items.window=4"], r"names one of several \[\[items\]\]"),
        (ITEMS + '[phrases]\ntext = "x"\n' + ONE, [], r"\[phrases\] source is not set"),
        (ITEMS + ONE + "answer = 3\n", [], r"expected names with text, as in \{ question"),
        (ITEMS + "[items]\nwindow = 3\n", [], r"\[items\] source is not set"),
        (ITEMS + "[[items]]\nsource = 'a'\nrole = 'b'\n", [], "did you mean 'roles'"),
        ("items = 3\n" + WHOLE, [], "items is not a section"),
    ],
)
def test_a_mistake_in_items_is_one_line(tmp_path: Path, text: str, words: list[str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_config(written(tmp_path, text), words)


def test_a_missing_file_says_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="exposure init"):
        load_config(tmp_path / "no.toml")


@pytest.mark.parametrize("word", ["batch_size=4", "order.batch_size", "order="])
def test_a_set_word_that_cannot_be_read_is_refused(tmp_path: Path, word: str) -> None:
    with pytest.raises(ConfigError, match=r"section\.key=value"):
        load_config(written(tmp_path, WHOLE), [word])


def test_every_key_has_a_sentence_of_help() -> None:
    for section in SECTIONS.values():
        for key in keys_of(section).values():
            assert key.metadata["help"].endswith("."), key.name


def test_the_page_of_keys_is_the_one_that_the_declarations_make() -> None:
    page = (Path(__file__).parents[3] / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert page == configuration_page(), (
        "run `python -m indexer.config.reference_page > docs/configuration.md`"
    )
