"""The text unit beside the id unit and beside decoding: what exactness in the text costs.

The phrases are all critical phrases of BLiMP, folded, with word borders, in real text, ids of GPT-NeoX and of
T5; or those of the seeded language in its own text. And the 600 most frequent words of the stream, of which
every second id is one.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.cases import Case, Run, automaton_count
from benchmarks.real import SHARED, paragraphs
from benchmarks.scratch import new_folder
from benchmarks.workload import KEPT, SEQUENCE_LENGTH, Workload, shuffled_stream
from indexer.config import MatchConfig, PhrasesConfig
from indexer.folding import fold
from indexer.matching.ids.matcher import TokenMatcher
from indexer.matching.text.matcher import TextMatcher
from indexer.patterns import IdPatterns
from indexer.phrases import load_phrases
from indexer.phrases.normalization import normalized
from indexer.phrases.surface_forms import id_patterns
from indexer.tokenizers import load_tokenizer
from indexer.tokenizers.tokenizer import Tokenizer

MATCH = MatchConfig(unit="both")
RULES = {name: getattr(MATCH, name) for name in ("case", "boundary", "possessive", "whitespace")}
CHECKED_SEQUENCES = 150
COUNTED_SEQUENCES = 1000
N_WORDS = 600


@dataclass(frozen=True)
class TextLoad:
    """One tokenizer's stream and phrases.

    Attributes
    ----------
    name : str
        Of the tokenizer.
    ids, starts, stops : arrays
        The stream, uint16, and the half-open ranges of its sequences.
    texts : list of str
        The phrases, folded.
    forms : IdPatterns
        All token-id forms of the phrases: what the id unit looks for.
    two_forms : IdPatterns
        Two of them each, behind a space and at the beginning of a sentence: as many as the other tables have.
    """

    name: str
    tokenizer: Tokenizer
    ids: np.ndarray
    starts: np.ndarray
    stops: np.ndarray
    texts: list[str]
    forms: IdPatterns
    two_forms: IdPatterns


def tokenizers_of(workload: Workload) -> tuple[str, ...]:
    """Return the tokenizers that the text unit is measured with."""
    return ("gpt-neox-20b", "t5-base") if workload.name == "real" else ("seeded",)


def load(name: str, n_tokens: int, workload: Workload) -> TextLoad:
    """Return the workload of a tokenizer, one of `tokenizers_of`."""
    tokenizer, stream = workload.tokenizer, workload.stream
    config = PhrasesConfig(str(SHARED / "blimp"))
    if name == "t5-base":
        tokenizer = load_tokenizer(f"{name}.json.gz", base=SHARED / "tokenizers")
        stream = _tokenized(name, tokenizer, n_tokens)
    if name == "seeded":
        path = new_folder() / "phrases.txt"
        path.write_text("\n".join(workload.texts) + "\n", encoding="utf-8")
        config = PhrasesConfig(str(path))
    n_rows = min(n_tokens, len(stream)) // SEQUENCE_LENGTH
    starts = np.arange(n_rows, dtype=np.int64) * SEQUENCE_LENGTH
    found = normalized(load_phrases(config, MATCH, base=Path()), tokenizer, MATCH)
    texts = found.phrases["phrase"].to_pylist()
    return TextLoad(
        name,
        tokenizer,
        stream[: n_rows * SEQUENCE_LENGTH],
        starts,
        starts + SEQUENCE_LENGTH,
        texts,
        id_patterns(found.phrases, tokenizer, MATCH),
        two_forms(texts, tokenizer),
    )


def _tokenized(name: str, tokenizer: Tokenizer, n_tokens: int) -> np.ndarray:
    kept = KEPT / f"{name}-v1.npz"
    if not kept.is_file():
        print(f"  tokenizing the text with {name} ...", flush=True)
        pieces = [np.array(ids, np.uint16) for ids in tokenizer.encode_batch(paragraphs())]
        KEPT.mkdir(parents=True, exist_ok=True)
        np.savez(kept, text=np.concatenate(pieces), offsets=np.cumsum([0, *map(len, pieces)]))
    with np.load(kept) as arrays:
        return shuffled_stream(arrays["text"], arrays["offsets"], n_tokens)


def two_forms(texts: list[str], tokenizer: Tokenizer) -> IdPatterns:
    """Return the ids of each phrase behind a space and at the beginning of a sentence."""
    variants = [" " + text for text in texts] + [text[:1].upper() + text[1:] for text in texts]
    forms = list(dict.fromkeys(tuple(ids) for ids in tokenizer.encode_batch(variants) if len(ids) > 1))
    return IdPatterns(
        np.array([i for form in forms for i in form], np.uint32),
        np.cumsum([0, *map(len, forms)]),
        np.arange(len(forms), dtype=np.int32),
    )


def cases(text_load: TextLoad) -> list[Case]:
    """Return the rows of one tokenizer."""
    n_tokens = len(text_load.ids)
    experiment = "text unit, t5-base" if text_load.name == "t5-base" else "text unit"
    n_phrases = f"{len(text_load.texts):,}"
    n_forms, n_two = f"{len(text_load.forms.phrase):,} forms", f"{len(text_load.two_forms.phrase):,} forms"
    count = _expected(text_load, len(text_load.starts))
    fewer = max(1, len(text_load.starts) // 16)
    n_fewer = int(text_load.stops[fewer - 1])
    return [
        Case(experiment, "ids, two forms a phrase", n_two, n_tokens, _ids(text_load, text_load.two_forms),
             _id_count(text_load, text_load.two_forms)),
        Case(experiment, "ids, all forms", n_forms, n_tokens, _ids(text_load, text_load.forms),
             _id_count(text_load, text_load.forms)),
        Case(experiment, "text", n_phrases, n_tokens, lambda: _text(text_load), count),
        Case(experiment, "text by decoding all of it", n_phrases, n_fewer,
             lambda: _decoding(text_load, fewer), _expected(text_load, fewer)),
        Case(experiment, "decode, then hyperscan", n_phrases, n_fewer,
             lambda: _hyperscan(text_load, fewer), _expected(text_load, fewer)),
    ]  # fmt: skip


def frequent_words(text_load: TextLoad) -> list[Case]:
    """Return the rows of the commonest list there is: single words, the most frequent ones."""
    counted: Counter[str] = Counter()
    for row in range(min(len(text_load.starts), COUNTED_SEQUENCES)):
        for text in decoded(text_load, row):
            counted.update(re.findall(r"[^\W_]+", text))
    words = [word for word, _ in counted.most_common(N_WORDS)]
    n_rows = max(1, len(text_load.starts) // 2)
    load = replace(text_load, texts=words, starts=text_load.starts[:n_rows], stops=text_load.stops[:n_rows])
    fewer = max(1, n_rows // 16)
    experiment, n_phrases = "frequent words, text", f"{len(words):,}"
    n_tokens, n_fewer = int(load.stops[-1]), int(load.stops[fewer - 1])
    count, few = _expected(load, n_rows), _expected(load, fewer)
    return [
        Case(experiment, "text", n_phrases, n_tokens, lambda: _text(load), count),
        Case(experiment, "text by decoding all of it", n_phrases, n_fewer,
             lambda: _decoding(load, fewer), few),
        Case(experiment, "decode, then hyperscan", n_phrases, n_fewer,
             lambda: _hyperscan(load, fewer), few),
    ]  # fmt: skip


def _ids(text_load: TextLoad, patterns: IdPatterns):
    def prepare() -> Run:
        matcher = TokenMatcher(patterns, None, boundary="none", possessive="include")
        rows = text_load.ids, text_load.starts, text_load.stops
        return lambda: len(matcher.find(*rows).row)

    return prepare


def _id_count(text_load: TextLoad, patterns: IdPatterns) -> int:
    return automaton_count(patterns, text_load.ids, text_load.starts, text_load.stops)


def prepared_matcher(text_load: TextLoad) -> TextMatcher:
    """Return the matcher with the tables of its fast search."""
    matcher = _matcher(text_load)
    matcher.prepare(text_load.ids[: 1 << 21])
    return matcher


def _matcher(text_load: TextLoad) -> TextMatcher:
    texts = text_load.texts
    numbers = np.arange(len(texts), dtype=np.int32)
    return TextMatcher(texts, numbers, text_load.tokenizer.token_bytes(), **RULES)


def _text(text_load: TextLoad) -> Run:
    matcher = prepared_matcher(text_load)
    rows = text_load.ids, text_load.starts, text_load.stops
    return lambda: len(matcher.find(*rows).row)


def _decoding(text_load: TextLoad, n_rows: int) -> Run:
    search = _matcher(text_load)._decoding
    stops = text_load.stops[:n_rows]
    rows = text_load.ids[: stops[-1]], text_load.starts[:n_rows], stops
    return lambda: len(search.find(*rows).row)


def _expected(text_load: TextLoad, n_rows: int) -> int:
    """Return the occurrences in the first rows, by decoding; a part counted by pyahocorasick too."""
    count = _decoding(text_load, n_rows)()
    checked = min(n_rows, CHECKED_SEQUENCES)
    ours, slow = _decoding(text_load, checked)(), _pyahocorasick(text_load, checked)
    if ours != slow:
        raise SystemExit(f"{text_load.name}: pyahocorasick finds {slow} occurrences in the text, we {ours}")
    return count


def decoded(text_load: TextLoad, row: int) -> list[str]:
    """Return the folded texts of a sequence between its special ids."""
    data, offsets, special = text_load.tokenizer.token_bytes()
    ids = text_load.ids[text_load.starts[row] : text_load.stops[row]].astype(np.int64)
    texts = []
    separators = [-1, *np.flatnonzero(special[ids]).tolist(), len(ids)]
    for first, last in pairwise(separators):
        run = ids[first + 1 : last]
        lengths = offsets[run + 1] - offsets[run]
        places = np.repeat(offsets[run] - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())
        texts.append(fold(data[places].tobytes().decode("utf-8", "replace"), "fold"))
    return texts


def _pyahocorasick(text_load: TextLoad, n_rows: int) -> int:
    import ahocorasick

    automaton = ahocorasick.Automaton()
    for text in text_load.texts:
        automaton.add_word(text, len(text))
    automaton.make_automaton()
    return sum(
        _is_bounded(text, last + 1 - length, last + 1)
        for row in range(n_rows)
        for text in decoded(text_load, row)
        for last, length in automaton.iter(text)
    )


def _is_bounded(text: str, first: int, stop: int) -> bool:
    return not text[max(first - 1, 0) : first].isalnum() and not text[stop : stop + 1].isalnum()


def _hyperscan(text_load: TextLoad, n_rows: int) -> Run:
    """Decode with NumPy, fold with Python, search with hyperscan, test borders in Python."""
    import hyperscan as hs

    literals = [text.encode() for text in text_load.texts]
    database = hs.Database(mode=hs.HS_MODE_BLOCK)
    expressions = ["".join(f"\\x{b:02x}" for b in literal).encode() for literal in literals]
    database.compile(expressions=expressions, ids=list(range(len(literals))), elements=len(literals), flags=0)
    database.scratch = hs.Scratch(database)
    lengths = [len(literal) for literal in literals]

    def run() -> int:
        n = 0
        for row in range(n_rows):
            for text in decoded(text_load, row):
                raw = text.encode()
                hits: list[tuple[int, int]] = []
                database.scan(
                    raw, match_event_handler=lambda k, _from, to, _flags, _, h=hits: h.append((k, to))
                )
                for k, to in hits:
                    before = raw[max(0, to - lengths[k] - 4) : to - lengths[k]].decode("utf-8", "ignore")
                    behind = raw[to : to + 4].decode("utf-8", "ignore")
                    n += not before[-1:].isalnum() and not behind[:1].isalnum()
        return n

    return run
