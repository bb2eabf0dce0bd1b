"""Rows of a data set through `datasets`: a hub name, or a local folder laid out as one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from indexer.errors import ConfigError, ResourceError
from indexer.phrases.sources.record import Record


def is_dataset_folder(folder: Path) -> bool:
    """Tell whether a folder describes itself as a data set: a README.md whose header lists configurations."""
    card = folder / "README.md"
    if not card.is_file():
        return False
    with card.open(encoding="utf-8", errors="replace") as lines:
        if next(lines, "").strip() != "---":
            return False
        for line in lines:
            if line.strip() == "---":
                return False
            if line.startswith(("configs:", "dataset_info:")):
                return True
    return False


def read_dataset(name: str, keep: frozenset[str] = frozenset()) -> Iterator[Record]:
    """Yield the rows of all splits of all configurations.

    Parameters
    ----------
    name : str
        ``nyu-mll/blimp``, ``nyu-mll/blimp@revision``, or a folder.
    keep : frozenset of str
        Configurations to read; empty: all.

    Raises
    ------
    ConfigError
        No such data set.
    ResourceError
        The hub cannot be reached.
    """
    import datasets
    import huggingface_hub
    from datasets.exceptions import DatasetNotFoundError

    # Their retries and tracebacks would bury the one line below.
    datasets.logging.set_verbosity(datasets.logging.CRITICAL)
    huggingface_hub.logging.set_verbosity(datasets.logging.CRITICAL)
    folder = Path(name)
    where, _, revision = (name, "", "") if folder.exists() else name.partition("@")
    try:
        names = datasets.get_dataset_config_names(where, revision=revision or None)
        # Configurations need not be paradigms: where none is one that is kept, rows decide.
        for config in [name for name in names if name in keep] or names:
            splits = datasets.load_dataset(where, config, revision=revision or None)
            for split in splits:
                shown = f"{name}/{config}" if len(splits) == 1 else f"{name}/{config}/{split}"
                for number, values in enumerate(splits[split], 1):
                    yield Record(shown, "row", number, dict(values))
    except DatasetNotFoundError:
        raise ConfigError(
            "no such file or directory, and no such data set on the hub",
            path=name,
            fix="give a directory or file, or check the name and your access to it",
        ) from None
    except (ConnectionError, datasets.exceptions.DatasetsError, OSError) as error:
        raise ResourceError(
            f"no such file or directory, and it cannot be loaded from the hub ({type(error).__name__})"
            if not folder.exists()
            else f"cannot be loaded ({type(error).__name__})",
            path=name,
            fix="check the spelling, or download the files and give their directory",
        ) from None
