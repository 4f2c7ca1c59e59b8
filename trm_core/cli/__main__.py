"""`python -m trm_core.cli`, the `trm` command: what torchrun starts."""

from trm_core.cli import main

main()
