"""Data sets: on disk, built from puzzles, and augmented on the fly."""
