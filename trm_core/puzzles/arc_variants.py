"""Names of ARC variants, which are tasks under a symmetry and with new colours.

`ID|||t5|||0918273645` is the task `ID` with colour c turned into the digit at c, then under the
symmetry that the official code numbers 5; `ID` alone is the task itself. The names, the order and
the numbers are those of `aug` in the official `dataset/build_arc_dataset.py` of TRM and of
`dihedral_transform` in `dataset/common.py`. HRM's writes `ID_t5_0918273645` for the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import factorial

import numpy as np

from trm_core.puzzles.arc import ArcTransform
from trm_core.puzzles.base import PuzzleError
from trm_core.puzzles.dihedral import DIHEDRAL, Dihedral

SEPARATOR = "|||"
BLANK = "<blank>"
"""Name of puzzle identifier 0, which stands for no puzzle in particular."""

OFFICIAL_DIHEDRAL = (
    *DIHEDRAL[:4],
    Dihedral(0, mirrored=True),  # left to right
    Dihedral(2, mirrored=True),  # upside down
    Dihedral(1, mirrored=True),  # rows become columns
    Dihedral(3, mirrored=True),  # the same over the other diagonal
)
"""The symmetries in the order of their official numbers."""

COLOUR_ORDERS = factorial(9)
"""Black stays black; the other nine colours take each other's places."""

_VARIANT = re.compile(r"(.*)(\|\|\||_)t([0-7])\2(0(?:([1-9])(?!.*\5)){9})", re.DOTALL)


def variant_name(task_id: str, transform: ArcTransform) -> str:
    """The name of a task under `transform`; PuzzleError if `task_id` is already a variant's."""
    if SEPARATOR in task_id:
        raise PuzzleError(f"found the ARC task id {task_id!r}, expected one without {SEPARATOR}")
    if _VARIANT.fullmatch(task_id):
        raise PuzzleError(f"found the ARC task id {task_id!r}, which is the name of a variant")
    if transform == ArcTransform():
        return task_id
    number = OFFICIAL_DIHEDRAL.index(transform.dihedral)
    return SEPARATOR.join((task_id, f"t{number}", "".join(map(str, transform.colours))))


def task_of(name: str) -> str:
    """The id of the task of which `name`, of any kind, is a variant or which it is itself."""
    if match := _VARIANT.fullmatch(name):
        return match[1]
    return name.partition(SEPARATOR)[0]


def parse_variant(name: str) -> tuple[str, ArcTransform]:
    """The task's id and what was done to it; PuzzleError if `name` is no such name."""
    match = _VARIANT.fullmatch(name)
    if SEPARATOR in (name if match is None else match[1]):
        raise PuzzleError(
            f"found the ARC variant {name!r}, expected a task id, or ID|||tN|||COLOURS "
            "with N from 0 to 7 and COLOURS 0 and then the digits 1 to 9 in any order"
        )
    if match is None:
        return name, ArcTransform()
    return match[1], ArcTransform(OFFICIAL_DIHEDRAL[int(match[3])], tuple(map(int, match[4])))


def random_variants(task_ids: Sequence[str], count: int, seed: int) -> list[str]:
    """For each task its own name, then those of `count` different variants drawn at random.

    The same arguments give the same names. PuzzleError if there are not as many variants.
    """
    possible = len(DIHEDRAL) * COLOUR_ORDERS - 1
    if not 0 <= count <= possible:
        raise PuzzleError(
            f"found {count} as the number of variants of each ARC task, expected 0 to {possible}"
        )
    if seed < 0:
        raise PuzzleError(f"found the seed {seed}, expected 0 or more")
    rng = np.random.default_rng(seed)
    names = []
    for task_id in task_ids:
        names.append(variant_name(task_id, ArcTransform()))
        numbers = rng.choice(possible, count, replace=False) + 1
        names += [variant_name(task_id, _numbered(number)) for number in numbers.tolist()]
    return names


def _numbered(number: int) -> ArcTransform:
    """One of the 8 × 9! transforms; 0 is the identity."""
    symmetry, order = divmod(number, COLOUR_ORDERS)
    left = list(range(1, 10))
    colours = [0]
    while left:  # the digits of `order` in base 9, 8, ..., 1 say which of those left is next
        order, which = divmod(order, len(left))
        colours.append(left.pop(which))
    return ArcTransform(DIHEDRAL[symmetry], tuple(colours))
