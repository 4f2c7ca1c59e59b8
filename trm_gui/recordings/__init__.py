"""Recordings in the window: saving, opening, recovery after a crash, and a library of them."""
