"""The path of y and z in the plane of their first two principal components, against numpy."""

import numpy as np
import pytest
import torch

from trm_core.latent_axes import LatentAxes
from trm_core.latent_path import principal_path
from trm_core.trace import SolveSettings


def run(solver, puzzle, settings, with_latents=True):
    trace = solver.start(puzzle, settings)
    recursion = solver.recursion(trace, with_latents)
    for _ in range(settings.max_supervision_steps):
        for frame in recursion.supervision_step():
            trace.append(frame)
    return trace


@pytest.fixture(scope="module", params=[False, True], ids=["cycles", "latent steps"])
def trace(request, solver, sudokus):
    """All supervision steps of a bundled puzzle."""
    return run(solver, sudokus[0], SolveSettings(16, None, every_latent_step=request.param))


@pytest.fixture(scope="module")
def latents(trace, solver):
    """(frames, positions × width) of y and of z, seen by a watcher of the plain model."""
    seen = {"y": [], "z": []}

    def on_step(step):
        if step.kind == "answer" or trace.settings.every_latent_step:
            seen["y"].append(step.y.double().flatten().numpy())
            seen["z"].append(step.z.double().flatten().numpy())

    tokens, puzzle_ids = solver.inputs([trace.puzzle])
    state = solver.model.initial_state(1)
    with torch.inference_mode():
        for _ in range(16):
            state = solver.model.supervision_step(tokens, state, puzzle_ids, on_step).state
    return {name: np.array(rows) for name, rows in seen.items()}


@pytest.mark.parametrize("name", ["y", "z"])
def test_the_path_is_that_of_a_singular_value_decomposition_of_all_latents(trace, latents, name):
    centred = latents[name] - latents[name].mean(axis=0)
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    expected = u[:, :2] * s[:2]
    path = trace.curves.latent_path(name)
    assert path.points.shape == (len(trace), 2)
    for mine, theirs in zip(path.points.T, expected.T, strict=True):
        sign = np.sign(mine @ theirs)
        np.testing.assert_allclose(mine, sign * theirs, atol=1e-4 * s[0])
        assert mine[0] <= 0
    np.testing.assert_allclose(path.shares, s[:2] ** 2 / (s**2).sum(), rtol=1e-4)


@pytest.mark.parametrize("name", ["y", "z"])
def test_coordinates_keep_every_distance_between_latents(trace, latents, name):
    given = [getattr(frame, f"{name}_coordinates") for frame in trace.frames]
    width = max(map(len, given))
    placed = np.array([np.pad(each, (0, width - len(each))) for each in given], float)
    for first, second in ((0, 1), (0, len(trace) - 1), (5, len(trace) // 2)):
        distance = np.linalg.norm(latents[name][first] - latents[name][second])
        assert np.linalg.norm(placed[first] - placed[second]) == pytest.approx(distance, rel=1e-4)


def test_asking_for_latents_changes_no_number_and_not_asking_leaves_them_out(
    trace, solver, sudokus
):
    plain = run(solver, sudokus[0], trace.settings, with_latents=False)
    for frame, other in zip(trace.frames, plain.frames, strict=True):
        assert np.array_equal(frame.probabilities, other.probabilities)
        assert (frame.y_change, frame.z_change) == (other.y_change, other.z_change)
        assert frame.halt_probability == other.halt_probability
        assert other.y_coordinates is None
    assert plain.curves.latent_path("y") is None


def test_a_growing_trace_has_the_path_of_the_frames_so_far(trace, solver):
    growing = solver.start(trace.puzzle, trace.settings)
    assert growing.curves.latent_path("z") is None
    for frame in trace.frames[:5]:
        growing.append(frame)
        path = growing.curves.latent_path("z")
        assert len(path.points) == len(growing)
        np.testing.assert_allclose(path.points.mean(axis=0), 0, atol=1e-3)
        assert 0 <= sum(path.shares) <= 1 + 1e-9


def test_a_supervision_step_that_was_cancelled_and_run_again_adds_no_axis(solver, trace):
    recursion = solver.recursion(trace, with_latents=True)
    asked = iter([False] * 3)
    frames = recursion.supervision_step(lambda: next(asked, True))
    frames += recursion.supervision_step()
    for frame, whole in zip(frames, trace.frames, strict=False):
        for name in ("y_coordinates", "z_coordinates"):
            np.testing.assert_allclose(getattr(frame, name), getattr(whole, name), atol=1e-3)


def test_beyond_the_most_axes_latents_are_projected_onto_those_that_there_are():
    latents = torch.randn(8, 1, 5, 4, generator=torch.Generator().manual_seed(1))
    axes = LatentAxes(torch.zeros(1, 5, 4), most=3)
    given = [axes.coordinates(latent) for latent in latents]
    assert [len(each) for each in given] == [1, 2, 3, 3, 3, 3, 3, 3]
    basis = np.linalg.qr(latents[:3].flatten(1).numpy().T)[0]
    for coordinates, latent in zip(given[3:], latents[3:], strict=True):
        within = np.linalg.norm(basis.T @ latent.flatten().numpy())
        assert np.linalg.norm(coordinates) == pytest.approx(within, rel=1e-5)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_path_of_few_or_equal_points_is_a_path(count):
    still = principal_path([np.ones(1, np.float32)] * count)
    assert still.points.tolist() == [[0, 0]] * count
    assert still.shares == (0, 0)
