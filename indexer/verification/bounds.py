"""How much may be wrong all the same, where only a sample was looked at: said in sentences."""

from __future__ import annotations


def share_that_may_be_wrong(n_looked_at: int) -> float:
    """Return the share of wrong ones that a sample in which none was wrong leaves possible, at 95%.

    The exact bound, ``1 - 0.05 ** (1 / n)``; about 3/n, the rule of three.
    """
    return 1.0 if n_looked_at < 1 else 1.0 - 0.05 ** (1.0 / n_looked_at)


def bound(what: str, n_drawn: int, n_all: int, n_named: int = 0) -> str:
    """Say what a sample of which all held tells of the others.

    Parameters
    ----------
    what : str
        What was looked at.
    n_drawn : int
        How many were drawn by lot; these alone tell of the others.
    n_all : int
        How many there are.
    n_named : int
        How many were looked at beside them because somebody named them.
    """
    if not n_all:
        return f"{what}: there are none"
    if n_drawn + n_named >= n_all:
        return f"{what}: all {n_all:,} were looked at"
    beside = f" and {n_named:,} named" if n_named else ""
    if not n_drawn:
        return f"{what}: none of {n_all:,} was drawn{beside}; nothing is said of the others"
    share = share_that_may_be_wrong(n_drawn)
    return (
        f"{what}: {n_drawn:,} of {n_all:,} were drawn{beside}; if none of these fails, at most {share:.2%} "
        "of all are wrong, with 95% confidence"
    )


def bound_of_ranges(n_counted: int, n_all: int, n_tokens: int, n_all_tokens: int) -> str:
    """Say how much of the corpus was counted again."""
    if not n_counted:
        return f"corpus: none of {n_all:,} ranges was counted again; nothing is said of counts and zeros"
    if n_counted >= n_all:
        return f"corpus: all {n_all:,} ranges with a partial were counted again"
    return (
        f"corpus: {n_counted:,} of {n_all:,} ranges ({n_tokens / max(n_all_tokens, 1):.2%} of the tokens) "
        f"were counted again; a zero is proved again for these alone, and if none fails, at most "
        f"{share_that_may_be_wrong(n_counted):.2%} of the ranges hold an error that the drawn phrases would "
        "show, with 95% confidence"
    )
