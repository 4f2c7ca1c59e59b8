"""What all fuzzers share: samples that are changed at random, limits, and an input once more.

    python tests/fuzz_NAME.py [READER ...] --inputs 20000 --seed 1
    python tests/fuzz_NAME.py --replay READER INDEX

Each input is a sample with a few changes: of bytes, of text, of JSON at any depth, of the header or
the numbers of safetensors. It depends on seed, reader and index alone. Reading must end within 5 s
and 1 GiB with a result or with one sentence of the project's own; anything else is printed with its
index, once for each place in the code, and makes the exit status 1.
"""

import argparse
import json
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from trm_core.errors import MOST_TOLD, UserError

GIBIBYTE = 2**30
SECONDS = 5.0
NUMBERS = (0, 1, -1, 2, 3, 7, 9, 10, 16, 25, 30, 64, 255, 2**31, 2**40, 2**53, 2**63, 2**64)
HUGE = (10**309, 10**400, -(10**309), 10**4200)
REALS = (0.5, 1.5, -0.5, 1e30, 1e308, float("nan"), float("inf"), float("-inf"))
TEXTS = ("", "a", "   ", "\0", "\n", "\ud800", "\udcff", "é", "sudoku", "maze", "arc", "x" * 5000)
VALUES = (None, True, False, *NUMBERS, *HUGE, *REALS, *TEXTS, [], {}, [[]], [1, 2], {"a": 1})
PIECES = (
    *(b"0", b"1" * 400, b"1e999", b"-1", b"NaN", b"Infinity", b"null", b"true", b'"', b"\\u0000"),
    *(b" " * 50, b"\t", b"\r", b"\n\n", b"#", b"=", b"[", b"]", b"{", b"}", b",", b"\0", b"\xff"),
    *(b"\xef\xbb\xbf", b"x" * 3000, b"[" * 3000, b'{"a":' * 500, b"../", b"=[[[", b"@Variant(\\0)"),
)

Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Reader:
    """samples: makes directories to begin with, by the names of their files, in an empty folder.
    read: reads what is in a folder in every way; what came of it, in a word or two.
    mend: changes an input so that it gets further in. kept: files that are not changed.
    """

    name: str
    samples: Callable[[Path], Sequence[Files]]
    read: Callable[[Path], str]
    mend: Callable[[dict[str, bytes], random.Random], None] = lambda files, rng: None
    kept: Sequence[str] = field(default=())


class Changes:
    """The input of one index."""

    def __init__(self, reader: Reader, samples: Sequence[Files], seed: int, index: int) -> None:
        self.rng = random.Random(f"{seed} {reader.name} {index}")
        self._reader, self._samples = reader, samples

    def changed(self) -> tuple[Files, dict[str, bytes]]:
        """A sample, and those of its files that are others now."""
        sample = self.rng.choice(self._samples)
        names = [name for name in sample if name not in self._reader.kept]
        files = dict(sample)
        for _ in range(self.rng.choice((1, 1, 1, 2))):
            name = self.rng.choice(names)
            for _ in range(self.rng.randint(1, 3)):
                files[name] = self.change(files[name])
        self._reader.mend(files, self.rng)
        return sample, {name: files[name] for name in files if files[name] is not sample[name]}

    def change(self, content: bytes) -> bytes:
        ways = [self.change_bytes, self.change_text]
        if content[:1] in (b"[", b"{"):
            ways += 8 * [self.change_json]
        elif content[8:9] == b"{":
            ways += 3 * [self.change_header, self.change_numbers]
        elif content[:4] == b"PK\3\4":
            ways += 6 * [self.change_archive]
        return self.rng.choice(ways)(content)

    def change_bytes(self, content: bytes) -> bytes:
        if not content:
            return content
        rng, changed = self.rng, bytearray(content)
        at = rng.randrange(min(rng.choice((9, 400, 4000, len(changed))), len(changed)))
        match rng.choice(("flip", "set", "cut", "remove", "repeat", "insert", "other", "zeros")):
            case "flip":
                changed[at] ^= 1 << rng.randrange(8)
            case "set":
                changed[at] = rng.choice((0, 1, 0x22, 0x5B, 0x7B, 0x7D, 0x80, 0xFF))
            case "cut":
                del changed[at:]
            case "remove":
                del changed[at : at + rng.randint(1, 64)]
            case "repeat":
                changed[at:at] = changed[at : at + rng.randint(1, 5000)]
            case "insert":
                changed[at:at] = rng.randbytes(rng.randint(1, 64))
            case "other":
                other = rng.choice(list(rng.choice(self._samples).values()))
                changed[at:] = other[at:]
            case "zeros":
                changed[at:at] = bytes(rng.choice((1, 300, 70_000)))
        return bytes(changed)

    def change_text(self, content: bytes) -> bytes:
        """A line, a field or a number of it."""
        rng = self.rng
        separator = rng.choice((b"\n", b"\n", b",", b" ", b"=", b'"'))
        parts = content.split(separator)
        at = rng.randrange(len(parts))
        match rng.choice(("drop", "twice", "many", "swap", "piece", "inside", "empty")):
            case "drop":
                del parts[at]
            case "twice":
                parts.insert(at, parts[at])
            case "many":
                parts[at:at] = [parts[at][:200]] * rng.choice((10, 300))
            case "swap":
                other = rng.randrange(len(parts))
                parts[at], parts[other] = parts[other], parts[at]
            case "piece":
                parts[at] = rng.choice(PIECES)
            case "inside":
                place = rng.randint(0, len(parts[at]))
                parts[at] = parts[at][:place] + rng.choice(PIECES) + parts[at][place:]
            case "empty":
                parts[at] = b""
        return separator.join(parts)

    def change_json(self, content: bytes) -> bytes:
        """At any depth; of JSON lines one of them."""
        lines = content.split(b"\n")
        whole = len(lines) < 2 or not lines[1].startswith(b"{")
        at = 0 if whole else self.rng.randrange(len(lines))
        try:
            value = json.loads(content if whole else lines[at])
            self.change_value(value)
            encoded = json.dumps(value).encode()
        except (ValueError, TypeError, RecursionError):
            return self.change_bytes(content)  # that was damaged before
        return encoded if whole else b"\n".join([*lines[:at], encoded, *lines[at + 1 :]])

    def change_header(self, content: bytes) -> bytes:
        """Of safetensors: its JSON, or that within it."""
        try:
            end = 8 + int.from_bytes(content[:8], "little")
            header = json.loads(content[8:end])
            metadata = header.get("__metadata__", {})
            texts = [name for name, text in metadata.items() if text.startswith("{")]
            inner = self.rng.choice([None, *texts])
            if inner is None:
                self.change_value(header)
            else:
                value = json.loads(metadata[inner])
                self.change_value(value)
                metadata[inner] = json.dumps(value)
            encoded = json.dumps(header).encode()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
            return self.change_bytes(content)
        return len(encoded).to_bytes(8, "little") + encoded + content[end:]

    def change_archive(self, content: bytes) -> bytes:
        """A file of an archive, perhaps packed now."""
        made = BytesIO()
        try:
            with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
                chosen = self.rng.choice([name for name in old.namelist() if ".pkl" in name])
                if self.rng.random() < 0.2:
                    chosen = self.rng.choice(old.namelist())
                for name in old.namelist():
                    member = old.read(name)
                    if name == chosen:
                        member = self.rng.choice((self.change_bytes, self.change_text))(member)
                    new.writestr(name, member, self.rng.choice((0, 0, 0, zipfile.ZIP_DEFLATED)))
        except Exception:
            return self.change_bytes(content)
        return made.getvalue()

    def change_value(self, value) -> None:
        rng = self.rng
        while value:
            key = rng.choice(list(value) if isinstance(value, dict) else range(len(value)))
            inner = value[key]
            if not isinstance(inner, dict | list) or not inner or rng.random() < 0.2:
                break
            value = inner
        else:
            return
        match rng.choice(("replace", "replace", "remove", "double", "near", "deep", "many")):
            case "replace":
                value[key] = rng.choice(VALUES)
            case "remove":
                del value[key]
            case "double" if isinstance(value, list):
                value.insert(key, inner)
            case "double":
                value[rng.choice((f"{key}2", *TEXTS))] = inner
            case "near":
                value[key] = inner + rng.choice((1, -1)) if type(inner) is int else [inner]
            case "deep":
                for _ in range(rng.choice((3, 3, 40))):
                    inner = [inner]
                value[key] = inner
            case "many":
                value[key] = [inner] * rng.choice((2, 500)) if len(str(inner)) < 1000 else []

    def change_numbers(self, content: bytes) -> bytes:
        """Other numbers in the tensors, perhaps in line with a header that says so."""
        end = 8 + int.from_bytes(content[:8], "little")
        if end >= len(content) - 8:
            return self.change_bytes(content)
        changed = bytearray(content)
        for _ in range(self.rng.randint(1, 20)):
            at = self.rng.randrange(end, len(content) - 8)
            dtype = self.rng.choice((np.uint8, np.int32, np.float16, np.float32, np.float64))
            value = self.rng.choice((0, 1, 2, 5, 11, 100, -1, *REALS))
            with np.errstate(all="ignore"):
                raw = np.array(value).astype(dtype).tobytes()
            changed[at : at + len(raw)] = raw
        return bytes(changed)


class Hang(BaseException):
    """Reading has taken far too long."""


class Fuzz:
    """A reader with its samples, laid out in `folder` to be changed."""

    def __init__(self, reader: Reader, folder: Path, seed: int = 1) -> None:
        self.reader, self._seed = reader, seed
        (folder / "samples").mkdir()
        self._samples = reader.samples(folder / "samples")
        self._folder = folder / "input"
        self._laid: Files = {}

    def outcome(self, index: int) -> str:
        """What comes of reading the input of `index`. Raises whatever should not be."""
        sample, changed = Changes(self.reader, self._samples, self._seed, index).changed()
        self._lay(sample)
        for name, content in changed.items():
            (self._folder / name).write_bytes(content)
        try:
            return self.reader.read(self._folder)
        except UserError as error:
            sentence = str(error).replace(str(self._folder), "")
            assert len(sentence) <= MOST_TOLD, f"{len(sentence)} signs: {sentence[:MOST_TOLD]}"
            assert sentence.isprintable(), repr(sentence)
            return " ".join(sentence.split(":")[-1].split()[:3])
        finally:
            for name in changed:
                (self._folder / name).write_bytes(sample[name])

    def _lay(self, sample: Files) -> None:
        """Have the files of `sample` in the folder, and no others."""
        if sample is self._laid:
            return
        for name in self._laid:
            (self._folder / name).unlink(missing_ok=True)
        for name, content in sample.items():
            (self._folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self._folder / name).write_bytes(content)
        self._laid = sample


def _on_alarm(*_: object) -> None:
    raise Hang


def _limit_memory() -> None:
    """1 GiB more than what is taken already."""
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + GIBIBYTE, resource.RLIM_INFINITY))


def _place(error: BaseException) -> str:
    """Where in the project it came out, and what it is."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "trm_" in frame.filename] or frames
    return f"{type(error).__name__} in {Path(own[-1].filename).name}:{own[-1].name}"


def fuzz(reader: Reader, inputs: int, seed: int) -> bool:
    """Whether all is well."""
    bad: dict[str, int] = {}
    outcomes: Counter[str] = Counter()
    started, longest = time.perf_counter(), 0.0
    with tempfile.TemporaryDirectory() as folder:
        fuzzed = Fuzz(reader, Path(folder), seed)
        with_limit = resource.getrlimit(resource.RLIMIT_AS)
        _limit_memory()
        signal.signal(signal.SIGALRM, _on_alarm)
        for index in range(inputs):
            before = time.perf_counter()
            signal.alarm(4 * int(SECONDS))
            try:
                outcomes[fuzzed.outcome(index)] += 1
                signal.alarm(0)
                if (taken := time.perf_counter() - before) > SECONDS:
                    raise TimeoutError(f"{taken:.1f} s")
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                signal.alarm(0)
                if (place := _place(error)) not in bad:
                    bad[place] = 0
                    print(f"{place}: {str(error)[:300]}", file=sys.stderr)
                    print(f"--replay {reader.name} {index}", file=sys.stderr, flush=True)
                bad[place] += 1
            longest = max(longest, time.perf_counter() - before)
        resource.setrlimit(resource.RLIMIT_AS, with_limit)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    kinds = ", ".join(f"{count} {outcome!r}" for outcome, count in outcomes.most_common(5))
    print(
        f"{reader.name}: {inputs} inputs in {seconds:.0f} s, the longest {longest:.2f} s, "
        f"at most {peak:.0f} MiB resident; {sum(bad.values())} bad; {kinds}",
        flush=True,
    )
    for place, count in bad.items():
        print(f"    {count:6} {place}", flush=True)
    return not bad


def replay(reader: Reader, index: int, seed: int) -> None:
    """One input again, whose changed files stay in a folder that is printed."""
    folder = Path(tempfile.mkdtemp(prefix=f"fuzz-{reader.name}-"))
    fuzzed = Fuzz(reader, folder, seed)
    _, changed = Changes(reader, fuzzed._samples, seed, index).changed()
    for name, content in changed.items():
        (folder / Path(name).name).write_bytes(content)
        print(f"{folder / Path(name).name}: {len(content)} bytes, {zlib.crc32(content):08x}")
    _limit_memory()
    before = time.perf_counter()
    print(fuzzed.outcome(index), f"after {time.perf_counter() - before:.2f} s")


def main(readers: Sequence[Reader], about: str) -> None:
    named = {reader.name: reader for reader in readers}
    parser = argparse.ArgumentParser(description=about.partition("\n")[0])
    parser.add_argument("readers", nargs="*", help=", ".join(named))
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--replay", nargs=2, metavar=("READER", "INDEX"))
    arguments = parser.parse_args()
    if arguments.replay:
        replay(named[arguments.replay[0]], int(arguments.replay[1]), arguments.seed)
        return
    chosen = [named[name] for name in arguments.readers or named]
    fine = [fuzz(reader, arguments.inputs, arguments.seed) for reader in chosen]
    sys.exit(not all(fine))
