"""The report on id forms: what it counts, and that it finds what a tokenizer hides."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from indexer.config import MatchConfig
from indexer.phrases.decoded_sample import decoded_runs
from indexer.phrases.form_report import FormReport, form_report, measure
from indexer.phrases.form_report_lines import report_heading, report_lines, report_values
from indexer.phrases.phrase_table import PhraseTable
from indexer.phrases.text_search import TextSearch
from tests.support.crossing_tokenizer import CrossingTokenizer
from tests.support.tokenizer_families import documents, tokenizer_named


def table(*phrases: str) -> pa.Table:
    found = PhraseTable(case="fold", whitespace="exact")
    for phrase in phrases:
        found.add(phrase)
    return found.to_arrow()


def report(tokenizer: CrossingTokenizer, texts: Sequence[str], *phrases: str) -> FormReport:
    runs = list(decoded_runs(tokenizer.encode_batch(texts), tokenizer.token_bytes(), 10**6))
    return measure(table(*phrases), tokenizer, runs, MatchConfig())


def test_every_place_is_counted_once_in_its_reading() -> None:
    texts = ["an ox, An ox. AN OX! aN ox", "an\nox an ox's panox an oxen"]
    found = report(CrossingTokenizer(), texts, "an ox")
    assert dict(found.occurrences) == {"exact": 2, "case": 5, "loose": 6}
    assert dict(found.missed) == {"exact": 0, "case": 1, "loose": 2}
    assert found.missed_kinds == {"mixed case": 1, "a line end or more than one space between its words": 1}
    assert found.examples["mixed case"] == ["n ox, An ox. AN OX! aN ox"]
    # "an oxen" is hit by the ids but is no occurrence; the boundary test sees that.
    assert (found.n_hits, found.n_false_hits, found.n_false_hits_tested) == (5, 1, 0)
    assert found.passes() is True


def test_a_piece_that_holds_the_phrase_and_its_neighbours_is_named() -> None:
    class Greedy(CrossingTokenizer):
        pieces = (b"ox of the", *CrossingTokenizer.pieces)
        n_ids = len(pieces)

    found = report(Greedy(), ["an ox of the west", "the ox is"], "the ox", "of the")
    assert found.occurrences["exact"] == 2
    assert found.missed["exact"] == 1
    assert found.missed_kinds == {"ids that also hold letters around it": 1}
    assert found.passes() is False


def test_what_is_said_of_it() -> None:
    found = report(CrossingTokenizer(), ["an ox, An ox. aN ox an oxen"], "an ox", "a hen")
    lines = list(report_lines({"phrases": found}))
    assert lines[0] == "your phrases: passes (1 of 2 occur in 27 tokens)"
    assert "  recall, any case, one space: 66.67% (1 of 3 missed)" in lines
    assert "  precision before the boundary test: 66.67%" in lines
    assert "  precision after the boundary test: 100.00%" in lines
    assert any(line.startswith("  missed 1: mixed case, as in “") for line in lines)
    values = report_values({"phrases": found})
    assert json.loads(json.dumps(values))["phrases"]["recall"] == {
        "exact": 1.0,
        "case": pytest.approx(2 / 3),
        "loose": pytest.approx(2 / 3),
    }


@pytest.mark.parametrize(
    ("unit", "column"), [("tokens", "exposure_count"), ("both", "exposure_count_tokens")]
)
def test_which_count_the_id_forms_bear_on_is_told(unit: str, column: str) -> None:
    assert report_heading(unit) == f"Id forms against the decoded text: what {column} misses of it"


def test_a_phrase_the_sample_does_not_hold_is_no_verdict() -> None:
    found = report(CrossingTokenizer(), ["nothing here"], "an ox")
    assert found.recall("exact") is None
    assert found.passes() is None
    assert (found.n_phrases, found.n_found) == (1, 0)


def test_a_phrase_the_vocabulary_cannot_spell_is_counted() -> None:
    class WithUnknown(CrossingTokenizer):
        def token_bytes(self):
            plain = super().token_bytes()
            special = plain.special.copy()
            special[self.pieces.index(b"?")] = True
            return plain._replace(special=special)

    assert report(WithUnknown(), ["an ox"], "an ox", "a gnü").n_unspellable == 1


@pytest.mark.parametrize(
    ("text", "phrase", "stops"),
    [
        ("Straße an der STRASSE", "strasse", [6, 21]),
        ("the ﬁne", "the fi", []),
        ("don’t don't DON’T", "don't", [5, 11, 17]),
        ("an  ox an\t\nox", "an ox", [6, 13]),
        ("oxox ox", "ox", [7]),
        ("ox1 ox_ ox", "ox", [6, 10]),
    ],
)
def test_the_search_of_text(text: str, phrase: str, stops: list[int]) -> None:
    assert [found.stop for found in TextSearch([phrase], MatchConfig()).find(text)] == stops


def test_possessives_are_left_out_where_the_settings_say() -> None:
    search = TextSearch(["the ox"], MatchConfig(possessive="exclude"))
    assert [found.start for found in search.find("the ox's the ox’s the ox'sh the ox")] == [18, 28]


def test_characters_split_over_ids_are_put_together() -> None:
    tokenizer = CrossingTokenizer()
    data = "gnü".encode()

    class Bytes(CrossingTokenizer):
        pieces = tuple(bytes([byte]) for byte in range(256))
        n_ids = 256

    (run,) = decoded_runs([list(data)], Bytes().token_bytes(), 10)
    assert (run.text, run.ends) == ("gnü", [1, 2, -1, 3])
    assert tokenizer.n_ids != Bytes().n_ids


@pytest.mark.parametrize("name", ["gpt-neox-20b", "gpt2", "t5-base", "llama-sentencepiece"])
def test_real_tokenizers_keep_the_limits_on_real_text(name: str, shared: Path) -> None:
    tokenizer = tokenizer_named(name)
    texts = [text[:4000] for source in ("ewt", "speeches") for text in documents(source, 25)]
    own = table("of the", "in the", "I don't", "it's not")
    found = form_report(own, tokenizer, tokenizer.encode_batch(texts), MatchConfig(), n_spans=300)
    for each in found.values():
        assert each.passes() is True
        assert each.occurrences["exact"] > 20
        assert each.recall("case") > 0.99
    again = form_report(own, tokenizer, tokenizer.encode_batch(texts), MatchConfig(), n_spans=300)
    assert again == found
