"""A few of the inputs that the fuzzers make: the rest of them takes hours (see `fuzzing`)."""

import fuzz_models
import fuzz_puzzles
import fuzz_recordings
import fuzz_runs
import pytest
from fuzzing import Fuzz

READERS = {
    reader.name: reader
    for module in (fuzz_models, fuzz_puzzles, fuzz_recordings, fuzz_runs)
    for reader in module.READERS
}
INPUTS = 150
FEWER = {"parcel": 30}


@pytest.mark.parametrize("name", READERS)
def test_what_is_damaged_is_read_or_refused_in_a_sentence(tmp_path, name):
    fuzz = Fuzz(READERS[name], tmp_path)
    outcomes = {fuzz.outcome(index) for index in range(FEWER.get(name, INPUTS))}
    assert len(outcomes) > 1, "no input got anywhere"
