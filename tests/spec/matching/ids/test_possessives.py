"""A possessive 's may follow an occurrence, unless ``possessive = "exclude"`` forbids it."""

import pytest

from tests.support.id_cases import found

CURLY = ["’".encode()[:1], "’".encode()[1:]]


@pytest.mark.parametrize(
    ("after", "possessive"),
    [
        (["'s", " hat"], True),
        (["’s", " hat"], True),
        (["'", "s", "."], True),
        ([*CURLY, "s"], True),
        (["'S"], True),
        (["'s"], True),
        (["'s", None, "x"], True),
        (["'sx"], False),
        (["'s", "é"], False),
        (["'"], False),
        (["s'"], False),
        (["'ll"], False),
        (["' s"], False),
        (["`s"], False),
        ([], False),
        ([None, "'s"], False),
    ],
)
def test_possessives(after, possessive):
    sequence = [" the", " boy", *after]
    forms = [(0, [" the", " boy"])]
    joined = after[:1] == ["s'"]
    assert len(found(forms, sequence, boundary="word")) == (0 if joined else 1)
    assert len(found(forms, sequence, boundary="none")) == 1
    assert len(found(forms, sequence, boundary="none", possessive="exclude")) == (0 if possessive else 1)
