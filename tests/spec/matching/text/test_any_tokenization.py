"""A phrase is found in the text that ids spell, however that is cut into tokens."""

import itertools

import pytest

from tests.support.text_cases import found

TEXT = "x kiß me!".encode()


@pytest.mark.parametrize("n_cuts", [0, 1, 2, 3])
def test_every_cut_of_a_text(n_cuts):
    for cuts in itertools.combinations(range(1, len(TEXT)), n_cuts):
        borders = [0, *cuts, len(TEXT)]
        pieces = [TEXT[a:b] for a, b in itertools.pairwise(borders)]
        begin, end = TEXT.index(b"k"), len(TEXT) - 2
        first = sum(cut <= begin for cut in cuts)
        last = sum(cut <= end for cut in cuts)
        assert found(["kiss me"], pieces) == [(0, first, 0, last - first + 1)]


@pytest.mark.parametrize(
    ("pieces", "token_offset", "n_tokens"),
    [
        ([" the", " cat"], 0, 2),
        (["the", " ", "cat"], 0, 3),
        (["I saw the cat sleep"], 0, 1),  # several words in a token
        (["saw th", "e cat sleep"], 0, 2),
        ([b"t", b"h", b"e", b" ", b"c", b"a", b"t"], 0, 7),  # byte fallback
        (["so", " the", "", " cat", ""], 1, 3),  # ids that spell nothing
        (["THE", " Cat"], 0, 2),
    ],
)
def test_cuts(pieces, token_offset, n_tokens):
    assert found(["the cat"], pieces) == [(0, token_offset, 0, n_tokens)]
