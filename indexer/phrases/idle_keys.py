"""Keys of ``[phrases]`` that have no effect on what the source holds are refused by name."""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa

from indexer.config.idle import spelled
from indexer.config.phrases import PhrasesConfig
from indexer.errors import ConfigError

OF_PAIRS = frozenset(
    {
        "rules",
        "good",
        "bad",
        "paradigm",
        "phenomenon",
        "dataset",
        "paradigms",
        "context",
        "columns",
        "side",
        "reach",
        "segmenter",
        "own_rules",
        "equal_length_only",
    }
)
"""Keys that have an effect on minimal pairs alone."""
OF_PLAIN_PHRASES = frozenset({"text", "pattern", "token_ids"})
"""Keys that have an effect on plain phrases alone; giving one makes plain phrases of a source."""
OF_GENERIC_RULE = ("side", "reach")


def refuse_keys_of_pairs(config: PhrasesConfig, given: Collection[str]) -> None:
    """Refuse keys of minimal pairs where the source holds plain phrases.

    Raises
    ------
    ConfigError
        One was given.
    """
    for key in (key for key in vars(config) if key in given and key in OF_PAIRS):
        plain = [f"[phrases] {one}" for one in vars(config) if one in given and one in OF_PLAIN_PHRASES]
        why = f", which {' and '.join(plain)} makes of the source" if plain else ""
        raise ConfigError(
            f"[phrases] {key} = {spelled(getattr(config, key))} has no effect on plain phrases{why}",
            path=config.source,
            fix=f"leave [phrases] {key} out" + (f", or {' and '.join(plain)}" if plain else ""),
        )


def refuse_generic_keys(config: PhrasesConfig, given: Collection[str], pairs: pa.Table) -> None:
    """Refuse the keys of the generic rule where it marks no pair.

    Raises
    ------
    ConfigError
        One was given.
    """
    idle = [key for key in OF_GENERIC_RULE if key in given]
    if idle and not any("generic" in rule for rule in pairs["rule"].unique().to_pylist()):
        raise ConfigError(
            f"[phrases] {idle[0]} = {spelled(getattr(config, idle[0]))} has no effect:"
            " the generic rule marks none of the pairs",
            path=config.source,
            fix=f'leave [phrases] {idle[0]} out, or set [phrases] rules = "generic"',
        )
