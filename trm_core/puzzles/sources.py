"""Where puzzles are from, in words: data sets and scores have short names for it."""

from __future__ import annotations

import re

_WORDS = {
    "generated": "made-up ones",
    "kaggle": "Sudokus of Kaggle",
    "unbiased": "Sudokus drawn evenly from all",
    "17_clue": "Sudokus with 17 givens",
    "magictour_top1465": "Sudokus of magictour's 1,465 hardest",
    "forum_hardest_1106": "Sudokus of the players' forum's hardest, June 2011",
    "forum_hardest_1905": "Sudokus of the players' forum's hardest, May 2019",
    "forum_hardest_1905_11+": "Sudokus of the players' forum's hardest, rated 11 and up",
    "sudoku_exchange_diabolical": "Sudokus rated diabolical by Sudoku Exchange",
}
"""By the names of what a data set makes up, and of the lists that Sudoku-Extreme is drawn from, in
which they may have a number in front."""

_MAZES = {
    "perfect": "mazes of corridors without loops",
    "loops": "mazes of corridors with loops",
    "hard": "mazes with obstacles",
    "corridors": "mazes of long corridors",
    "corridors with loops": "mazes of long corridors with loops",
    "Prim": "mazes by Prim's algorithm",
    "Prim with loops": "mazes by Prim's algorithm with loops",
    "Kruskal": "mazes by Kruskal's algorithm",
    "Kruskal with loops": "mazes by Kruskal's algorithm with loops",
    "rooms": "mazes of rooms",
    "scattered": "mazes of scattered walls",
    "obstacles": "mazes of obstacles with a long way",
    "open": "mazes without walls inside",
}
"""By style of the mazes that a data set makes up, which their size follows."""

_NUMBER = re.compile(r"puzzles\d+_")
_ARC = re.compile(r"arc-agi-(\d) (training|evaluation)")


def source_in_words(source: str) -> str:
    """What the puzzles of `source` are, in the plural, such as "Sudokus with 17 givens"; a name
    that is not known here stays as it is."""
    if arc := _ARC.fullmatch(source):
        return f"the {arc[2]} part of ARC-AGI-{arc[1]}"
    style, _, size = source.rpartition(" ")
    if style in _MAZES:
        return f"{_MAZES[style]}, {size}"
    name = source[match.end() :] if (match := _NUMBER.match(source)) else source
    return _WORDS.get(name, source)
