"""Where words are not set apart by spaces a phrase is found with ``boundary = "none"``, inside tokens too."""

from tests.support.text_cases import count, found


def test_chinese():
    characters = "他喜欢猫和狗"
    assert count("喜欢猫", characters, boundary="none") == 1
    assert count("喜欢猫", "他喜", "欢猫", "和狗", boundary="none") == 1
    assert count("喜欢猫", characters) == 0  # its neighbours are letters
    halves = [characters.encode()[k : k + 2] for k in range(0, len(characters.encode()), 2)]
    assert found(["喜欢猫"], halves, boundary="none") == [(0, 1, 0, 5)]


def test_right_to_left():
    assert found(["הילד הלך"], ["אז", " הילד", " הלך", "."]) == [(0, 1, 0, 2)]


def test_single_words():
    assert found(["cat", "猫"], ["a", " cat", ",", " 猫", " cats"]) == [(0, 1, 0, 1), (0, 3, 1, 1)]
