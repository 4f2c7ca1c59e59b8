"""Changing ARC tasks by hand."""

from collections.abc import Callable

import numpy as np
import pytest
from arc_tasks_to_try import grids, tasks
from hypothesis import given
from hypothesis import strategies as st

from trm_core.puzzles import arc_edit
from trm_core.puzzles.arc import Arc, Pair, Task
from trm_core.puzzles.arc_edit import Slot, grid_at, pairs, slots
from trm_core.puzzles.base import Grid, PuzzleError
from trm_core.puzzles.files import parse_puzzles


@st.composite
def tasks_and_slots(draw: Callable) -> tuple[Task, Slot]:
    task = draw(tasks)
    return task, draw(st.sampled_from(slots(task)))


def test_the_slots_of_a_task_are_its_grids_in_order() -> None:
    grid = np.zeros((1, 1), np.int8)
    task = Task("t", (Pair(grid, grid),), (Pair(grid),))
    assert [str(slot) for slot in slots(task)] == [
        "Train pair 1, input",
        "Train pair 1, output",
        "Test pair 1, input",
        "Test pair 1, output",
    ]


@given(tasks_and_slots(), grids(6))
def test_a_grid_that_is_put_into_a_slot_is_there_and_all_others_stay(
    of: tuple[Task, Slot], grid: Grid
) -> None:
    task, slot = of
    changed = arc_edit.with_grid(task, slot, grid)
    assert np.array_equal(grid_at(changed, slot), grid)
    before = grid_at(task, slot)
    if before is not None:
        assert arc_edit.with_grid(changed, slot, before) == task
    other = [s for s in slots(task) if s != slot]
    assert all(np.array_equal(grid_at(changed, s), grid_at(task, s)) for s in other)
    if not np.array_equal(before, grid):
        assert arc_edit.first_difference(task, changed) == slot


@given(tasks_and_slots())
def test_only_the_output_of_a_test_pair_may_be_unknown(of: tuple[Task, Slot]) -> None:
    task, slot = of
    if (slot.part, slot.side) == ("test", "output"):
        assert grid_at(arc_edit.with_grid(task, slot, None), slot) is None
    else:
        with pytest.raises(PuzzleError, match=f"{slot}: found no grid, expected one"):
            arc_edit.with_grid(task, slot, None)


@given(tasks_and_slots())
def test_the_input_is_copied_to_the_output(of: tuple[Task, Slot]) -> None:
    task, slot = of
    pair = pairs(arc_edit.copied_to_output(task, slot), slot.part)[slot.number]
    assert np.array_equal(pair.output, pair.input)
    assert np.array_equal(pair.input, pairs(task, slot.part)[slot.number].input)


@pytest.mark.parametrize("add", [arc_edit.with_blank_pair, arc_edit.with_duplicate])
@given(of=tasks_and_slots())
def test_a_pair_that_is_added_stands_after_and_goes_again(
    add: Callable, of: tuple[Task, Slot]
) -> None:
    task, slot = of
    more, added = add(task, slot)
    assert added == (slot.part, slot.number + 1, "input")
    pair = pairs(task, slot.part)[slot.number]
    new = pairs(more, slot.part)[added.number]
    if add is arc_edit.with_duplicate:
        assert new == pair
    else:
        assert new.input.shape == pair.input.shape
        assert not new.input.any()
        assert (new.output is None) == (slot.part == "test")
    assert arc_edit.without_pair(more, added)[0] == task


@given(tasks_and_slots())
def test_a_pair_is_removed_unless_it_is_the_only_one(of: tuple[Task, Slot]) -> None:
    task, slot = of
    old = pairs(task, slot.part)
    if len(old) == 1:
        with pytest.raises(PuzzleError, match=f"found only one {slot.part} pair"):
            arc_edit.without_pair(task, slot)
        return
    fewer, next_slot = arc_edit.without_pair(task, slot)
    assert pairs(fewer, slot.part) == old[: slot.number] + old[slot.number + 1 :]
    assert next_slot in slots(fewer)


@given(tasks_and_slots(), st.sampled_from([-1, 1]))
def test_a_pair_changes_places_with_its_neighbour_and_stays_at_the_end(
    of: tuple[Task, Slot], by: int
) -> None:
    task, slot = of
    moved, there = arc_edit.with_pair_moved(task, slot, by)
    expected = list(pairs(task, slot.part))
    if 0 <= slot.number + by < len(expected):
        a, b = slot.number, slot.number + by
        expected[a], expected[b] = expected[b], expected[a]
        assert there.number == b
        assert arc_edit.with_pair_moved(moved, there, -by) == (task, slot)
    else:
        assert there == slot
    assert list(pairs(moved, slot.part)) == expected


def test_no_difference_is_nowhere_and_that_of_a_pair_that_is_gone_is_at_one_that_is_there() -> None:
    black, blue = np.zeros((1, 1), np.int8), np.ones((1, 1), np.int8)
    one = Task("t", (Pair(black, black),), (Pair(black),))
    two = Task("t", (Pair(black, black), Pair(blue, blue)), (Pair(black),))
    assert arc_edit.first_difference(one, one) is None
    assert arc_edit.first_difference(one, two) == ("train", 1, "input")
    assert arc_edit.first_difference(two, one) == ("train", 0, "input")


@given(tasks_and_slots())
def test_a_changed_test_pair_is_the_one_that_is_posed(of: tuple[Task, Slot]) -> None:
    task, slot = of
    puzzle = Arc.of(task, 0, "file")
    changed = arc_edit.changed(puzzle, task, slot)
    assert changed.test_index == (slot.number if slot.part == "test" else 0)
    assert np.array_equal(changed.grid, task.test[changed.test_index].input)
    assert (changed.name, changed.source) == ("Your puzzle", "file")


@given(tasks)
def test_a_task_is_read_back_from_its_text(task: Task) -> None:
    read = parse_puzzles(Arc.of(task).format(), "text")
    assert [puzzle.test_index for puzzle in read] == list(range(len(task.test)))
    assert (read[0].task.train, read[0].task.test) == (task.train, task.test)


@pytest.mark.parametrize("size", [(0, 3), (3, 31)])
def test_a_size_that_no_grid_has_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(PuzzleError, match="expected 1 to 30 rows and columns"):
        arc_edit.blank_task(*size)
