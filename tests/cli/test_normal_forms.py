"""Phrases in another normal form than the corpus are told of; an option looks for the other form."""

from __future__ import annotations

import json

import pytest

from indexer.splits.ask import ask
from tests.support import trained_tokenizers

CAFE, CAFE_NFD = "caf\u00e9", "cafe\u0301"
PHRASES = [f"the {CAFE_NFD}", "is open", f"bad {CAFE_NFD}", f"old {CAFE}", f"le <0-2 words> {CAFE_NFD}"]
TEXTS = [f"The {CAFE} is open", f"{CAFE}s", f"an old {CAFE}; an old {CAFE_NFD}", f"le petit {CAFE}"]
TOML = """
[phrases]
source = "p.csv"
pattern = "wanted"
[tokenizer]
path = "tokenizer.json"
[corpus]
paths = ["c.jsonl"]
packing = "document"
sequence_length = 512
[order]
kind = "sequential"
batch_size = 1
"""


@pytest.fixture
def config(tmp_path):
    made = trained_tokenizers.byte_level()
    made.normalizer = None
    made.no_truncation()
    made.no_padding()
    made.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "p.csv").write_text("\n".join(["wanted", *PHRASES]) + "\n", encoding="utf-8")
    documents = [json.dumps({"text": text}, ensure_ascii=False) for text in TEXTS]
    (tmp_path / "c.jsonl").write_text("\n".join(documents) + "\n", encoding="utf-8")
    (tmp_path / "exposure.toml").write_text(TOML, encoding="utf-8")
    return tmp_path / "exposure.toml"


def counts(index) -> list[tuple[int, str]]:
    rows = ask(index, "SELECT exposure_count, status FROM exposures ORDER BY phrase_id").rows.to_pylist()
    return [tuple(row.values()) for row in rows]


@pytest.mark.parametrize("unit", ["text", "tokens", "both"])
def test_a_never_whose_other_form_occurs_is_told(exposure, config, tmp_path, unit):
    index = tmp_path / "index"
    words = "index", config, "--out", index, "--workers", 1, "--set", f"match.unit={unit}"
    code, _, err = exposure(*words)
    assert code == 0
    assert "2 phrases are not found as written, but their NFC form is" in err
    assert 'set [match] normal_form = "NFC"' in err
    assert counts(index) == [(0, "never"), (1, "seen"), (0, "never"), (1, "seen"), (0, "never")]
    table = "SELECT phrase_id, normal_form, spelled, exposure_count FROM other_forms ORDER BY phrase_id"
    assert [tuple(row.values()) for row in ask(index, table).rows.to_pylist()] == [
        (0, "NFC", f"the {CAFE}", 1),
        (3, "NFD", f"old {CAFE_NFD}", 1),
        (4, "NFC", CAFE, 4 - 1),
    ]
    notes = ask(index, "SELECT value FROM provenance WHERE key = 'notes'").rows["value"][0].as_py()
    assert "2 phrases are not found as written" in notes
    code, _, err = exposure("merge", index)
    assert code == 0 and "2 phrases are not found as written" in err


def test_the_option_looks_for_the_other_form(exposure, config, tmp_path):
    index = tmp_path / "index"
    words = "index", config, "--out", index, "--workers", 1, "--set", "match.normal_form=NFC"
    code, _, err = exposure(*words)
    assert code == 0 and "not found as written" not in err
    assert [count for count, _ in counts(index)] == [1, 1, 0, 1, 1]


def test_check_tells_of_the_sample(exposure, config):
    code, out, _ = exposure("check", config)
    assert code == 0
    # That of the phrase with gaps is not seen here: both its parts stand somewhere as they are written.
    assert "1 phrase is not found as written, but its NFC form is" in " ".join(out.split())
    code, out, _ = exposure("check", config, "--set", "match.normal_form=NFC")
    assert code == 0 and "not found as written" not in " ".join(out.split())


def test_an_unknown_form_is_refused(exposure, config):
    code, _, err = exposure("check", config, "--set", "match.normal_form=nfc")
    assert code == 2
    assert "normal_form" in err and "NFKD" in err
