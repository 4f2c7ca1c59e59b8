"""Measuring a model: solve many puzzles, judge each answer by the puzzle's rules, summarise."""
