"""Curves over the frames of a trace, all sharing the session's cursor."""
