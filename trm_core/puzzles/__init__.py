"""Sudoku, mazes and ARC tasks: read, check, generate, transform, and turn into tokens."""

from trm_core.puzzles.base import NO_SYMBOL, Conflict, Grid, Puzzle, PuzzleError, PuzzleShape

__all__ = ["NO_SYMBOL", "Conflict", "Grid", "Puzzle", "PuzzleError", "PuzzleShape"]
