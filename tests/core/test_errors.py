"""How what was found is quoted: never more of it than can be read."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trm_core.documents import DocumentError
from trm_core.errors import (
    MOST_QUOTED,
    MOST_TOLD,
    Key,
    UserError,
    counted,
    quoted,
    raised_as,
    shortened,
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_whatever_is_quoted_is_one_line_of_bounded_length(value):
    said = quoted(value)
    assert 0 < len(said) <= MOST_QUOTED
    assert "\n" not in said


def test_what_is_long_keeps_its_beginning_and_its_end():
    said = quoted("first " + "x" * 10_000 + " last")
    assert said.startswith("'first ")
    assert said.endswith("last'")
    assert shortened("short") == "short"


def test_a_number_of_thousands_of_digits_is_told_as_that():
    assert quoted(10**9000) == "a number of thousands of digits"


def test_a_sentence_is_never_longer_than_can_be_read():
    error = UserError(f"{'/folder' * 1000}/file: found nothing, expected a puzzle")
    assert len(str(error)) == MOST_TOLD
    assert str(error).endswith("expected a puzzle")
    assert str(UserError("file: found nothing")) == "file: found nothing"


def test_what_an_error_is_about_stays_with_it_whatever_it_is_raised_as():
    with pytest.raises(DocumentError) as raised, raised_as(DocumentError, "here"):
        raise UserError.about("heads", 7, "a divisor of ", Key("hidden_size"))
    error = pickle.loads(pickle.dumps(raised.value))  # as from another process
    assert type(error) is DocumentError
    assert str(error) == "here: heads is 7, expected a divisor of hidden_size"
    assert (error.key, error.found, error.expected) == ("heads", 7, "a divisor of hidden_size")
    assert error.named({"heads": "Heads", "hidden_size": "Hidden size"}.__getitem__) == (
        "here: Heads is 7, expected a divisor of Hidden size"
    )


def test_a_place_that_is_a_setting_is_what_an_error_is_about():
    with pytest.raises(UserError) as raised, raised_as(UserError, Key("sides")):
        raise UserError("7 is no side")
    assert (str(raised.value), raised.value.key) == ("sides: 7 is no side", "sides")
    with pytest.raises(UserError) as raised, raised_as(UserError, key="model"):
        raise UserError("No such model")
    assert (str(raised.value), raised.value.key) == ("No such model", "model")


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 lines"), (1, "1 line"), (2000, "2,000 lines")]
)
def test_one_of_a_thing_has_no_s(number, words):
    assert counted(number, "line") == words
