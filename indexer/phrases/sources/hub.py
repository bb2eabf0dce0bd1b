"""Rows of a data set through `datasets`: a hub name, or a local folder laid out as one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from indexer.errors import ConfigError, ExposureError, ResourceError
from indexer.phrases.sources.record import Record
from indexer.storage.roots import refuse_outside

_SECONDS = 5.0
"""How long the hub may take to say whether it has a data set."""


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


@lru_cache(maxsize=8)
def refuse_unknown(name: str) -> None:
    """Ask once whether the hub has a data set: `datasets` itself asks for half a minute where nobody answers.

    Parameters
    ----------
    name : str
        ``nyu-mll/blimp`` or ``nyu-mll/blimp@revision``; a folder is passed over.

    Raises
    ------
    ConfigError
        It has none of that name.
    ResourceError
        It cannot be reached, and no copy is in the cache.
    """
    if Path(name).exists():
        return
    where, _, revision = name.partition("@")
    if _is_cached(where):
        return
    import huggingface_hub
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, RepositoryNotFoundError

    try:
        huggingface_hub.HfApi().dataset_info(where, revision=revision or None, timeout=_SECONDS)
    except (RepositoryNotFoundError, HFValidationError):
        raise _not_found(name) from None
    except HfHubHTTPError as error:
        if error.response is not None and error.response.status_code == 404:
            raise _not_found(name) from None
        raise _not_reached(name, error) from None
    except Exception as error:  # of whatever library the hub's client is built on
        raise _not_reached(name, error) from None


def _is_cached(where: str) -> bool:
    """Tell whether a copy is there to be loaded without the hub."""
    import datasets
    from huggingface_hub import constants

    copies = (
        Path(constants.HF_HUB_CACHE) / f"datasets--{where.replace('/', '--')}",
        Path(datasets.config.HF_DATASETS_CACHE) / where.replace("/", "___"),
    )
    return any(copy.is_dir() for copy in copies)


def _not_found(name: str) -> ExposureError:
    return ConfigError(
        "no such file or directory, and no such data set on the hub",
        path=name,
        fix="give a directory or file, or check the name and your access to it",
    )


def _not_reached(name: str, error: Exception) -> ExposureError:
    return ResourceError(
        f"no such file or directory, and as a data set of the hub it is not in the cache, and the hub"
        f" cannot be asked ({type(error).__name__})",
        path=name,
        fix="check the spelling, or download the files and give their directory",
    )


def _refuse_files_outside(builder: Any) -> None:
    """Refuse files that the card of a local folder leads to, where nobody said that they may be read."""
    for names in (builder.config.data_files or {}).values():
        for name in names:
            if "://" not in str(name):
                refuse_outside(Path(str(name)), os.path.relpath(str(name)))


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
    refuse_unknown(name)
    folder = Path(name)
    # a folder in whole, since `datasets` can make no name of "."
    where, _, revision = (str(folder.resolve()), "", "") if folder.exists() else name.partition("@")
    try:
        names = datasets.get_dataset_config_names(where, revision=revision or None)
        # Configurations need not be paradigms: where none is one that is kept, rows decide.
        for config in [name for name in names if name in keep] or names:
            if folder.exists():
                _refuse_files_outside(datasets.load_dataset_builder(where, config))
            splits = datasets.load_dataset(where, config, revision=revision or None)
            for split in splits:
                shown = f"{name}/{config}" if len(splits) == 1 else f"{name}/{config}/{split}"
                for number, values in enumerate(splits[split], 1):
                    yield Record(shown, "row", number, dict(values))
    except DatasetNotFoundError:
        raise _not_found(name) from None
    except (ConnectionError, datasets.exceptions.DatasetsError, OSError) as error:
        raise ResourceError(
            f"no such file or directory, and it cannot be loaded from the hub ({type(error).__name__})"
            if not folder.exists()
            else f"cannot be loaded ({type(error).__name__})",
            path=name,
            fix="check the spelling, or download the files and give their directory",
        ) from None
