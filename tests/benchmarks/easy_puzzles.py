"""How many of 100 easy puzzles the bundled model solves, through `trm solve --json` itself.

The puzzles are generated (seeds 1000 to 1099), 36 givens each.
"""

import json
import subprocess
import sys

from trm_core.puzzles.sudoku import generate


def main(puzzles: int = 100) -> None:
    solved = 0
    for seed in range(1000, 1000 + puzzles):
        puzzle = generate(seed, givens=36).format()
        command = "from trm_core.cli import main; main()"
        arguments = ["solve", "--model", "sudoku-9x9-small", "--sudoku", puzzle, "--json"]
        done = subprocess.run(
            [sys.executable, "-c", command, *arguments], capture_output=True, text=True, check=True
        )
        solved += json.loads(done.stdout.splitlines()[-1])["solved"]
    print(f"{solved} of {puzzles} easy puzzles end with solved: true")


if __name__ == "__main__":
    main()
