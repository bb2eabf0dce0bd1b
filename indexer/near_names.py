"""What a name that is unknown may mean: known ones that are spelled nearly so."""

from __future__ import annotations

from collections.abc import Iterable


def near_names(name: str, known: Iterable[str], *, most: int = 1, alike: float = 0.6) -> list[str]:
    """Return the known names that a name is most like, the nearest first; capitals do not matter.

    Parameters
    ----------
    name : str
        What was given.
    known : iterable of str
        What could have been.
    most : int
        How many are returned at most.
    alike : float
        Of 0 to 1, as `difflib.SequenceMatcher.ratio` measures it: the least that counts.
    """
    from difflib import get_close_matches  # only where something is wrong

    spelled = {each.casefold(): each for each in known}
    return [spelled[each] for each in get_close_matches(name.casefold(), spelled, n=most, cutoff=alike)]


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Return the advice for a name that is unknown; None where no known one is near."""
    near = near_names(name, known)
    return f"did you mean {near[0]!r}?" if near else None
