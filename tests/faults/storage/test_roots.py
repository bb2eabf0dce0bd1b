"""A configuration names what may be read; where links and other files lead needs ``--allow-path``."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from indexer.cli.main import run
from indexer.storage.roots import roots_of


@pytest.fixture
def project(sample: Path, tmp_path: Path) -> Path:
    """A sample of its own, which may be spoiled."""
    shutil.copytree(sample, tmp_path / "project", ignore=shutil.ignore_patterns("index"))
    return tmp_path / "project"


def plan(project: Path, *words: object) -> int:
    shutil.rmtree(project / "index", ignore_errors=True)
    config = str(project / "exposure.toml")
    return run(["plan", config, "--out", str(project / "index"), *map(str, words)])


def move_out(project: Path, name: str, *, link: str) -> Path:
    """Move a file out of the project and put a link in its place."""
    outside = project.parent / "elsewhere"
    outside.mkdir(exist_ok=True)
    (project / name).rename(outside / link)
    (project / name).symlink_to(outside / link)
    return outside


def test_a_link_among_matches_that_leads_out_is_refused_until_it_is_allowed(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    first = sorted(path.name for path in (project / "shards").glob("*.bin"))[0]
    outside = move_out(project, f"shards/{first}", link=first)
    assert plan(project) == 2
    err = capfd.readouterr().err
    assert f"shards/{first}: leads to {outside / first}" in err
    assert f"--allow-path {outside}" in err
    assert not (project / "index" / "plan.json").exists()
    assert plan(project, "--allow-path", outside) == 0
    assert run(["scan", str(project / "index")]) == 0
    assert plan(project, "--set", f'index.allow_paths=["{outside}"]') == 0
    assert run(["check", str(project / "exposure.toml"), "--no-forms"]) == 2
    assert run(["check", str(project / "exposure.toml"), "--no-forms", "--allow-path", str(outside)]) == 0


def test_a_link_that_the_configuration_names_is_meant(project: Path) -> None:
    move_out(project, "tokenizer.json", link="bpe.json")
    (project / "shards").rename(project.parent / "store")
    (project / "shards").symlink_to(project.parent / "store")
    assert plan(project) == 0


def test_absolute_paths_and_paths_upwards_are_a_persons_word(project: Path) -> None:
    shutil.move(project / "shards", project.parent / "store")
    shutil.move(project / "blimp", project.parent / "pairs")
    words = [
        "--set",
        f'corpus.paths=["{project.parent / "store"}/*.bin"]',
        "--set",
        'phrases.source="../pairs"',
    ]
    assert plan(project, *words) == 0


@pytest.mark.parametrize("basename", ["../../elsewhere/secret.mds", "/etc/passwd", "link.mds"])
def test_names_in_an_index_of_shards_lead_nowhere_else(
    basename: str, project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    outside = project.parent / "elsewhere"
    outside.mkdir()
    (outside / "secret.mds").write_bytes(b"secret")
    folder = project / "mds"
    folder.mkdir()
    (folder / "link.mds").symlink_to(outside / "secret.mds")
    shard = {
        "column_encodings": ["ndarray:uint16"],
        "column_names": ["tokens"],
        "column_sizes": [None],
        "compression": None,
        "format": "mds",
        "hashes": [],
        "raw_data": {"basename": basename, "bytes": 6, "hashes": {}},
        "samples": 1,
        "size_limit": 67108864,
        "version": 2,
        "zip_data": None,
    }
    (folder / "index.json").write_text(json.dumps({"shards": [shard], "version": 2}))
    code = plan(project, "--set", 'corpus.paths=["mds"]', "--set", "corpus.format=mds")
    err = capfd.readouterr().err
    assert code in (2, 3), err
    assert "secret\n" not in err
    assert "root:" not in err
    assert "Traceback" not in err


def test_a_snapshot_in_the_cache_of_the_hub_is_whole(tmp_path: Path) -> None:
    copy = tmp_path / "hub" / "datasets--x--y"
    (copy / "blobs").mkdir(parents=True)
    (copy / "snapshots" / "abc").mkdir(parents=True)
    (copy / "blobs" / "123").write_text("ids")
    (copy / "snapshots" / "abc" / "a.bin").symlink_to(copy / "blobs" / "123")
    roots = roots_of({"corpus": {"paths": [f"{copy}/snapshots/abc/*.bin"]}}, base=tmp_path / "home")
    assert roots.hold(copy / "snapshots" / "abc" / "a.bin")
    assert not roots.hold(tmp_path / "hub" / "other")


def test_files_beside_a_named_link_go_with_it(tmp_path: Path) -> None:
    store, home = tmp_path / "store", tmp_path / "home"
    store.mkdir()
    home.mkdir()
    for name in ("a.bin", "a.idx", "b.bin"):
        (store / name).touch()
        (home / name).symlink_to(store / name)
    roots = roots_of(["a.bin"], base=home)
    assert roots.hold(home / "a.bin")
    assert roots.hold(home / "a.idx")
    assert not roots.hold(home / "b.bin")
    assert not roots.hold(Path(os.devnull))


def built_with_a_link_out(project: Path) -> Path:
    """Index a project, then replace a shard by a link to where nobody said that it may be read."""
    assert run(["index", str(project / "exposure.toml"), "--out", str(project / "index")]) == 0
    first = sorted(path.name for path in (project / "shards").glob("*.bin"))[0]
    return move_out(project, f"shards/{first}", link=first)


@pytest.mark.parametrize("what", ["index", "exposure.toml"])
def test_a_batch_is_not_read_from_where_a_link_leads(
    project: Path, capfd: pytest.CaptureFixture[str], what: str
) -> None:
    outside = built_with_a_link_out(project)
    capfd.readouterr()
    assert run(["batch", str(project / what), "0"]) == 2
    out, err = capfd.readouterr()
    assert out == "" and f"--allow-path {outside}" in err
    assert run(["batch", str(project / what), "0", "--allow-path", str(outside)]) == 0


def test_places_are_not_read_from_where_a_link_leads(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    outside = built_with_a_link_out(project)
    capfd.readouterr()
    of_the_link = "SELECT phrase FROM phrases JOIN places USING (phrase_id) WHERE shard = 0 LIMIT 1"
    assert run(["query", str(project / "index"), of_the_link, "--format", "json"]) == 0
    phrase = json.loads(capfd.readouterr().out)[0]["phrase"]
    assert run(["show", str(project / "index"), phrase]) == 0
    out, err = capfd.readouterr()
    assert "…" not in out and f"--allow-path {outside}" in err
    assert run(["show", str(project / "index"), phrase, "--allow-path", str(outside)]) == 0
    out, err = capfd.readouterr()
    assert "…" in out and err == ""


@pytest.mark.parametrize("card", [True, False])
def test_a_folder_of_phrases_leads_nowhere_else(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, card: bool
) -> None:
    outside, folder, home = (tmp_path / name for name in ("elsewhere", "pairs", "home"))
    for one in (outside, folder, home):
        one.mkdir()
    monkeypatch.chdir(home)
    (outside / "secret.jsonl").write_text('{"text": "secret words"}\n')
    (folder / "link.jsonl").symlink_to(outside / "secret.jsonl")
    if card:  # it is read through `datasets`
        (folder / "README.md").write_text(
            '---\nconfigs:\n- config_name: default\n  data_files: "*.jsonl"\n---\n'
        )
    assert run(["phrases", "../pairs", "--text", "text"]) == 2
    out, err = capfd.readouterr()
    assert "secret words" not in out and f"--allow-path {outside}" in err
    assert run(["phrases", "../pairs", "--text", "text", "--allow-path", str(outside)]) == 0
    assert "secret words" in capfd.readouterr().out


def test_a_saved_dataset_leads_nowhere_else(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "home/saved").mkdir(parents=True)
    (tmp_path / "elsewhere/data.arrow").write_bytes(b"ARROW1")
    names = {"_data_files": [{"filename": "../../elsewhere/data.arrow"}]}
    (tmp_path / "home/saved/state.json").write_text(json.dumps(names))
    for section in ("phrases", "corpus"):
        config = tmp_path / "home/exposure.toml"
        (tmp_path / "home/words.jsonl").write_text('{"token_ids": [1, 2]}\n')
        source = "saved" if section == "phrases" else "words.jsonl"
        paths = "saved" if section == "corpus" else "words.jsonl"
        form = "arrow" if section == "corpus" else "jsonl"
        config.write_text(
            f'[phrases]\nsource = "{source}"\ntoken_ids = "token_ids"\n'
            f'[corpus]\npaths = ["{paths}"]\nformat = "{form}"\ncolumn = "token_ids"\nvocab_size = 9\n'
            '[order]\nkind = "sequential"\nbatch_size = 1\n[match]\nunit = "tokens"\n'
        )
        assert run(["plan", str(config), "--out", str(tmp_path / "home/index")]) == 2, section
        assert f"--allow-path {tmp_path / 'elsewhere'}" in capfd.readouterr().err, section


def test_nothing_is_verified_or_certified_where_a_link_leads(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    outside = built_with_a_link_out(project)
    index, few = str(project / "index"), ["--sample", "1", "--max-tokens", "1"]
    for words in (["verify", index, *few], ["certify", index, "--out", str(project / "c"), *few]):
        capfd.readouterr()
        assert run(words) == 2
        out, err = capfd.readouterr()
        assert out == "" and f"--allow-path {outside}" in err
    assert not (project / "c.json").exists()
    assert run(["certify", index, "--out", str(project / "c"), *few, "--allow-path", str(outside)]) == 0


def test_no_text_is_tokenized_from_where_a_link_leads(
    project: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    (project.parent / "texts").mkdir()
    outside = project.parent / "elsewhere"
    outside.mkdir()
    (outside / "a.jsonl").write_text('{"text": "secret words"}\n')
    (project.parent / "texts" / "a.jsonl").symlink_to(outside / "a.jsonl")
    words = ["tokenize", "../texts/*.jsonl", "--out", "out", "--tokenizer", "tokenizer.json", "-n", "2"]
    assert run(words) == 2
    assert f"--allow-path {outside}" in capfd.readouterr().err
    assert run([*words, "--allow-path", str(outside)]) == 0
    assert run([*words[:1], "../texts/a.jsonl", *words[2:3], "named", *words[4:]]) == 0, (
        "a link that is named"
    )
