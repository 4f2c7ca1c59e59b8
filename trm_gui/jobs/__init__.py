"""Training jobs: begun, watched and steered from the window, each in a process of its own."""
