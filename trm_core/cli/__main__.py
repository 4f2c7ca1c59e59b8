"""`python -m trm_core.cli`: the `trm` command, for launchers such as torchrun."""

from trm_core.cli import main

if __name__ == "__main__":
    main()
