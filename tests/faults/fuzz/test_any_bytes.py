"""Whatever stands in a file, reading it ends in a value or in a refusal; any other exception is a bug.

A few examples in the suite, many with `make fuzz`.
"""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.config import CorpusConfig, OrderConfig
from indexer.config.load import load_config
from indexer.config.match import MatchConfig
from indexer.config.phrases import PhrasesConfig
from indexer.corpus import open_corpus, open_order
from indexer.corpus.text.writers import write_megatron
from indexer.exposure.result_files import read_results
from indexer.exposure.statements import refuse_other_statements
from indexer.foreign_errors import translate
from indexer.phrases.phrase_set import load_phrases
from indexer.splits.query_file import load_query_file, shipped_queries
from indexer.storage.manifest import read_manifest
from indexer.tokenizers.loading import tokenizer_from_json
from tests.support.examples import MANY, examples
from tests.support.fixture_cases import CASES
from tests.support.trained_tokenizers import byte_level, unigram, wordpiece

FEW_EXAMPLES = settings(max_examples=examples(15))


@contextmanager
def refused_or_read() -> Any:
    """Let refusals pass; anything that would be shown with a traceback fails."""
    try:
        yield
    except BaseException as error:
        known = translate(error)
        if known is None or known.exit_code == 1:
            raise
        assert "\n" not in known.line()


@st.composite
def spoilt(draw: st.DrawFn, data: bytes) -> bytes:
    """Draw a file with some bytes changed, taken out, put in, repeated, or with its end cut off."""
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        if draw(st.booleans()):  # ends and beginnings are where structure is
            at = at % 64 if draw(st.booleans()) else max(0, len(data) - 1 - at % 64)
        length = draw(st.integers(0, 12))
        what = draw(st.sampled_from(["flip", "cut", "insert", "delete", "repeat", "extreme"]))
        if what == "flip" and data:
            data = data[:at] + bytes([data[at] ^ (1 << draw(st.integers(0, 7)))]) + data[at + 1 :]
        elif what == "cut":
            data = data[:at]
        elif what == "insert":
            data = data[:at] + draw(st.binary(max_size=12)) + data[at:]
        elif what == "delete":
            data = data[:at] + data[at + length :]
        elif what == "repeat":
            data = data[: at + length] + data[at:]
        else:
            number = draw(
                st.sampled_from([b"\xff" * 4, b"\xff" * 8, b"\0" * 8, b"\xff\xff\xff\x7f", b"\0\0\0\x80"])
            )
            data = data[:at] + number + data[at + len(number) :]
    return data


READ = [
    name
    for name, case in CASES.items()
    if case.left_out is None
    and name not in ("npy gz", "npy zst", "raw uint32", "npy 2-D", "datatrove, merged")
]


@pytest.mark.parametrize("name", READ)
@settings(max_examples=examples(4))
@given(data=st.data())
def test_corpora(name: str, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    case = CASES[name]
    base = copied(case.base(Path()), tmp_path_factory)
    # what is compared with the corpus in other tests is not read
    inside = [
        p for p in base.rglob("*") if p.is_file() and "expected" not in p.name and "truth" not in p.name
    ]
    path = data.draw(st.sampled_from(sorted(inside)))
    whole = path.read_bytes()
    path.write_bytes(data.draw(spoilt(whole)))
    try:
        with refused_or_read():
            read_corpus(case.corpus_config(), case.order_config(), base)
    finally:
        path.write_bytes(whole)


def read_corpus(corpus: CorpusConfig, order: OrderConfig, base: Path) -> None:
    reader = open_corpus(corpus, base=base)
    for shard in reader.shards():
        for block in reader.blocks(shard, shard.first_sequence, shard.first_sequence + shard.n_sequences):
            assert len(block.starts) == len(block.stops)
            assert bool((block.starts <= block.stops).all())
    visited = open_order(order, reader, base=base)
    n_sequences = sum(shard.n_sequences for shard in reader.shards())
    visited.visits(0, n_sequences)
    if visited.stop_step > visited.start_step:
        visited.sequences_at(visited.start_step)


COPIES: dict[Path, Path] = {}


def copied(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of a folder that is made once."""
    if folder not in COPIES:
        COPIES[folder] = Path(tmp_path_factory.mktemp("copy")) / folder.name
        shutil.copytree(folder, COPIES[folder])
    return COPIES[folder]


TOML = """[phrases]
source = "p.jsonl"
text = "phrase"
paradigms = ["a", "b"]
[tokenizer]
path = "t.json"
[corpus]
paths = ["a.bin", "b*.bin"]
format = "headerless"
dtype = "uint16"
sequence_length = 2049
[order]
kind = "sequential"
batch_size = 16
checkpoints = [0, 1, 2]
[match]
unit = "both"
case = "fold"
[index]
places = 4
"""
VALUES = [
    "[]",
    "''",
    "-1",
    "1e999",
    "nan",
    "true",
    "{}",
    "[[]]",
    "1979-05-27",
    "'\\u0000'",
    "9" * 30,
    "[1, 'a']",
]


@FEW_EXAMPLES
@given(data=st.data())
def test_configuration(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = Path(tmp_path_factory.mktemp("toml")) / "exposure.toml"
    lines = TOML.splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    if data.draw(st.booleans()):
        lines[at] = f"{lines[at].split(' =')[0]} = {data.draw(st.sampled_from(VALUES))}"
        path.write_text("\n".join(lines))
    else:
        path.write_bytes(data.draw(spoilt(TOML.encode())))
    words = [f"{data.draw(st.text(max_size=12))}={data.draw(st.text(max_size=8))}"] if MANY else []
    with refused_or_read():
        load_config(path, words)


def write_phrases(folder: Path) -> dict[str, bytes]:
    """Return phrase files of every kind."""
    rows = [{"id": i, "phrase": f"the walker {i} went", "n": [1, 2]} for i in range(4)]
    pairs = [{"sentence_good": f"The {i} cat sits.", "sentence_bad": f"The {i} cat sit."} for i in range(3)]
    pq.write_table(pa.Table.from_pylist(rows), folder / "a.parquet")
    with pa.ipc.new_file(folder / "a.arrow", pa.Table.from_pylist(rows).schema) as writer:
        writer.write_table(pa.Table.from_pylist(rows))
    return {
        "a.jsonl": "".join(json.dumps(row) + "\n" for row in rows).encode(),
        "a.json": json.dumps(rows).encode(),
        "a.csv": b'id,phrase,x\n1,"a ""b"" c",2\n2,d e,\n3,f;g,9\n',
        "a.tsv": b"id\tphrase\n1\ta b\n2\tc d\n",
        "a.txt": "one phrase\nanother phrase\n\u00e9t\u00e9\n".encode(),
        "pairs.jsonl": "".join(json.dumps(row) + "\n" for row in pairs).encode(),
        "pairs.csv": b"good,bad\nThe cat sits.,The cat sit.\nA b c,A b d\n",
        "a.parquet": (folder / "a.parquet").read_bytes(),
        "a.arrow": (folder / "a.arrow").read_bytes(),
    }


@settings(max_examples=examples(60))
@given(data=st.data())
def test_phrases(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = Path(tmp_path_factory.mktemp("phrases"))
    files = write_phrases(folder)
    name = data.draw(st.sampled_from(sorted(files)))
    (folder / name).write_bytes(data.draw(spoilt(files[name])))
    with refused_or_read():
        load_phrases(PhrasesConfig(source=name), MatchConfig(), base=folder)


@settings(max_examples=examples(40))
@given(data=st.data())
def test_results(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = Path(tmp_path_factory.mktemp("results"))
    rows = [
        {"pair_id": f"p/{i}", "model": "m", "checkpoint": 3, "score_good": -1.5, "score_bad": -2.0}
        for i in (1, 2)
    ]
    sample = {"doc": {"UID": "p", "pairID": "1"}, "filtered_resps": [["-1.5", "False"], ["-2", "False"]]}
    pq.write_table(pa.Table.from_pylist(rows), folder / "r.parquet")
    files = {
        "r.jsonl": "".join(json.dumps(row) + "\n" for row in rows).encode(),
        "r.csv": b"pair_id,model,checkpoint,correct\np/1,m,3,true\np/2,m,3,false\n",
        "samples_a.jsonl": json.dumps({**sample, "doc_hash": "00", "acc": 1.0}).encode(),
        "r.parquet": (folder / "r.parquet").read_bytes(),
    }
    name = data.draw(st.sampled_from(sorted(files)))
    (folder / name).write_bytes(data.draw(spoilt(files[name])))
    with refused_or_read():
        read_results(folder / name, "m", 3)


@settings(max_examples=examples(20))
@given(data=st.data())
def test_query_files_and_sql(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    import duckdb

    path = data.draw(st.sampled_from(sorted(shipped_queries().values())))
    text = data.draw(spoilt(path.read_bytes()))
    changed = Path(tmp_path_factory.mktemp("query")) / "q.sql"
    changed.write_bytes(text)
    with refused_or_read():
        file = load_query_file(changed)
        file.bind({parameter.name: data.draw(st.text(max_size=5)) for parameter in file.parameters})
    with duckdb.connect() as connection, refused_or_read():
        refuse_other_statements(connection, text.decode("utf-8", "replace"))


@FEW_EXAMPLES
@given(data=st.data())
def test_lists_of_hashes(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = Path(tmp_path_factory.mktemp("hashes"))
    text = "".join(f"{'ab' * 32}  a{i}.bin\n" for i in range(3)) + f"SHA256 (b.bin) = {'cd' * 32}\n"
    (folder / "SHA256SUMS").write_bytes(data.draw(spoilt(text.encode())))
    with refused_or_read():
        read_manifest("SHA256SUMS", base=folder)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=4),
    st.sampled_from([[], {}, "\ud800", [[]], {"type": "Sequence"}, "ByteLevel", -1, 2**32]),
)
TOKENIZERS: dict[str, Callable[[], Any]] = {
    "byte level": byte_level,
    "word pieces": wordpiece,
    "unigram": unigram,
}


@pytest.mark.parametrize("name", TOKENIZERS)
@settings(max_examples=examples(15))
@given(data=st.data())
def test_tokenizers(name: str, data: st.DataObject) -> None:
    if name not in TEXTS:
        TEXTS[name] = TOKENIZERS[name]().to_str()
    changed = json.loads(TEXTS[name])
    for _ in range(data.draw(st.integers(1, 2))):
        spoil_node(changed, data)
    with refused_or_read():
        loaded = tokenizer_from_json(json.dumps(changed), "tokenizer.json")
        loaded.require_words()
        loaded.encode_phrases(["the walker", "a letter", "é["])
        loaded.decode(list(range(20)))
        loaded.token_bytes()
        loaded.remarks()
        loaded.normalize("The walker, é[ in Æther")
        loaded.unspelled(["the walker", "a letter", "é[", "жук"])


TEXTS: dict[str, str] = {}


def spoil_node(tree: Any, data: st.DataObject) -> None:
    """Replace, remove or double one value somewhere in a tree."""
    node = tree
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        key = data.draw(st.sampled_from(keys[:30]))
        if isinstance(node[key], dict | list) and node[key] and data.draw(st.integers(0, 3)):
            node = node[key]
            continue
        what = data.draw(st.sampled_from(["replace", "remove", "double"]))
        if what == "replace":
            node[key] = copy.deepcopy(data.draw(SCALARS))
        elif what == "remove":
            del node[key]
        elif isinstance(node, list):
            node.append(copy.deepcopy(node[key]))
        else:
            node[f"{key}2"] = copy.deepcopy(node[key])
        return


@FEW_EXAMPLES
@given(data=st.data())
def test_order_files(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = Path(tmp_path_factory.mktemp("order"))
    write_megatron(folder / "a", np.arange(240, dtype="<u2").reshape(24, 10), "<u2")
    np.save(folder / "whole.npy", np.random.default_rng(1).permutation(24).astype("<i8"))
    (folder / "order.npy").write_bytes(data.draw(spoilt((folder / "whole.npy").read_bytes())))
    with refused_or_read():
        read_corpus(
            CorpusConfig(paths=["a.bin"], format="megatron"),
            OrderConfig(kind="indices", path="order.npy", batch_size=4),
            folder,
        )
