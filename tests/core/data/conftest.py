"""Small data sets of every kind, built anew for a test or once for all that only read."""

import pytest

from trm_core.data.build import ArcBuild, MazeBuild, SudokuBuild, build

SMALL = {
    "sudoku": SudokuBuild(
        generate=6, held_out=3, box_rows=2, box_cols=2, givens_from=5, givens_to=8, augmentations=2
    ),
    "maze": MazeBuild(generate=3, held_out=2, style="loops", rows=9, cols=11, symmetries=True),
    "arc": ArcBuild(generate=3, canvas=10, augmentations=2),
}


@pytest.fixture
def write(tmp_path):
    """A function that builds a spec as a new directory, and returns that."""

    def build_new(spec, name="set", **options):
        build(spec, tmp_path / name, lambda done, total: None, **options)
        return tmp_path / name

    return build_new


@pytest.fixture(scope="session", params=SMALL)
def small_spec(request):
    """The spec of a small data set of each kind."""
    return SMALL[request.param]


@pytest.fixture(scope="session")
def small(small_spec, tmp_path_factory):
    """That data set, only to be read; its directory has the name of the kind."""
    (kind,) = (kind for kind, spec in SMALL.items() if spec is small_spec)
    directory = tmp_path_factory.mktemp("small") / kind
    build(small_spec, directory, lambda done, total: None)
    return directory
