"""What the corpus spells otherwise though it looks the same is told; where both spell alike nothing is."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.config.match import MatchConfig
from indexer.evidence.lookalikes import lookalike_notes
from indexer.vocabulary import TokenBytes

BYTES = TokenBytes(np.arange(256, dtype=np.uint8), np.arange(257, dtype=np.int64), np.zeros(256, np.bool_))


def notes(corpus: str, phrases: list[str | None], **match: str) -> list[str]:
    runs = [list(f"{corpus} ".encode()) for _ in range(5)]
    return lookalike_notes(phrases, runs, BYTES, MatchConfig(**match))


TOLD = {
    "curly apostrophes": ("he isn’t here", ["isn't"], {}, "’ (right single quotation mark) 5 times"),
    "straight ones": ("he isn't here", ["isn’t"], {}, "' (apostrophe) 5 times"),
    "a letter as apostrophe": ("імʼя", ["ім'я"], {}, "modifier letter apostrophe"),
    "hyphens": ("a well‑known man", ["well-known"], {}, "non-breaking hyphen"),
    "Arabic kaf": ("كتاب", ["کتاب"], {}, "arabic letter kaf"),
    "broken lines": ("the old\nman sat", ["old man"], {}, r"as '\n'"),
    "no-break spaces": ("New\u00a0York", ["new york"], {}, r"as '\xa0'"),
    "wide spaces": ("東京\u3000大阪", ["東京 大阪"], {}, r"as '\u3000'"),
    "a tab in a phrase": ("the old man", ["old\tman"], {}, r"1 phrase has '\t' between words"),
    "soft hyphens": ("inter\u00adnational law", ["international"], {}, "soft hyphen"),
    "a soft hyphen in a phrase": ("international law", ["inter\u00adnational"], {}, "soft hyphen"),
    "joiners": ("می‌خواهم", ["میخواهم"], {}, "zero width non-joiner"),
    "a joiner in a phrase": ("میخواهم", ["می‌خواهم"], {}, "zero width non-joiner"),
    "marks of direction": ("הלכתי\u200f אל", ["הלכתי אל"], {}, "right-to-left mark"),
    "vowel signs": ("ذَهَبَ الوَلَدُ", ["الولد"], {}, "arabic fatha"),
    "points": ("שָׁלוֹם", ["שלום"], {}, "hebrew point"),
    "tatweel": ("الولــد", ["الولد"], {}, "arabic tatweel"),
    "full width": ("ＡＢＣ１２", ["abc12"], {"boundary": "none"}, "forms that phrases spell otherwise"),
    "half width": ("ﾃﾚﾋﾞ", ["テレビ"], {}, "forms that phrases spell otherwise"),
    "shapes of letters": ("ﺍﻟﻮﻟﺪ", ["الولد"], {}, "forms that phrases spell otherwise"),
    "ligatures, case exact": (
        "the ﬁrst ﬂat",
        ["first"],
        {"case": "exact"},
        "forms that phrases spell otherwise",
    ),
    "tone on the other vowel": ("Khánh Hoà", ["Khánh Hòa"], {}, "otherwise 5 times"),
    "tone on the first vowel": ("khỏe mạnh", ["khoẻ mạnh"], {}, "otherwise 5 times"),
    "dotted capital I": ("İstanbul", ["istanbul"], {}, '[match] case = "turkish"'),
    # that one phrase is listed in both spellings says nothing of the others
    "another phrase with both apostrophes": (
        "he isn’t here, isn't he",
        ["isn't", "won't", "isn’t"],
        {},
        '1 phrase has the latter alone, as "won\'t"',
    ),
    "another phrase with the other apostrophe": (
        "he isn’t here",
        ["isn't", "doesn't", "it’s"],
        {},
        '2 phrases have the latter alone, as "isn\'t"',
    ),
    "another phrase with the other kaf": ("كتاب", ["کتاب", "كل"], {}, "arabic letter kaf"),
    "another phrase with a joiner": ("می‌خواهم", ["میخواهم", "می‌خواهد"], {}, "1 phrase is listed without it"),
    "another phrase of full width": (
        "ＡＢＣ１２",
        ["abc12", "ｄｅ"],
        {"boundary": "none"},
        "forms that phrases spell otherwise",
    ),
}


@pytest.mark.parametrize(("corpus", "phrases", "match", "said"), TOLD.values(), ids=TOLD)
def test_another_spelling_is_told(corpus: str, phrases: list[str], match: dict[str, str], said: str) -> None:
    found = notes(corpus, [None, *phrases], **match)
    assert any(said in note for note in found), found


SILENT = {
    "plain": ("the old man isn't a well-known one", ["isn't", "old man", "well-known"], {}),
    "both apostrophes listed": ("he isn’t here", ["isn't", "isn’t"], {}),
    "quotation marks": ("he said ‘no’ to it", ["isn't"], {}),
    "ids have forms with each": ("he isn’t here", ["isn't"], {"unit": "tokens"}),
    "full width, both listed": ("ＡＢＣ１２", ["abc12", "ａｂｃ１２"], {"boundary": "none"}),
    "with and without a joiner": ("می‌خواهم", ["می‌خواهم", "میخواهم"], {}),
    "joiners of another script": ("می‌خواهم", ["school"], {}),
    "any white space": ("the old\nman sat", ["old man"], {"whitespace": "any"}),
    "lines that end sentences": ("The end.\nA line", ["the end"], {}),
    "one word": ("the old\nman sat", ["man"], {}),
    "the joiner is in both": ("می‌خواهم", ["می‌خواهم"], {}),
    "ligatures, folded": ("the ﬁrst ﬂat", ["first"], {}),
    "sharp s": ("STRASSE, Straße, STRAẞE", ["strasse"], {}),
    "both places of a tone listed": ("Khánh Hoà", ["Khánh Hòa", "khánh hoà"], {}),
    "a tone with one place": ("quý hoàng", ["quý", "hoàng"], {}),
    "Turkish asked for": ("İstanbul", ["istanbul"], {"case": "turkish"}),
    "ids alone": ("he isn’t here", [None], {}),
    "other scripts": ("ذهب الولد to school 学校", ["الولد", "school", "学校"], {}),
}


@pytest.mark.parametrize(("corpus", "phrases", "match"), SILENT.values(), ids=SILENT)
def test_what_is_spelled_alike_is_not_told(corpus: str, phrases: list, match: dict[str, str]) -> None:
    assert notes(corpus, phrases, **match) == []
