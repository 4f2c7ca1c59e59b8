"""Names of ARC variants."""

from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trm_core.puzzles.arc import ArcTransform
from trm_core.puzzles.arc_variants import parse_variant, random_variants, task_of, variant_name
from trm_core.puzzles.base import PuzzleError
from trm_core.puzzles.dihedral import DIHEDRAL

GRID = np.array([[1, 2, 3], [4, 0, 9]], dtype=np.int8)

transforms = st.builds(
    ArcTransform,
    st.sampled_from(DIHEDRAL),
    st.permutations(range(1, 10)).map(lambda new: (0, *new)),
)
task_ids = st.text().filter(lambda text: "|||" not in text)


@given(task_id=task_ids, transform=transforms)
def test_a_name_tells_the_task_and_the_transform(task_id, transform):
    assert parse_variant(variant_name(task_id, transform)) == (task_id, transform)


@given(task_id=task_ids, transform=transforms)
def test_a_name_as_hrm_writes_it_tells_the_same(task_id, transform):
    name = variant_name(task_id, transform)
    of_hrm = task_id + name.removeprefix(task_id).replace("|||", "_")
    assert parse_variant(of_hrm) == (task_id, transform)
    assert task_of(of_hrm) == task_of(name) == task_id


@pytest.mark.parametrize(
    "name",
    [
        "a_t8_0123456789",
        "a_t1_0123456788",
        "a_t1_1023456789",
        "a_t1_012345678",
        "a_t1_-83621",
        "a_t1",
    ],
)
def test_a_task_id_that_only_looks_like_a_name_of_hrm_is_a_task_s_own(name):
    assert parse_variant(name) == (name, ArcTransform())
    assert task_of(name) == name
    assert variant_name(name, ArcTransform()) == name


def test_a_task_id_that_is_a_name_of_hrm_cannot_be_given_to_a_task():
    with pytest.raises(PuzzleError) as error:
        variant_name("a_t1_0123456789", ArcTransform())
    assert str(error.value) == (
        "found the ARC task id 'a_t1_0123456789', which is the name of a variant"
    )


@given(transform=transforms)
def test_a_name_is_the_official_one(transform):
    name = variant_name("00576224", transform)
    if transform == ArcTransform():
        assert name == "00576224"
        return
    task_id, symmetry, colours = name.split("|||")
    assert task_id == "00576224"
    recoloured = np.array(list(map(int, colours)))[GRID]
    officially = {
        "t0": recoloured,
        "t1": np.rot90(recoloured),
        "t2": np.rot90(recoloured, 2),
        "t3": np.rot90(recoloured, 3),
        "t4": np.fliplr(recoloured),
        "t5": np.flipud(recoloured),
        "t6": recoloured.T,
        "t7": np.fliplr(np.rot90(recoloured)),
    }[symmetry]
    np.testing.assert_array_equal(transform(GRID), officially)


def test_a_task_that_is_not_changed_has_its_bare_name():
    assert variant_name("abc", ArcTransform()) == "abc"
    assert parse_variant("abc") == ("abc", ArcTransform())
    assert parse_variant("abc|||t0|||0123456789") == ("abc", ArcTransform())


@pytest.mark.parametrize(
    "name",
    [
        "abc|||",
        "abc|||t1",
        "abc|||t8|||0123456789",
        "abc|||t|||0123456789",
        "abc|||1|||0123456789",
        "abc|||t1|||012345678",
        "abc|||t1|||01234567899",
        "abc|||t1|||0123456788",
        "abc|||t1|||1023456789",
        "abc|||t1|||0123456789|||",
        "abc|||t1|||012345678\u0669",
        "a|||bc|||t1|||0123456789",
        "abc|||t1|||0123456789\n",
    ],
)
def test_any_other_name_is_refused_in_one_sentence(name):
    with pytest.raises(PuzzleError) as error:
        parse_variant(name)
    assert str(error.value) == (
        f"found the ARC variant {name!r}, expected a task id, or ID|||tN|||COLOURS "
        "with N from 0 to 7 and COLOURS 0 and then the digits 1 to 9 in any order"
    )


@given(name=st.text("ab|_t01234567890", max_size=30))
def test_a_name_is_read_or_refused(name):
    try:
        task_id, transform = parse_variant(name)
    except PuzzleError:
        return
    assert parse_variant(variant_name(task_id, transform)) == (task_id, transform)


def test_a_task_id_that_holds_the_separator_is_refused():
    with pytest.raises(PuzzleError) as error:
        variant_name("a|||b", ArcTransform(DIHEDRAL[1]))
    assert str(error.value) == "found the ARC task id 'a|||b', expected one without |||"


# Random variants


@given(count=st.integers(0, 40), seed=st.integers(0, 2**32))
def test_every_task_is_followed_by_as_many_different_variants(count, seed):
    names = iter(random_variants(["one", "two"], count, seed))
    for task_id in ("one", "two"):
        assert next(names) == task_id
        variants = [parse_variant(name) for name in islice(names, count)]
        assert {found for found, _ in variants} <= {task_id}
        assert len({*variants, (task_id, ArcTransform())}) == count + 1
    assert list(names) == []


def test_every_symmetry_and_every_change_of_colour_is_drawn_equally_often():
    drawn = [parse_variant(name)[1] for name in random_variants(["t"], 8000, 1)[1:]]
    symmetries = np.bincount([DIHEDRAL.index(transform.dihedral) for transform in drawn])
    assert symmetries.min() > 900
    assert symmetries.max() < 1100
    colours = np.array([transform.colours for transform in drawn])
    assert not colours[:, 0].any()
    for colour in range(1, 10):
        became = np.bincount(colours[:, colour], minlength=10)[1:]
        assert became.min() > 780  # 889 expected
        assert became.max() < 1000


def test_the_same_seed_gives_the_same_variants():
    assert random_variants(["a", "b"], 5, 7) == random_variants(["a", "b"], 5, 7)
    assert random_variants(["a"], 5, 7) != random_variants(["a"], 5, 8)


def test_more_variants_than_there_are_or_fewer_than_none_are_refused():
    for count in (8 * 362880, -1):
        with pytest.raises(PuzzleError) as error:
            random_variants(["t"], count, 0)
        assert str(error.value) == (
            f"found {count} as the number of variants of each ARC task, expected 0 to 2903039"
        )
    with pytest.raises(PuzzleError, match="found the seed -1, expected 0 or more"):
        random_variants(["t"], 1, -1)
