"""Which items are listed: by collection, kind, size, difficulty and the words of a search."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSortFilterProxyModel

from trm_core.puzzles.difficulty import DIFFICULTIES
from trm_gui.library.catalogue import Catalogue
from trm_gui.library.items import ALL, RECENT, Item, defeat
from trm_gui.library.model import RANK, LibraryModel

SIZES = ((2, 6), (7, 10), (11, 15), (16, 20), (21, 30), (31, 40))
"""Ranges of the longer side."""

ANY = ""
UNGRADED = "not graded"
GRADES = (*DIFFICULTIES, UNGRADED)


@dataclass(frozen=True)
class Filter:
    """What is asked for; the defaults let everything through.

    size: one of SIZES, or None for all. fitting: only what a model here can be given. text: words
    that all have to be found; "defeats MODEL" is one of them.
    """

    collection: str = ALL
    kind: str = ANY
    size: tuple[int, int] | None = None
    difficulty: str = ANY
    text: str = ""
    fitting: bool = False

    def terms(self, models: Collection[str]) -> list[str]:
        """The words of the search; a model is meant by its whole name where it is one."""
        found = []
        for term in re.findall(r"defeats\s+\S+|\S+", self.text.lower().replace("×", "x")):
            verb, _, model = term.partition(" ")
            model = model.strip()
            whole = verb == "defeats" and model in models
            found.append(defeat(model) if whole else f"{verb} {model}".strip())
        return found

    def accepts(self, item: Item, terms: list[str], marked: Collection[str] | None) -> bool:
        """Whether the item is asked for, `terms` being those of the search.

        marked: keys of the collection, where items do not say themselves whether they are in it.
        """
        if marked is not None:
            if item.key not in marked:
                return False
        elif self.collection != ALL and self.collection not in item.collections:
            return False
        if self.kind and item.kind != self.kind:
            return False
        if self.size and not self.size[0] <= max(item.rows, item.cols) <= self.size[1]:
            return False
        if self.difficulty and (item.difficulty or UNGRADED) != self.difficulty:
            return False
        return all(term in item.words for term in terms)


class FilteredLibrary(QSortFilterProxyModel):
    """The items that a filter lets through, recent ones by how long ago they were opened."""

    def __init__(self, model: LibraryModel, catalogue: Catalogue) -> None:
        super().__init__()
        self._model = model
        self._catalogue = catalogue
        self._terms: list[str] = []
        self._marked: Collection[str] | None = None
        self.filter = Filter()
        self.setSortRole(RANK)
        self.setSourceModel(model)
        catalogue.marks_changed.connect(self._on_marks_changed)
        catalogue.models.changed.connect(self._on_models_changed)

    def set_filter(self, wanted: Filter) -> None:
        if wanted == self.filter:
            return
        self.filter = wanted
        models = {model for item in self._model.items for model in item.defeats}
        self._terms = wanted.terms(models)
        self._marked = self._catalogue.marked(wanted.collection)
        self.sort(0 if wanted.collection == RECENT else -1)
        self.invalidate()

    def index_of(self, key: str) -> QModelIndex:
        """Where the item of that key is listed; not valid where it is not."""
        return self.mapFromSource(self._model.index(self._model.row_of(key)))

    def filterAcceptsRow(self, row: int, parent: QModelIndex | QPersistentModelIndex) -> bool:
        item = self._model.items[row]
        if not self.filter.accepts(item, self._terms, self._marked):
            return False
        return not self.filter.fitting or self._catalogue.fits(item)

    def _on_models_changed(self) -> None:
        if self.filter.fitting:
            self.invalidate()

    def _on_marks_changed(self) -> None:
        if self._marked is not None:
            self._marked = self._catalogue.marked(self.filter.collection)
            self.invalidate()
