"""Solves as pictures and films, drawn by the painters of the board."""
