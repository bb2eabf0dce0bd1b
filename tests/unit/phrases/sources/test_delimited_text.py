"""TSV has no quotes but around whole cells, CSV has those of the standard; another delimiter is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.config import MatchConfig, PhrasesConfig
from indexer.errors import ConfigError
from indexer.phrases import load_phrases

#   what it is: file, text, and the sentences, good and bad
READ = {
    "a quote opens a cell": ("a.tsv", '" is here.\t" are here.\n', [('" is here.', '" are here.')]),
    "a quote inside": ("a.tsv", 'A 5" disk sits.\tA 5" disk sit.\n', [('A 5" disk sits.', 'A 5" disk sit.')]),
    "quotes around a part": ("a.tsv", '"Hi," it is.\t"Hi," it are.\n', [('"Hi," it is.', '"Hi," it are.')]),
    "quotes at both ends": ("a.tsv", '"Hi" is "it"\t"Hi" are "it"\n', [('"Hi" is "it"', '"Hi" are "it"')]),
    "a quoted cell": ("a.tsv", '"A hen is."\t"A hen are."\n', [("A hen is.", "A hen are.")]),
    "doubled quotes in it": ("a.tsv", '"A ""hen"" is."\tA hen are.\n', [('A "hen" is.', "A hen are.")]),
    "one quote alone": ("a.tsv", '" is\t"\n', [('" is', '"')]),
    "a tab in a quoted cell": ("a.tsv", '"A\then is."\tA hen are.\n', [("A\then is.", "A hen are.")]),
    "a line end in a quoted cell": ("a.tsv", '"A\nhen is."\tA hen are.\n', [("A\nhen is.", "A hen are.")]),
    "Windows line ends": ("a.tsv", 'A hen is.\t"A hen are."\r\n', [("A hen is.", "A hen are.")]),
    "commas in TSV": ("a.tsv", "A hen, is.\tA hen, are.\n", [("A hen, is.", "A hen, are.")]),
    "a line separator in TSV": (
        "a.tsv",
        "A\u2028hen\x0bis.\tA\x85hen are.\n",
        [("A\u2028hen\x0bis.", "A\x85hen are.")],
    ),
    "a line separator in CSV": (
        "a.csv",
        "A\u2028hen\x0bis.,A\x85hen are.\n",
        [("A\u2028hen\x0bis.", "A\x85hen are.")],
    ),
    "quotes in CSV": ("a.csv", '"A ""hen"", is.",A hen are.\n', [('A "hen", is.', "A hen are.")]),
    "semicolons in cells of CSV": ("a.csv", "A hen; is.,A hen; are.\n", [("A hen; is.", "A hen; are.")]),
}


@pytest.mark.parametrize("name", READ)
def test_cells_are_read(name: str, tmp_path: Path) -> None:
    file, text, wanted = READ[name]
    header = "good\tbad\n" if file.endswith(".tsv") else "good,bad\n"
    (tmp_path / file).write_bytes((header + text).encode())
    found = load_phrases(PhrasesConfig(source=file), MatchConfig(), base=tmp_path).pairs.to_pylist()
    assert [(row["good_sentence"], row["bad_sentence"]) for row in found] == wanted


SEMICOLONS = "good;bad\nA hen is.;A hen are.\nWell, it is.;Well, it are.\n"
#   what it is                    file      text                                    told
TOLD = {
    "semicolons in CSV": ("a.csv", SEMICOLONS, "semicolons, not by commas"),
    "more of them": ("a.csv", "id;good;bad;note\n1;A hen is.;A hen are.;x, y\n", "semicolons, not by commas"),
    "commas in the header too": (
        "a.csv",
        "good;bad;a, b\nA hen is.;A hen are.;z\n",
        "semicolons, not by commas",
    ),
    "tabs in CSV": ("a.csv", "good\tbad\nA hen is.\tA hen are.\n", "tabs, not by commas"),
    "bars in CSV": ("a.csv", "good|bad\nA hen is.|A hen are.\n", "bars, not by commas"),
    "commas in TSV": ("a.tsv", "good,bad\nA hen is.,A hen are.\n", "commas, not by tabs"),
    "semicolons in TSV": ("a.tsv", SEMICOLONS, "semicolons, not by tabs"),
    "semicolons in a file without suffix": ("a", SEMICOLONS, "semicolons, not by commas"),
}


@pytest.mark.parametrize("name", TOLD)
def test_another_delimiter_is_told_and_the_advice_works(name: str, tmp_path: Path) -> None:
    file, text, told = TOLD[name]
    (tmp_path / file).write_text(text)
    with pytest.raises(ConfigError, match=rf"{file}, line 1: its cells are separated by {told}") as error:
        load_phrases(PhrasesConfig(source=file), MatchConfig(), base=tmp_path)
    delimiter = str(error.value.fix).split('"')[1]
    found = load_phrases(PhrasesConfig(source=file, delimiter=delimiter), MatchConfig(), base=tmp_path)
    assert found.pairs["good_sentence"].to_pylist()[0] == "A hen is."
    assert found.pairs["bad_sentence"].to_pylist()[0] == "A hen are."


def test_one_column_is_not_told_of_other_delimiters(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("phrase\na hen; a goose\na|b\n")
    found = load_phrases(PhrasesConfig(source="a.csv"), MatchConfig(), base=tmp_path)
    assert found.phrases["phrase"].to_pylist() == ["a hen; a goose", "a|b"]


def test_a_row_of_another_length_is_named(tmp_path: Path) -> None:
    for text in ('A hen is.\tA hen are.\n"A\tb\tc\n', 'A hen is.\tA hen are.\n"alone\nA hen.\tB hen.\n'):
        (tmp_path / "a.tsv").write_text("good\tbad\n" + text)
        with pytest.raises(ConfigError, match=r"a\.tsv, line 3: [13] cells; expected 2"):
            load_phrases(PhrasesConfig(source="a.tsv"), MatchConfig(), base=tmp_path)


def test_a_delimiter_of_two_characters_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(SEMICOLONS)
    with pytest.raises(ConfigError, match=r"\[phrases\] delimiter = ';;'"):
        load_phrases(PhrasesConfig(source="a.csv", delimiter=";;"), MatchConfig(), base=tmp_path)


#   columns                                 good, bad that the message names
COLUMNS = {
    "sen wrong_sen lang": ("sen", "wrong_sen"),
    "Sen Wrong_Sen": ("Sen", "Wrong_Sen"),
    "source_sentence target_sentence": ("source_sentence", "target_sentence"),
    "id sent_more sent_less": ("sent_more", "sent_less"),
    "right wrong": ("right", "wrong"),
    "correct_sentence incorrect_sentence": ("correct_sentence", "incorrect_sentence"),
    "gram ungrammatical_form grammatical_form": ("grammatical_form", "ungrammatical_form"),
    "verb verb_wrong": ("verb", "verb_wrong"),
}


@pytest.mark.parametrize("columns", COLUMNS)
def test_columns_that_look_like_pairs_are_named_as_such(columns: str, tmp_path: Path) -> None:
    names = columns.split()
    cells = {COLUMNS[columns][0]: "A hen is.", COLUMNS[columns][1]: "A hen are."}
    (tmp_path / "a.tsv").write_text(
        "\t".join(names) + "\n" + "\t".join(cells.get(each, "x") for each in names)
    )
    with pytest.raises(ConfigError) as error:
        load_phrases(PhrasesConfig(source="a.tsv"), MatchConfig(), base=tmp_path)
    good, bad = COLUMNS[columns]
    assert f'good = "{good}" and [phrases] bad = "{bad}"' in str(error.value.fix)
    found = load_phrases(PhrasesConfig(source="a.tsv", good=good, bad=bad), MatchConfig(), base=tmp_path)
    assert found.pairs["bad_sentence"].to_pylist() == ["A hen are."]
