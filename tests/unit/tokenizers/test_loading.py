"""A tokenizer is found in a file, a folder or on the hub, or its absence is told in one line."""

from __future__ import annotations

import gzip
import hashlib
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from indexer.errors import ConfigError, InputError
from indexer.tokenizers import load_tokenizer, tokenizer_from_json
from tests.support import trained_tokenizers as trained

TEXT = trained.byte_level().to_str()


def test_file_gzip_and_folder_are_one_tokenizer(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "packed").mkdir()
    (tmp_path / "plain" / "tokenizer.json").write_text(TEXT, encoding="utf-8")
    (tmp_path / "packed" / "tokenizer.json.gz").write_bytes(gzip.compress(TEXT.encode()))
    (tmp_path / "mine.json").write_text("\ufeff" + TEXT, encoding="utf-8")
    places = [
        "plain/tokenizer.json",
        "packed/tokenizer.json.gz",
        "plain",
        "packed",
        "./mine.json",
        str(tmp_path / "plain"),
    ]
    loaded = [load_tokenizer(place, base=tmp_path) for place in places]
    assert [one.name for one in loaded] == places
    assert {one.content_hash for one in loaded} == {hashlib.sha256(TEXT.encode()).hexdigest()}
    assert {one.json() for one in loaded} == {TEXT}


def test_a_tokenizer_travels_to_a_worker() -> None:
    tokenizer = tokenizer_from_json(TEXT, "made")
    copy = pickle.loads(pickle.dumps(tokenizer))
    assert copy.encode_batch(["the old boats"]) == tokenizer.encode_batch(["the old boats"])
    assert (copy.name, copy.content_hash, copy.n_ids) == (
        tokenizer.name,
        tokenizer.content_hash,
        tokenizer.n_ids,
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", r"tokenizer\.json: is no tokenizer\.json: .*line|line 1: is no tokenizer\.json"),
        (b"[1]", r"is JSON, but no tokenizer\.json; expected an object with a model"),
        (b'{"model": {"vocab": {}}, "added_tokens": 3}', r"is no tokenizer\.json \("),
        (b'{"model": {"type": "Unheard", "vocab": {}}}', r"is no tokenizer\.json \("),
        (b"\xff\xfe{", r"byte 0: is not UTF-8 text"),
        (gzip.compress(TEXT.encode())[:-300], r"is truncated: the file ends inside a gzip member"),
    ],
)
def test_a_broken_file_is_one_clear_line(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "tokenizer.json").write_bytes(content)
    with pytest.raises(InputError, match=message) as refused:
        load_tokenizer("tokenizer.json", base=tmp_path)
    assert "tokenizer.json" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "path", ["none.json", "./none", "no such folder", "a/b/c", "/nowhere/tokenizer.json.gz"]
)
def test_a_missing_file_is_named_without_asking_the_hub(tmp_path: Path, path: str) -> None:
    with pytest.raises(ConfigError, match=r"no such tokenizer; expected a tokenizer\.json, a folder"):
        load_tokenizer(path, base=tmp_path)


def test_a_folder_without_tokenizer_json_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"the folder holds no tokenizer\.json"):
        load_tokenizer(".", base=tmp_path)
    (tmp_path / "vocab.json").write_text("{}")
    with pytest.raises(ConfigError, match=r"an older form.*save_pretrained"):
        load_tokenizer(".", base=tmp_path)


class Hub(BaseHTTPRequestHandler):
    """Answers as the hub does for one repository with a tokenizer, and one without."""

    def do_GET(self) -> None:
        data = TEXT.encode()
        if self.path == "/lab/model/resolve/main/tokenizer.json":
            self.send_response(200)
        elif self.path == "/lab/model/resolve/v1/tokenizer.json":
            data = data.replace(b"<|end|>", b"<|old|>")
            self.send_response(200)
        else:
            data = b""
            self.send_response(404)
            missing = "EntryNotFound" if self.path.startswith("/lab/empty/") else "RepoNotFound"
            self.send_header("X-Error-Code", missing)
        self.send_header("X-Repo-Commit", hashlib.sha1(data).hexdigest())
        self.send_header("ETag", f'"{hashlib.sha1(data).hexdigest()}"')
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    do_HEAD = do_GET

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture
def hub() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


ASK = """
import sys
from pathlib import Path
from indexer.errors import ExposureError
from indexer.storage.roots import roots_of, within
from indexer.tokenizers import load_tokenizer
for name in sys.argv[1:]:
    try:
        with within(roots_of([name], base=Path("."))):  # which does not hold the cache
            tokenizer = load_tokenizer(name, base=Path("."))
        print(tokenizer.name, tokenizer.content_hash, tokenizer.decode([0]))
    except ExposureError as error:
        print(error.exit_code, error)
"""


def ask(endpoint: str, cache: Path, *names: str, **settings: str) -> list[str]:
    told = subprocess.run(
        [sys.executable, "-c", ASK, *names],
        env={
            **os.environ,
            "HF_ENDPOINT": endpoint,
            "HF_HOME": str(cache),
            "PYTHONPATH": str(Path.cwd()),
            **settings,
        },
        cwd=Path.cwd(),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return told.stdout.splitlines()


def test_a_hub_name_is_downloaded_once_and_then_found_offline(hub: str, tmp_path: Path) -> None:
    online = ask(hub, tmp_path, "lab/model", "lab/model@v1", "lab/empty", "lab/none")
    digest = hashlib.sha256(TEXT.encode()).hexdigest()
    assert online[0] == f"lab/model {digest} <|end|>"
    assert online[1].startswith("lab/model@v1 ")
    assert online[1].endswith("<|old|>")
    assert online[2].startswith("2 lab/empty: the repository on the hub holds no tokenizer.json")
    assert online[3].startswith("2 lab/none: no such tokenizer, on disk or on the hub")
    offline = ask("http://127.0.0.1:9", tmp_path, "lab/model", "lab/other", HF_HUB_OFFLINE="1")
    assert offline[0] == online[0]
    assert offline[1].startswith("2 lab/other: no such file or folder, and the hub cannot be reached")
