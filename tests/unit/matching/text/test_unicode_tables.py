"""The tables of characters say of each code point what is said of it alone."""

from __future__ import annotations

import pytest

from indexer.folding import fold, is_mark, is_word_character
from indexer.matching.borders import character_classes
from indexer.matching.kernels.borders import MARK, OTHER, WORD
from indexer.matching.text.kernels.stream import IDENTITY_RECORD
from indexer.matching.text.unicode_table import unicode_table

CHARACTERS = [chr(i) for i in (*range(0xD800), *range(0xE000, 0x20000), *range(0x2F700, 0x2FB00), 0x10FFFF)]


@pytest.mark.parametrize(("case", "whitespace"), [("fold", "exact"), ("turkish", "any"), ("exact", "any")])
def test_every_character_folds_as_it_does_alone(case, whitespace):
    table = unicode_table(case, whitespace)
    block, records = table.block.tolist(), table.record.reshape(-1, 256).tolist()
    for character in CHARACTERS:
        alone = " " if whitespace == "any" and character.isspace() else fold(character, case)
        record = records[block[ord(character) >> 8]][ord(character) & 255]
        if record == IDENTITY_RECORD:
            assert alone == character
        else:
            assert bytes(table.text[table.offsets[record] : table.offsets[record + 1]]) == alone.encode()


def test_every_character_is_of_the_class_it_has_alone():
    classes = character_classes().tolist()
    for character in CHARACTERS:
        expected = WORD if is_word_character(character) else MARK if is_mark(character) else OTHER
        assert classes[ord(character)] == expected
