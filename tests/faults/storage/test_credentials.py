"""Credentials of URLs reach no plan, table, export or message, and are there when a store is asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import pytest
from fsspec.implementations.memory import MemoryFileSystem
from fsspec.registry import _registry

from indexer.build import build_index, scan_shards
from indexer.config import load_config
from indexer.errors import ConfigError
from indexer.index_dir import IndexDir
from indexer.redaction import redact, redacted_url
from indexer.storage import credentials

SECRETS = ("hunter2", "s3cr3tsignature", "AKIAEXAMPLE")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://ann:hunter2@host/a.bin", "http://host/a.bin"),
        ("http://ann:hun@ter2@host:80/a.bin", "http://host:80/a.bin"),
        ("https://hunter2@host/a.bin", "https://host/a.bin"),
        ("s3://key:hunter2@bucket/a.bin", "s3://bucket/a.bin"),
        ("abfs://container@account.net/a.bin", "abfs://container@account.net/a.bin"),
        ("https://h/a?X-Amz-Signature=s3cr3t&X-Amz-Date=1&versionId=3", "https://h/a?versionId=3"),
        ("https://h/a?sv=2022&se=tomorrow&sig=s3cr3t%2Fx&sp=r", "https://h/a"),
        ("https://h/a?st=12345678", "https://h/a?st=~ef797c81"),
        ("https://h/a?Signature=x&Expires=1&GoogleAccessId=me", "https://h/a"),
        ("https://h/a?token=x&access_token=y&api_key=z&auth=q&password=w", "https://h/a"),
        ("https://h/a?unheardof=s3cr3tsignature", "https://h/a?unheardof=~b9e1e5f6"),
        ("https://h/a?id=3", "https://h/a?id=3"),
        ("https://h/a#access_token=x", "https://h/a"),
        ("simplecache::https://ann:hunter2@h/a?sig=x", "simplecache::https://h/a"),
        ("shards/a@b:c.bin", "shards/a@b:c.bin"),
        ("s3://bucket/a.bin", "s3://bucket/a.bin"),
        ("s3://bucket/a#1?key?.bin", "s3://bucket/a#1?key?.bin"),
        ("s3://bucket/a?versionId=0123456789", "s3://bucket/a?versionId=0123456789"),
        ("abfs://container/a#1?sv=2022&sig=s3cr3t", "abfs://container/a#1"),
    ],
)
def test_a_url_is_shown_without_secrets(url: str, name: str) -> None:
    shown = redacted_url(url)
    if "~" in name:
        assert shown.partition("~")[0] == name.partition("~")[0]
        assert "s3cr3t" not in shown
    else:
        assert shown == name
    assert redacted_url(shown) == shown
    assert redact(f"URL('{url}') failed, see {url}") == f"URL('{shown}') failed, see {shown}"


def test_messages_hold_no_secret() -> None:
    error = ConfigError(
        "bad http://ann:hunter2@h/a", path="http://h/a?sig=hunter2", fix="see https://x:hunter2@y"
    )
    assert "hunter2" not in error.line()
    assert "hunter2" not in json.dumps(error.as_dict())


@pytest.mark.parametrize(
    ("hidden", "asked", "real"),
    [
        ("http://ann:pw@h/d/*.bin", "http://h/d/a.bin", "http://ann:pw@h/d/a.bin"),
        ("http://ann:pw@h/d/a.bin", "http://h/e/b.idx", "http://ann:pw@h/e/b.idx"),
        ("http://h/d/a.bin?sig=x", "http://h/d/a.bin", "http://h/d/a.bin?sig=x"),
        ("http://h/d/a.bin?sig=x", "http://h/d/a.idx", "http://h/d/a.idx?sig=x"),
        ("http://h/d/a.bin?sig=x", "http://h/e/a.bin", "http://h/e/a.bin"),
        ("http://ann:pw@h/d/a.bin", "http://other/d/a.bin", "http://other/d/a.bin"),
        ("http://ann:pw@h/d/a.bin", "https://h/d/a.bin", "https://h/d/a.bin"),
    ],
)
def test_what_was_hidden_comes_back_for_its_host_alone(
    hidden: str, asked: str, real: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "_hidden", {})
    credentials.hide(hidden)
    assert credentials.reveal(asked) == real


class Guarded(MemoryFileSystem):
    """Memory, for those who know the password."""

    protocol = "http"
    store: ClassVar[dict[str, Any]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        path = str(path)
        if "://" in path:
            login, _, rest = path.partition("://")[2].rpartition("@")
            if login != "ann:hunter2":
                raise PermissionError("401, said http://ann:hunter2@host to http://x?sig=s3cr3tsignature")
            path = rest
        return "/" + path.strip("/")

    def unstrip_protocol(self, name: str) -> str:
        return "http://ann:hunter2@" + name.lstrip("/")


@pytest.fixture
def guarded(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(_registry, "http", Guarded)
    Guarded.store.clear()
    store = Guarded()
    for path in (sample / "shards").iterdir():
        store.pipe_file(f"/host/shards/{path.name}", path.read_bytes())
    monkeypatch.setattr(credentials, "_hidden", {})


def test_an_index_of_a_guarded_store_keeps_no_secret(
    guarded: None,
    sample: Path,
    index_dir: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from indexer.cli.main import run
    from indexer.splits.ask import ask

    config = tmp_path / "guarded.toml"
    text = (sample / "exposure.toml").read_text()
    for name in ("tokenizer", "blimp", "quiz", "words"):
        text = text.replace(f'"{name}', f'"{sample}/{name}')
    config.write_text(text.replace('"shards/', '"http://ann:hunter2@host/shards/'))
    root = tmp_path / "index"
    build_index(load_config(config), root, n_workers=1)
    count = "SELECT phrase, exposure_count FROM exposures JOIN phrases USING (phrase_id) ORDER BY ALL"
    assert ask(root, count).rows.equals(ask(index_dir, count).rows)
    assert ask(root, "SELECT path FROM shards").rows["path"][0].as_py().startswith("http://host/shards/")
    _holds_no_secret(root)
    for words in (
        ["status", root],
        ["report", root, "--out", tmp_path / "r.html"],
        ["query", root, "provenance"],
    ):
        assert run([str(word) for word in words]) == 0
    assert run(["export", str(root), "--to", "parquet", "--out", str(tmp_path / "out")]) == 0
    out, err = capfd.readouterr()
    assert not any(secret in out + err for secret in SECRETS)
    (tmp_path / "guarded.toml").unlink()
    _holds_no_secret(tmp_path)

    # another process scans: its secrets come from the environment, or the store refuses
    monkeypatch.setattr(credentials, "_hidden", {})
    for partial in IndexDir(root).partials.iterdir():
        partial.unlink()
    assert run(["scan", str(root), "--workers", "1"]) != 0
    err = capfd.readouterr().err
    assert not any(secret in err for secret in SECRETS)
    assert "Traceback" not in err
    monkeypatch.setenv("EXPOSURE_CORPUS_PATHS", '["http://ann:hunter2@host/shards/*.bin"]')
    assert len(list(scan_shards(root, n_workers=1))) == 3


def _holds_no_secret(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not any(secret.encode() in data for secret in SECRETS), path
