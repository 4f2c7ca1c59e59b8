"""Models on disk: their directories, and import of official checkpoints."""
