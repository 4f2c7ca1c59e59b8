"""Changing puzzles by hand."""
