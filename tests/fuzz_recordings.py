"""Read recordings that are damaged in all ways, in less than 1 GiB of memory.

    python tests/fuzz_recordings.py --inputs 100000 --seed 1

Each input is a sample with a few mutations: of bytes, of the header's JSON at any depth, of the
JSON within it, or of the numbers of a tensor. Reading must end with a recording, every measure of
which can be had, or with a RecordingError of one sentence. Anything else ends the program, the
input being kept.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from trm_core.recordings import (
    RecordingError,
    read_answer,
    read_header,
    read_latents,
    read_recording,
)

SAMPLES = Path(__file__).parent / "recordings"
GIBIBYTE = 2**30
NUMBERS = (0, 1, -1, 2, 3, 7, 9, 10, 16, 25, 30, 64, 255, 2**31, 2**40, 2**63, 2**64, 10**400)
VALUES = (
    *(None, True, False, "", "a", "sudoku", "maze", "arc", "\ud800", "F16", "F64", "I64", "BF16"),
    *(
        0.5,
        1.5,
        -0.5,
        1e308,
        float("nan"),
        float("inf"),
        [],
        {},
        [[]],
        [1, 2],
        {"a": 1},
        [[1] * 30],
    ),
    *NUMBERS,
)
JSON_TEXTS = "puzzle", "shape", "model", "settings", "outcome"


class Mutator:
    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.samples = [file.read_bytes() for file in sorted(SAMPLES.glob("*/*.trmrec"))]

    def pick(self, options):
        return options[int(self.rng.integers(len(options)))]

    def input(self) -> bytes:
        content = self.pick(self.samples)
        for _ in range(int(self.rng.integers(1, 4))):
            change = self.pick(
                (self.change_bytes, self.change_header, self.change_header, self.change_numbers)
            )
            content = change(content)
        return content

    def change_bytes(self, content: bytes) -> bytes:
        if not content:
            return content
        changed = bytearray(content)
        most = self.pick((9, 400, 4000, len(changed)))
        at = int(self.rng.integers(min(most, len(changed))))
        match self.pick(("flip", "set", "cut", "remove", "repeat", "insert", "other")):
            case "flip":
                changed[at] ^= 1 << int(self.rng.integers(8))
            case "set":
                changed[at] = self.pick((0, 1, 0x22, 0x5B, 0x7B, 0x7D, 0x80, 0xFF))
            case "cut":
                del changed[at:]
            case "remove":
                del changed[at : at + int(self.rng.integers(1, 64))]
            case "repeat":
                changed[at:at] = changed[at : at + int(self.rng.integers(1, 5000))]
            case "insert":
                changed[at:at] = self.rng.bytes(int(self.rng.integers(1, 64)))
            case "other":
                other = self.pick(self.samples)
                changed[at:] = other[at:]
        return bytes(changed)

    def change_header(self, content: bytes) -> bytes:
        """The header's JSON, or the one within it, changed at any depth."""
        try:
            end = 8 + int.from_bytes(content[:8], "little")
            header = json.loads(content[8:end])
            inner = self.pick((None, *JSON_TEXTS))
            if inner is None:
                self.change(header)
            else:
                value = json.loads(header["__metadata__"][inner])
                self.change(value)
                header["__metadata__"][inner] = json.dumps(value)
            encoded = json.dumps(header).encode()
        except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
            return self.change_bytes(content)  # that was damaged before
        return len(encoded).to_bytes(8, "little") + encoded + content[end:]

    def change(self, value) -> None:
        while value:
            key = self.pick(list(value) if isinstance(value, dict) else range(len(value)))
            inner = value[key]
            if not isinstance(inner, dict | list) or not inner or self.rng.random() < 0.2:
                break
            value = inner
        else:
            return
        match self.pick(("replace", "remove", "double", "near", "deep")):
            case "replace":
                value[key] = self.pick(VALUES)
            case "remove":
                del value[key]
            case "double":
                if isinstance(value, list):
                    value.insert(key, inner)
                else:
                    value[f"{key}2"] = inner
            case "near":
                value[key] = inner + self.pick((1, -1)) if type(inner) is int else [inner]
            case "deep":
                for _ in range(self.pick((3, 3000))):
                    inner = [inner]
                value[key] = inner

    def change_numbers(self, content: bytes) -> bytes:
        """Other numbers in the tensors, perhaps in line with a header that says so."""
        end = 8 + int.from_bytes(content[:8], "little")
        if end >= len(content) - 8:
            return self.change_bytes(content)
        changed = bytearray(content)
        for _ in range(int(self.rng.integers(1, 20))):
            at = int(self.rng.integers(end, len(content) - 8))
            dtype = self.pick((np.uint8, np.int32, np.float16, np.float32, np.float64))
            value = self.pick((0, 1, 2, 5, 11, 100, -1, np.nan, np.inf, -np.inf, 0.5, 1e30))
            with np.errstate(all="ignore"):
                raw = np.array(value).astype(dtype).tobytes()
            changed[at : at + len(raw)] = raw
        return bytes(changed)


def read(file: Path) -> str:
    """What comes of reading `file` in every way; RecordingErrors are in order."""
    outcome = "read"
    for reader in (read_header, read_answer, read_latents, read_recording):
        try:
            result = reader(file)
        except RecordingError as error:
            sentence = str(error)
            assert sentence.startswith(f"{file}: "), sentence
            assert "\n" not in sentence, sentence
            assert len(sentence) < 600, sentence
            sentence.encode()
            outcome = " ".join(sentence.removeprefix(f"{file}: ").split(",")[0].split()[:3])
    if outcome == "read":
        trace = result.trace
        for index in range(len(trace)):
            trace.sentence(index)
            trace.conflicts(index)
            trace.entropy(index)
            trace.puzzle.json_rows(trace.grid(index))
        trace.curves.latent_path("y")
        trace.curves.right_shares()
    return outcome


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (GIBIBYTE, GIBIBYTE))
    mutator, outcomes, started = Mutator(arguments.seed), Counter(), time.perf_counter()
    longest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "input.trmrec"
        for number in range(1, arguments.inputs + 1):
            content = mutator.input()
            file.write_bytes(content)
            before = time.perf_counter()
            try:
                outcomes[read(file)] += 1
            except BaseException:
                kept = Path(tempfile.gettempdir()) / f"crash-{os.getpid()}-{number}.trmrec"
                kept.write_bytes(content)
                print(f"input {number} is in {kept}", flush=True)
                raise
            longest = max(longest, time.perf_counter() - before)
            if number % 10_000 == 0:
                print(f"{number} so far", file=sys.stderr, flush=True)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{arguments.inputs} inputs in {seconds:.0f} s, the longest {longest:.2f} s")
    print(f"most memory in use: {peak:.0f} MiB, of 1024 that could be taken")
    for outcome, count in outcomes.most_common():
        print(f"{count:8} {outcome}")


if __name__ == "__main__":
    main()
