"""A part begins behind the end of the one before it; in text two parts may stand in one token."""

from tests.support.gapped_cases import in_both, in_ids, in_text, words


def test_parts_of_several_words_do_not_overlap():
    assert in_both("a b <0-2 words> b c", *words("a b a b c")) == [(0, 4)]
    assert in_both("a b <0-2 words> b c", *words("a b c")) == []
    assert in_both("a b <0-2 tokens> b c", *words("a b c")) == []


def test_in_ids_parts_are_whole_ids_and_share_none():
    assert in_ids("no <0-3 words> ever", [" no", " ever"]) == [[(0, 1)]]
    assert in_ids("no <0-3 words> ever", [" no ever"]) == [[]]


def test_in_text_two_parts_of_one_token_have_no_token_between_them():
    assert in_text("no <0 tokens> ever", [" no ever"]) == [[(0, 0)]]
    assert in_text("no <0 tokens> ever", [" no one ever"]) == [[(0, 0)]]
    assert in_text("no <1 token> ever", [" no one ever"]) == [[]]


def test_in_text_the_words_between_two_parts_of_one_token_count():
    assert in_text("no <1 word> ever", [" no one ever"]) == [[(0, 0)]]
    assert in_text("no <0 words> ever", [" no one ever"]) == [[]]
    assert in_text("no <0 words> ever", [" no ever"]) == [[(0, 0)]]


def test_in_text_parts_of_one_token_keep_their_order_and_share_no_character():
    assert in_text("no <0-3 words> ever", [" ever no"]) == [[]]
    assert in_text("a b <0-3 words> b c", [" a b c"]) == [[]]
    assert in_text("ab <0-3 words> bc", ["abc"], boundary="none") == [[]]
    assert in_text("ab <0-3 words> bc", ["abbc"], boundary="none") == [[(0, 0)]]


def test_in_text_two_pairs_in_the_same_tokens_are_two_occurrences():
    assert in_text("no <0-1 words> ever", [" no no", " ever"]) == [[(0, 1), (0, 1)]]


def test_in_text_a_part_may_end_in_the_token_in_which_the_next_begins():
    assert in_text("no one <0-1 words> ever was", [" no", " one ever", " was"]) == [[(0, 2)]]
    assert in_text("no one <0 tokens> ever was", [" no", " one ever", " was"]) == [[(0, 2)]]
