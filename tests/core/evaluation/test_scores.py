"""Outcomes in numbers."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trm_core.evaluation.outcomes import Outcome
from trm_core.evaluation.scores import summarise

outcomes = st.lists(
    st.builds(
        Outcome,
        source=st.sampled_from(["easy", "hard"]),
        task=st.sampled_from(["", "00576224"]),
        answer=st.just(np.zeros((1, 1), np.int8)),
        cell_accuracy=st.none() | st.floats(0, 1),
        halt_probability=st.floats(0, 1) | st.sampled_from([0.1, 0.3, 0.9, 1.0]),
        halting_step=st.integers(1, 16),
        supervision_steps=st.integers(1, 128),
    ),
    min_size=1,
    max_size=40,
)


def outcome(exact=True, halt_probability=0.5, source="", task="", in_two=None, **changes):
    """An outcome of one attempt, changed in some ways."""
    made = Outcome(
        source=source,
        task=task,
        answer=np.zeros((1, 1), np.int8),
        exact=exact,
        exact_by_majority=exact,
        exact_in_two=exact if in_two is None else in_two,
        exact_by_any=exact,
        cell_accuracy=None,
        valid=exact,
        halt_probability=halt_probability,
        halting_step=1,
        supervision_steps=16,
    )
    return dataclasses.replace(made, **changes)


@given(outcomes)
def test_every_puzzle_is_counted_in_one_source_and_in_one_bin(members):
    evaluation = summarise(members)
    bins = evaluation.calibration.bins
    assert sum(score.puzzles for score in evaluation.sources) == len(members)
    assert evaluation.overall.puzzles == sum(each.puzzles for each in bins) == len(members)
    assert len(bins) == 10
    for each in bins:
        assert (each.mean_halt_probability is None) == (each.exact is None) == (each.puzzles == 0)
        if each.puzzles:
            assert each.low - 1e-9 <= each.mean_halt_probability <= each.high + 1e-9
            assert 0 <= each.exact <= 1
    assert 0 <= evaluation.calibration.expected_error <= 1


@given(outcomes)
def test_overall_is_the_mean_over_the_puzzles_and_all_of_it_is_json(members):
    evaluation = summarise(members)
    weights = [score.puzzles for score in evaluation.sources]
    for name in ("exact", "exact_by_any", "valid", "mean_halting_step", "mean_supervision_steps"):
        values = [getattr(score, name) for score in evaluation.sources]
        overall = getattr(evaluation.overall, name)
        assert overall == pytest.approx(np.average(values, weights=weights))
    text = json.dumps(dataclasses.asdict(evaluation), allow_nan=False)
    assert json.loads(text)["overall"]["puzzles"] == len(members)


def test_sources_come_in_the_order_in_which_they_first_occur():
    members = [outcome(source=source) for source in ("b", "a", "b")]
    assert [(s.source, s.puzzles) for s in summarise(members).sources] == [("b", 2), ("a", 1)]


def test_calibration_says_how_far_halting_probability_is_from_the_share_right():
    members = [outcome(True, 1.0)] * 3 + [outcome(False, 0.95), outcome(False, 0.25)]
    calibration = summarise(members).calibration
    last, low = calibration.bins[9], calibration.bins[2]
    assert (last.puzzles, last.exact) == (4, 0.75)
    assert last.mean_halt_probability == pytest.approx(0.9875)
    assert (low.low, low.high, low.puzzles, low.exact) == (0.2, 0.3, 1, 0.0)
    assert calibration.expected_error == pytest.approx((4 * 0.2375 + 0.25) / 5)
    assert (calibration.confident, calibration.confident_exact) == (4, 0.75)


def test_without_confident_answers_there_is_no_share_of_them():
    calibration = summarise([outcome(True, 0.9)]).calibration
    assert (calibration.confident, calibration.confident_exact) == (0, None)


def test_the_arc_score_counts_two_guesses_and_every_task_the_same():
    members = [
        outcome(False, task="a", in_two=True),
        outcome(False, task="a"),
        outcome(True, task="b"),
        outcome(True, task="a", source="other"),
    ]
    evaluation = summarise(members)
    assert [score.arc_score for score in evaluation.sources] == [0.75, 1.0]
    assert evaluation.overall.arc_score == pytest.approx((0.5 + 1 + 1) / 3)
    assert summarise([outcome()]).overall.arc_score is None


def test_nothing_to_summarise_is_an_error():
    with pytest.raises(ValueError, match="found no outcomes"):
        summarise([])
