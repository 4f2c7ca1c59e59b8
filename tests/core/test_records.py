"""Objects of JSON and TOML files become dataclasses, or a sentence says what is wrong."""

import dataclasses
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trm_core.documents import DocumentError
from trm_core.errors import UserError
from trm_core.records import expected_one_of, record


@dataclass(frozen=True)
class Thing:
    """Annotations are texts, as `from __future__ import annotations` makes them everywhere here."""

    name: "str"
    size: "int"
    weight: "float" = 1.0
    limit: "int | None" = None
    rating: "float | None" = None
    big: "bool" = False
    parts: "tuple[str, ...]" = ()


WHOLE = {
    "name": "a",
    "size": 3,
    "weight": 2.5,
    "limit": 4,
    "rating": 0.5,
    "big": True,
    "parts": ["x", "y"],
}


def test_all_fields_are_taken():
    assert record(Thing, WHOLE, "thing") == Thing("a", 3, 2.5, 4, 0.5, True, ("x", "y"))


def test_fields_with_defaults_may_be_missing():
    assert record(Thing, {"name": "a", "size": 3}, "thing") == Thing("a", 3)


def test_a_whole_number_is_a_number_and_none_may_stand_where_the_type_says_so():
    thing = record(Thing, {**WHOLE, "weight": 2, "limit": None, "rating": None}, "thing")
    assert (thing.weight, thing.limit, thing.rating) == (2, None, None)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": 5}, "thing.name is 5, expected a text"),
        ({"size": 1.0}, "thing.size is 1.0, expected a whole number"),
        ({"size": True}, "thing.size is true, expected a whole number"),
        ({"size": None}, "thing.size is null, expected a whole number"),
        ({"weight": "1"}, "thing.weight is '1', expected a number"),
        ({"weight": False}, "thing.weight is false, expected a number"),
        ({"limit": 0.5}, "thing.limit is 0.5, expected a whole number"),
        ({"rating": True}, "thing.rating is true, expected a number"),
        ({"big": 1}, "thing.big is 1, expected true or false"),
        ({"parts": "x"}, "thing.parts is 'x', expected a list of texts"),
        ({"parts": ["x", 1]}, "thing.parts is ['x', 1], expected a list of texts"),
        ({"wieght": 1}, "thing.wieght is unknown, did you mean weight?"),
        (
            {"qqqq": 1},
            "thing.qqqq is unknown, expected name, size, weight, limit, rating, big, parts",
        ),
    ],
)
def test_what_does_not_belong_is_refused_with_what_was_expected(change, sentence):
    with pytest.raises(DocumentError) as refused:
        record(Thing, {**WHOLE, **change}, "thing")
    assert str(refused.value) == sentence


def test_a_missing_field_is_refused():
    with pytest.raises(DocumentError, match=r"^thing\.size is missing$"):
        record(Thing, {"name": "a"}, "thing")


@pytest.mark.parametrize("raw", [None, [], "a", 3])
def test_what_is_no_object_is_refused(raw):
    with pytest.raises(DocumentError, match=r"^thing is not an object$"):
        record(Thing, raw, "thing")


def test_the_nearest_name_is_named():
    assert expected_one_of("stpes", ["steps", "seed"]) == "did you mean steps?"
    assert expected_one_of("x", iter(["steps", "seed"])) == "expected steps, seed"


whole = st.integers(-(2**64), 2**64)
numbers = whole | st.floats(-1e300, 1e300)
things = st.builds(
    Thing,
    name=st.text(),
    size=whole,
    weight=numbers,
    limit=st.none() | whole,
    rating=st.none() | numbers,
    big=st.booleans(),
    parts=st.lists(st.text()).map(tuple),
)


@given(thing=things)
def test_a_record_is_read_back_from_its_fields(thing):
    assert record(Thing, dataclasses.asdict(thing), "thing") == thing


values = st.none() | st.booleans() | numbers | st.text(max_size=3) | st.lists(st.text(max_size=2))
names = st.sampled_from([field.name for field in dataclasses.fields(Thing)])


@given(raw=st.dictionaries(names | st.text(max_size=3), values))
def test_any_object_is_a_record_or_is_refused(raw):
    try:
        thing = record(Thing, raw, "thing")
    except DocumentError:
        return
    assert {name: getattr(thing, name) for name in raw} == {
        name: tuple(value) if isinstance(value, list) else value for name, value in raw.items()
    }


def test_a_sentence_is_one_line_of_what_can_be_shown_whatever_it_is_made_of():
    assert str(UserError("a\nb\tc\0d\ud800")) == "a b c�d�"
    assert str(UserError("trm: Sudoku 9×9, “x”")) == "trm: Sudoku 9×9, “x”"
