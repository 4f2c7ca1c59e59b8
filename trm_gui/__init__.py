"""The window on top of `trm_core`. Nothing here is needed to solve, train or export."""
