"""Which column of a table holds the ids, and which says what positions count; of several none is guessed."""

from __future__ import annotations

from collections.abc import Collection

from indexer.errors import ConfigError

COLUMNS = ("input_ids", "token_ids", "tokens")
"""Names of columns of ids."""
MASKS = ("attention_mask", "loss_mask")
"""Names of columns that are 0 where a position does not count."""
NO_MASK = "none"


def column_of_ids(there: Collection[str], wanted: str | None, *, path: str) -> str | None:
    """Return the column of the ids, None where there is none.

    Parameters
    ----------
    there : collection of str
        The columns that hold lists of integers.
    wanted : str or None
        As the configuration names it.
    path : str
        The file, for messages.

    Raises
    ------
    ConfigError
        Several may be it.
    """
    if wanted is not None:
        return wanted if wanted in there else None
    found = [name for name in COLUMNS if name in there]
    if len(found) > 1:
        raise ConfigError(
            f"has ids under {' and '.join(found)}", path=path, fix="set [corpus] column to those of the run"
        )
    return found[0] if found else None


def mask_of(names: Collection[str], wanted: str | None, *, path: str) -> str | None:
    """Return the column that masks positions, None where there is none or none is wanted.

    Parameters
    ----------
    names : collection of str
        All columns.
    wanted : str or None
        As the configuration names it; ``none``: all positions count.
    path : str
        The file, for messages.

    Raises
    ------
    ConfigError
        The one that is wanted is not there, or several may be it.
    """
    if wanted == NO_MASK:
        return None
    if wanted is not None:
        if wanted not in names:
            raise ConfigError(
                f"has no column {wanted!r}", path=path, fix="see [corpus] mask_column; or set it to none"
            )
        return wanted
    found = [name for name in MASKS if name in names]
    if len(found) > 1:
        raise ConfigError(
            f"has {' and '.join(found)}",
            path=path,
            fix="set [corpus] mask_column to the one that says what the run learned from, or to none",
        )
    return found[0] if found else None


def refuse_mask(names: Collection[str], wanted: str | None, *, path: str, form: str) -> None:
    """Refuse a mask where none is read.

    Raises
    ------
    ConfigError
        There is one, or one is wanted.
    """
    found = wanted if wanted not in (None, NO_MASK) else mask_of(names, wanted, path=path)
    if found is not None:
        raise ConfigError(
            f"has {found!r} beside its ids, and masks are not read of {form}",
            path=path,
            fix='write it as Parquet, of which they are; or set [corpus] mask_column = "none": all ids count',
        )
