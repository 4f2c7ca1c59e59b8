"""YAML as configs are written: safe types alone, and no aliases."""

from __future__ import annotations

import re
from typing import Any

import yaml

from trm_core.documents import DocumentError


class _Loader(yaml.SafeLoader):
    """Refuses aliases, with which a short text can stand for an endless one."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="aliases are not read", problem_mark=mark)
        return super().compose_node(parent, index)


_Loader.add_implicit_resolver(  # 1e-6 is a number in YAML 1.2, and for the official trainer
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+"),
    list("-+0123456789"),
)


_MOST_BRACKETS = 1000
"""PyYAML's time grows with the square of how many are open."""


def parse_yaml(text: str, place: str) -> Any:
    """The value that `text` is. Raises DocumentError; for long texts this is slow."""
    if sum(map(text.count, "[{")) > _MOST_BRACKETS:
        raise DocumentError(f"{place}: more than {_MOST_BRACKETS:,} lists, too many for a config")
    try:
        return yaml.load(text, _Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise DocumentError(f"{place}{where}: not YAML ({str(error.problem)[:80]})") from None
    except (yaml.YAMLError, ValueError, RecursionError):  # no text, no number, nested too deeply
        raise DocumentError(f"{place}: not YAML") from None
