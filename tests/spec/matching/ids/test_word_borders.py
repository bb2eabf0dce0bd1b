"""``boundary = "word"``: the characters before and after an occurrence are neither letter, digit nor mark."""

import pytest

from tests.support.id_cases import found

CAT = [(0, [" the", " cat"])]
BARE = [(0, ["the", " cat"])]
PART = ["é".encode()[:1], "é".encode()[1:]]
DASH = ["—".encode()[:2], "—".encode()[2:]]


@pytest.mark.parametrize(
    ("forms", "sequence", "n"),
    [
        pytest.param(CAT, [" the", " cat", " sat"], 1, id="a space follows"),
        pytest.param(CAT, [" the", " cat", "s"], 0, id="a letter follows"),
        pytest.param(CAT, [" the", " cat", "9"], 0, id="a digit follows"),
        pytest.param(CAT, [" the", " cat", "½"], 0, id="a number sign follows"),
        pytest.param(CAT, [" the", " cat", "."], 1, id="a full stop follows"),
        pytest.param(CAT, [" the", " cat", "-like"], 1, id="a hyphen follows"),
        pytest.param(CAT, [" the", " cat", "_"], 1, id="an underscore is no letter"),
        pytest.param(CAT, [" the", " cat", "猫"], 0, id="a letter of another script follows"),
        pytest.param(CAT, [" the", " cat", "\u0301"], 0, id="a mark goes on with the letter"),
        pytest.param(
            CAT, [" the", " cat", "", "", "s"], 0, id="tokens that spell nothing are looked through"
        ),
        pytest.param(CAT, [" the", " cat", "", ""], 1, id="nothing but such tokens up to the end"),
        pytest.param(BARE, ["o", "the", " cat"], 0, id="a letter stands before"),
        pytest.param(BARE, ["“", "the", " cat"], 1, id="a quote stands before"),
        pytest.param(BARE, ["ba", "", "the", " cat"], 0, id="a letter, then nothing"),
        pytest.param(CAT, ["o", " the", " cat"], 1, id="white space of its own is its left border"),
        pytest.param([(0, ["\u3000the"])], ["o", "\u3000the"], 1, id="any Unicode white space"),
        pytest.param(CAT, [" the", " cat", *PART], 0, id="a letter split over two tokens follows"),
        pytest.param(CAT, [" the", " cat", PART[0], "", PART[1]], 0, id="split, with nothing between"),
        pytest.param(CAT, [" the", " cat", *DASH], 1, id="a split dash follows"),
        pytest.param(BARE, [*PART, "the", " cat"], 0, id="a split letter stands before"),
        pytest.param(BARE, [*DASH, "the", " cat"], 1, id="a split dash stands before"),
        pytest.param(CAT, [" the", " cat", PART[0]], 1, id="half a letter is none"),
        pytest.param(BARE, [PART[1], "the", " cat"], 1, id="the other half neither"),
        pytest.param(
            BARE, ["x", PART[1], "the", " cat"], 1, id="a stray byte does not join the letter before it"
        ),
        pytest.param(
            [(0, [PART[1], "the"])], [*PART, "the"], 0, id="an occurrence that begins inside a letter"
        ),
        pytest.param(
            [(0, ["the", PART[0]])], ["the", *PART], 0, id="an occurrence that ends inside a letter"
        ),
    ],
)
def test_word_borders(forms, sequence, n):
    assert len(found(forms, sequence)) == n
    assert len(found(forms, sequence, boundary="none")) == 1
