"""The puzzle library: what there is to open, found, drawn small, kept, made and exchanged."""
