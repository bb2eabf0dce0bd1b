"""Reads ``exposure.toml``: every key known, every value of its type, or one clear line."""

from __future__ import annotations

import os
import tomllib
import types
import typing
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import Field, asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from indexer.config.corpus import CorpusConfig
from indexer.config.idle import changed_keys
from indexer.config.index import IndexConfig
from indexer.config.items import ItemsConfig
from indexer.config.match import MatchConfig
from indexer.config.option import is_required, keys_of
from indexer.config.order import OrderConfig
from indexer.config.phrases import PhrasesConfig
from indexer.config.tokenizer import TokenizerConfig
from indexer.errors import ConfigError
from indexer.near_names import did_you_mean, near_names
from indexer.storage.credentials import hide_all
from indexer.storage.opening import read_text
from indexer.storage.roots import Roots, roots_of


@dataclass(frozen=True)
class Config:
    """A whole ``exposure.toml``; relative paths in it are relative to `base`.

    `items` are the tables of items, none or several. `given` are the keys the user gave, by section; a
    section without an entry was made in Python, and what differs from the defaults counts as given
    (`given_keys`).
    """

    phrases: PhrasesConfig
    corpus: CorpusConfig
    order: OrderConfig
    tokenizer: TokenizerConfig = field(default_factory=TokenizerConfig)
    match: MatchConfig = field(default_factory=MatchConfig)
    index: IndexConfig = field(default_factory=IndexConfig)
    items: tuple[ItemsConfig, ...] = ()
    base: Path = field(default_factory=Path)
    given: Mapping[str, frozenset[str]] = field(default_factory=dict, compare=False)
    file: str = field(default="exposure.toml", compare=False)

    def given_keys(self, section: str) -> frozenset[str]:
        """Return the keys of a section that the user gave."""
        return changed_keys(getattr(self, section)) | self.given.get(section, frozenset())

    def sections(self) -> dict[str, Any]:
        """Return every resolved key, section by section, without `base`; of items those that there are."""
        one_each = {name: asdict(getattr(self, name)) for name in SECTIONS if name != ITEMS}
        return one_each | ({ITEMS: [asdict(one) for one in self.items]} if self.items else {})

    def sources(self) -> list[str]:
        """Return the sources of what is looked for: of phrases or pairs, of items, and what was added."""
        items = [one.source for one in self.items]
        return [source for source in (self.phrases.source, *items, *self.phrases.added) if source]

    def roots(self, *more: Path) -> Roots:
        """Return the folders and files it may read from; see `indexer.storage.roots`."""
        return roots_of(self.sections(), base=self.base, allowed=[str(path.absolute()) for path in more])


OTHER_VARIABLES = frozenset(
    {
        "EXPOSURE_BROKEN_FILES",
        "EXPOSURE_EXAMPLES",
        "EXPOSURE_KERNEL_CACHE",
        "EXPOSURE_SHARED",
        "EXPOSURE_SOAK",
        "EXPOSURE_STORE_ATTEMPTS",
        "EXPOSURE_STORE_SECONDS",
        "EXPOSURE_TIMES",
    }
)
"""Variables of the project that stand for no key; the tests' own are among them."""

SECTIONS: dict[str, type] = {
    "phrases": PhrasesConfig,
    "tokenizer": TokenizerConfig,
    "corpus": CorpusConfig,
    "order": OrderConfig,
    "match": MatchConfig,
    "index": IndexConfig,
    "items": ItemsConfig,
}
ITEMS = "items"
"""The section that may stand several times, as ``[[items]]``."""


def load_config(path: str | Path, overrides: Sequence[str] = ()) -> Config:
    """Read a configuration file.

    Parameters
    ----------
    path : str or Path
        The ``exposure.toml``.
    overrides : sequence of str
        ``section.key=value`` words that win over the file; the value is TOML, or a bare word.

    Raises
    ------
    ConfigError
        The file is missing or no TOML, a section or key is unknown, a value is of the wrong type,
        or a required key is absent.
    """
    file = Path(path)
    if file.is_dir():
        file = file / "exposure.toml"
    text = read_text(
        file,
        error=ConfigError,
        missing="no such configuration file",
        fix="write one with `exposure init` or `exposure sample`",
    )
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"is not TOML: {error}", path=path) from None
    for word in overrides:
        _override(tables, word)
    config = config_from_tables(tables, origin=str(path), base=file.resolve().parent)
    return replace(config, file=file.name, given=_given_keys(tables))


def _given_keys(tables: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    return {name: frozenset(tables.get(name, ())) for name in SECTIONS if name != ITEMS}


def config_from_tables(tables: Mapping[str, Any], *, origin: str, base: Path) -> Config:
    """Check parsed TOML tables and return the configuration they stand for; URLs lose their credentials."""
    tables = hide_all(tables)
    _refuse_unknown(tables, SECTIONS, origin, what="section")
    sections: dict[str, Any] = {}
    for name, section in SECTIONS.items():
        values = tables.get(name, {})
        if name == ITEMS and isinstance(values, Mapping):
            values = [values] if values else []
        if name == ITEMS and isinstance(values, list) and all(isinstance(one, Mapping) for one in values):
            sections[name] = tuple(_section(section, name, one, origin) for one in values)
            continue
        if not isinstance(values, Mapping):
            raise ConfigError(f"{name} is not a section", path=origin, expected=f"[{name}]")
        sections[name] = _section(section, name, values, origin)
    if not sections["phrases"].source and (
        not sections[ITEMS] or changed_keys(sections["phrases"]) - {"added"}
    ):
        raise _no_key("phrases", keys_of(PhrasesConfig)["source"], origin)
    return Config(**sections, base=base)


def _no_key(section: str, declaration: Field[Any], origin: str) -> ConfigError:
    return ConfigError(
        f"[{section}] {declaration.name} is not set",
        path=origin,
        fix=str(declaration.metadata["help"]),
    )


def _section(section: type, name: str, values: Mapping[str, Any], origin: str) -> Any:
    declared = keys_of(section)
    _refuse_unknown(values, declared, origin, what=f"key in [{name}]")
    hints = typing.get_type_hints(section)
    for key, declaration in declared.items():
        if key not in values:
            if is_required(declaration):
                raise _no_key(name, declaration, origin)
            continue
        value = values[key]
        choices = declaration.metadata["choices"]
        if not fits(value, hints[key]):
            raise ConfigError(
                f"[{name}] {key} = {value!r} is of the wrong type",
                path=origin,
                expected=" or ".join(map(repr, choices)) or spell(hints[key]),
            )
        if choices and value not in choices:
            raise ConfigError(
                f"[{name}] {key} = {value!r} is not a choice",
                path=origin,
                expected=" or ".join(choices),
                fix=did_you_mean(str(value), choices),
            )
        least = declaration.metadata["least"]
        if least is not None and isinstance(value, int) and value < least:
            raise ConfigError(f"[{name}] {key} = {value}", path=origin, expected=f"at least {least}")
    return section(**values)


def fits(value: Any, hint: Any) -> bool:
    """Tell whether a TOML value is of a declared type."""
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return any(fits(value, part) for part in typing.get_args(hint))
    if origin is list:
        (item,) = typing.get_args(hint)
        return isinstance(value, list) and all(fits(part, item) for part in value)
    if origin is dict:
        _, part_hint = typing.get_args(hint)
        return isinstance(value, dict) and all(fits(part, part_hint) for part in value.values())
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint)


def spell(hint: Any) -> str:
    """Spell a declared type for a person."""
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(spell(part) for part in typing.get_args(hint) if part is not type(None))
    if origin is list:
        return f"a list of {_spell_many(typing.get_args(hint)[0])}"
    if origin is dict:
        return f'names with {spell(typing.get_args(hint)[1])}, as in {{ question = "column" }}'
    names = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
    return names.get(hint, getattr(hint, "__name__", str(hint)))


def _spell_many(hint: Any) -> str:
    """Spell what a list holds."""
    if typing.get_origin(hint) is list:
        return f"lists of {_spell_many(typing.get_args(hint)[0])}"
    return {int: "whole numbers", float: "numbers"}.get(hint, spell(hint))


def _refuse_unknown(given: Mapping[str, Any], known: Mapping[str, Any], origin: str, *, what: str) -> None:
    for name in given:
        if name not in known:
            fix = did_you_mean(name, known) or f"known: {', '.join(known)}"
            raise ConfigError(f"unknown {what}: {name!r}", path=origin, fix=fix)


def _override(tables: dict[str, Any], word: str) -> None:
    name, equals, value = word.partition("=")
    section, dot, key = name.strip().partition(".")
    if not (equals and dot and key):
        raise ConfigError(f"--set {word!r} cannot be read", expected="section.key=value")
    try:
        parsed = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        parsed = value
    table = tables.setdefault(section, {})
    if section == ITEMS and isinstance(table, list):
        raise ConfigError(
            f"--set {word!r} names one of several [[items]]",
            fix="change it in the file, or leave one [items]",
        )
    if isinstance(table, dict):
        table[key] = parsed


def environment_overrides(environ: Mapping[str, str] | None = None) -> list[str]:
    """Return the ``--set`` words that ``EXPOSURE_<SECTION>_<KEY>`` variables stand for."""
    environ = os.environ if environ is None else environ
    _refuse_unknown_variables(environ)
    words = []
    for section, declared in SECTIONS.items():
        for key in fields(declared):
            variable = f"EXPOSURE_{section}_{key.name}".upper()
            if variable in environ:
                words.append(f"{section}.{key.name}={environ[variable]}")
    return words


def _refuse_unknown_variables(environ: Mapping[str, str]) -> None:
    """Refuse a variable of a section, or of one that is nearly spelled so, that stands for no key."""
    keys = {
        f"EXPOSURE_{section}_{key.name}".upper()
        for section, declared in SECTIONS.items()
        for key in fields(declared)
    }
    sections = [section.upper() for section in SECTIONS]
    known = [
        *keys,
        *(name for name in OTHER_VARIABLES if name.startswith(("EXPOSURE_STORE", "EXPOSURE_KERNEL"))),
    ]
    for variable in sorted(environ):
        prefix, _, rest = variable.upper().partition("_")
        if prefix != "EXPOSURE" or variable in keys or variable in OTHER_VARIABLES:
            continue
        section, has_key, _ = rest.partition("_")
        if not has_key:
            continue
        near = near_names(variable, known, alike=0.8)
        if near or near_names(section, sections, alike=0.75):
            raise ConfigError(
                "is a variable of no key",
                path=variable,
                expected="EXPOSURE_SECTION_KEY, as in EXPOSURE_ORDER_BATCH_SIZE",
                fix=f"did you mean {near[0]}?" if near else "unset it, or see `exposure init` for the keys",
            )


def learn_credentials(base: Path, file: str) -> None:
    """Take the credentials of URLs from where a plan was made from: its configuration, and the environment.

    A plan keeps none. What is not there any more is missed when the store is asked.
    """
    with suppress(OSError, ValueError):
        hide_all(tomllib.loads((base / file).read_text(encoding="utf-8-sig")))
    tables: dict[str, Any] = {}
    for word in environment_overrides():
        _override(tables, word)
    hide_all(tables)
