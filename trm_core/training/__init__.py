"""Training: settings, the trainer and its losses, runs and their directories, checkpoints."""
