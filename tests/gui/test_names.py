"""Names of folders, refused in a sentence where a file system would refuse them."""

import pytest

from trm_gui.names import MOST_LETTERS, free_name, trouble_with_name


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Name is empty, expected a word or two."),
        ("   ", "Name is empty, expected a word or two."),
        ("a/b", "Name has / in it, which not every system takes in the name of a folder."),
        ("a\\b", "Name has \\ in it, which not every system takes in the name of a folder."),
        ("what?", "Name has ? in it, which not every system takes in the name of a folder."),
        ("a\0b", "Name has a character in it that cannot be seen."),
        (".", "Name begins with a dot, which hides a folder."),
        ("..", "Name begins with a dot, which hides a folder."),
        (".hidden", "Name begins with a dot, which hides a folder."),
        ("tiny ", "Name begins or ends with a space."),
        ("tiny.", "Name ends with a dot, which not every system keeps."),
        ("con", "Name is con, which Windows keeps for a device."),
        ("Aux.txt", "Name is Aux.txt, which Windows keeps for a device."),
        ("é" * 51, "Name has 51 letters, expected at most 50."),
        ("Tiny", "Name: there is a model Tiny already."),
        ("tiny", "Name: there is a model Tiny already; only upper and lower case differ."),
    ],
)
def test_a_name_that_some_file_system_refuses_is_refused_in_a_sentence(name, sentence):
    assert trouble_with_name(name, ["other", "Tiny"], "model") == sentence


@pytest.mark.parametrize(
    "name", ["a", "maze 11×11", "конь", "v1.2", "console", "com", "𝔵" * MOST_LETTERS]
)
def test_a_name_that_all_file_systems_take_is_taken_and_a_folder_can_have_it(name, tmp_path):
    assert trouble_with_name(name, ["b"]) == ""
    (tmp_path / name).mkdir()
    (tmp_path / f".{name}-01234567-unfinished").mkdir()


def test_a_name_that_is_free_is_found_whatever_the_case():
    assert free_name("tiny", ["other"]) == "tiny"
    assert free_name("tiny", ["Tiny", "TINY-2", "tiny-4"]) == "tiny-3"
