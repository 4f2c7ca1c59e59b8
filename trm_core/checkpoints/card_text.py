"""All that there is to read of a model: its numbers and files, and its own card."""

from __future__ import annotations

import re
from collections.abc import Sequence

from trm_core.checkpoints.expectations import all_in_all, share_right, what_it_learned
from trm_core.checkpoints.info import CARD, CheckpointError, ModelInfo
from trm_core.documents import SMALL, DocumentError, read_text

NO_CARD = "There is no card in its directory (README.md)."


def card_text(info: ModelInfo) -> str:
    """Markdown with what the files of a model say: figures first, then the card as it is.

    Reads the whole file of weights, for its hash. What is not known is said to be so.
    """
    try:
        parameters, weights = f"{info.parameters:,}", f"`{info.weights_hash()}`"
    except CheckpointError as error:
        parameters, weights = "not known", f"not known ({error})"
    rows = {
        "made for": info.fitting,
        "architecture": info.design,
        "parameters": parameters,
        "supervision steps at most": str(info.config.max_supervision_steps),
        "weights (SHA-256)": weights,
        "directory": f"`{info.directory}`",
    }
    measured = [f"- {share_right(result)}" for result in info.results]
    return "\n".join(
        [
            f"# {info.name}",
            "",
            what_it_learned(info),
            "",
            *(["Right on puzzles that it was not trained on:", "", *measured] if measured else []),
            *([] if measured and not info.by_style else ["", all_in_all(info)]),
            "",
            table(*rows.items()),
            "",
            _own_card(info),
        ]
    )


def table(*rows: Sequence[str]) -> str:
    """Markdown; the first of `rows` heads the columns."""
    head, *others = [f"| {' | '.join(cells)} |" for cells in rows]
    return "\n".join([head, f"|{' --- |' * len(rows[0])}", *others])


def _own_card(info: ModelInfo) -> str:
    """The card without its title, its headings a level lower."""
    file = info.directory / CARD
    if not file.exists():
        return NO_CARD
    try:
        text = read_text(file, SMALL)
    except DocumentError as error:
        return f"Its card cannot be read: {error}"
    body = re.sub(r"\A\s*# .*\n", "", text)
    return f"## Its card\n{re.sub('^#', '##', body, flags=re.MULTILINE)}"
