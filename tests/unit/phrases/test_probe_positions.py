"""Token positions of critical and context words, against the offsets the tokenizers library tells."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
import tokenizers

from indexer.config import MatchConfig, PhrasesConfig
from indexer.phrases import PhraseSet, load_phrases
from indexer.phrases.probe_positions import SCHEMA, probe_positions
from tests.support.crossing_tokenizer import CrossingTokenizer
from tests.support.tokenizer_families import FAMILIES, SHARED, tokenizer_named


@pytest.fixture(scope="module")
def minimal_pairs(sample: Path) -> pa.Table:
    """Return the pairs of BLiMP; without real data, those of the sample."""
    blimp = SHARED / "data" / "blimp"
    source = blimp if blimp.is_dir() else sample / "blimp"
    return load_phrases(PhrasesConfig(source=str(source)), MatchConfig(), base=Path()).pairs


def pairs_of(folder: Path, *rows: dict[str, object]) -> PhraseSet:
    (folder / "mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return load_phrases(PhrasesConfig(source="mine.jsonl"), MatchConfig(), base=folder)


@pytest.mark.parametrize("name", FAMILIES)
def test_positions_equal_the_library_s_offsets(name: str, minimal_pairs: pa.Table) -> None:
    tokenizer = tokenizer_named(name)
    library = tokenizers.Tokenizer.from_str(tokenizer.json())
    library.no_truncation()
    library.no_padding()
    n_pairs = minimal_pairs.num_rows
    pairs = minimal_pairs.take(list(range(0, n_pairs, -(-n_pairs // 320))))
    found = probe_positions(pairs, tokenizer)
    assert found.schema == SCHEMA
    compared = 0
    for pair, row in zip(pairs.to_pylist(), found.to_pylist(), strict=True):
        assert row["pair_id"] == pair["pair_id"]
        for side in ("good", "bad"):
            sentence = pair[f"{side}_sentence"]
            encoded = library.encode(sentence, add_special_tokens=False)
            assert row[f"{side}_n_tokens"] == len(encoded.ids)
            if encoded.tokens[0] == "▁":
                continue  # the library gives the added space the offsets of the first letter
            starts = {}
            for span in ("critical", "context"):
                start, stop = pair[f"{side}_{span}_start"], pair[f"{side}_{span}_stop"]
                held = [
                    number
                    for number, (first, last) in enumerate(encoded.offsets)
                    if sentence[max(first, start) : min(last, stop)].strip()
                ]
                wanted = (held[0], held[-1] + 1)
                assert (row[f"{side}_{span}_token_start"], row[f"{side}_{span}_token_stop"]) == wanted
                starts[span] = wanted
            earlier, later = sorted(starts.values())
            assert row[f"{side}_query_token"] == later[0]
            assert (row[f"{side}_key_token_start"], row[f"{side}_key_token_stop"]) == earlier
            compared += 1
    assert compared > 0.9 * pairs.num_rows


def test_the_later_span_is_the_query_whichever_it_is(tmp_path: Path) -> None:
    before = {"good": "this ox", "bad": "these ox", "UID": "a"}
    after = {"good": "an ox is", "bad": "an ox are", "UID": "b"}
    found = probe_positions(pairs_of(tmp_path, before, after).pairs, CrossingTokenizer()).to_pylist()
    # One id a letter: the critical "this" comes first, then its context "ox".
    assert [found[0][f"good_{name}_token_start"] for name in ("critical", "context")] == [0, 5]
    assert (
        found[0]["good_query_token"],
        found[0]["good_key_token_start"],
        found[0]["good_key_token_stop"],
    ) == (
        5,
        0,
        4,
    )
    assert [found[1][f"good_{name}_token_start"] for name in ("critical", "context")] == [6, 3]
    assert (found[1]["good_query_token"], found[1]["good_key_token_start"]) == (6, 3)


def test_no_spans_no_positions(tmp_path: Path) -> None:
    same = {"good": "an ox", "bad": "an ox"}
    lonely = {"good": "ox", "bad": "oxen", "UID": "b"}
    found = probe_positions(pairs_of(tmp_path, same, lonely).pairs, CrossingTokenizer()).to_pylist()
    assert found[0]["good_n_tokens"] == 5
    assert found[0]["good_critical_token_start"] is None
    assert found[1]["good_critical_token_start"] == 0
    assert found[1]["good_query_token"] is None


def test_ids_that_spell_another_text_have_no_positions(tmp_path: Path) -> None:
    # The stand-in knows ASCII alone and encodes a question mark for anything else.
    found = probe_positions(
        pairs_of(tmp_path, {"good": "Ünal is", "bad": "Ünal are"}).pairs, CrossingTokenizer()
    )
    assert found["good_query_token"].to_pylist() == [None]
    assert found["good_n_tokens"].to_pylist() == [7]


@pytest.mark.parametrize("name", ["gpt-neox-20b", "t5-base", "llama-sentencepiece"])
@pytest.mark.parametrize(
    "pair",
    [
        ("Le  cafe\u0301 était ﬁni.", "Le  cafe\u0301 étaient ﬁni."),
        ("她昨天买了三本书。", "她昨天买了三条书。"),
    ],
)
def test_positions_in_texts_a_normaliser_changes(name: str, pair: tuple[str, str], tmp_path: Path) -> None:
    tokenizer = tokenizer_named(name)
    found = pairs_of(tmp_path, {"good": pair[0], "bad": pair[1]})
    (row,) = probe_positions(found.pairs, tokenizer).to_pylist()
    (given,) = found.pairs.to_pylist()
    for side in ("good", "bad"):
        if row[f"{side}_query_token"] is None:
            # T5 has no Chinese: its ids spell nothing there.
            assert name == "t5-base"
            assert "她" in pair[0]
            continue
        (ids,) = tokenizer.encode_batch([given[f"{side}_sentence"]])
        for span in ("critical", "context"):
            wanted = tokenizer.normalize(
                given[f"{side}_sentence"][given[f"{side}_{span}_start"] : given[f"{side}_{span}_stop"]]
            )
            start, stop = row[f"{side}_{span}_token_start"], row[f"{side}_{span}_token_stop"]
            data, offsets, _ = tokenizer.token_bytes()
            spelled = b"".join(data[offsets[each] : offsets[each + 1]].tobytes() for each in ids[start:stop])
            assert wanted.encode() in spelled
