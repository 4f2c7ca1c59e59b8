"""What a file or a text that is no puzzle most likely is, and what is understood instead.

Readers of puzzles speak of their own format alone; whatever is in none of them is told apart here,
so that nobody reads of a grid's letters about a web page.
"""

from __future__ import annotations

import re

from trm_core.errors import quoted
from trm_core.puzzles.base import PuzzleError

UNDERSTOOD = (
    "a Sudoku (81 digits in one line, or 9 in each of 9 lines, with '.' for empty cells), a maze "
    "(lines of #, spaces, S and G), ARC tasks in JSON, or CSV with a column called question"
)
"""What a text can be, for people; the manual says more."""

LEAST_CELLS = 16
"""Of a puzzle in one line: 4×4."""

PICTURES = "PNG, BMP, GIF or WebP"

_SIGNATURES = (
    (b"\xff\xd8\xff", "a JPEG picture", f"a maze in {PICTURES}, whose colours are exact"),
    (b"II*\0", "a TIFF picture", f"a maze in {PICTURES}"),
    (b"MM\0*", "a TIFF picture", f"a maze in {PICTURES}"),
    (b"\x89PNG", "a PNG picture", "a name that ends in .png"),
    (b"GIF8", "a GIF picture", "a name that ends in .gif"),
    (b"BM", "a BMP picture", "a name that ends in .bmp"),
    (b"RIFF", "a WebP picture or other media", "a maze in a file whose name ends in .webp"),
    (b"%PDF", "a PDF", f"text, or a maze in {PICTURES}"),
    (b"PK\x03\x04", "a zip archive or an office document", "a text file, such as one saved as CSV"),
    (b"\x1f\x8b", "a gzip file", "a name that ends in .gz"),
    (b"\xff\xfe", "text in UTF-16", "UTF-8; most editors can save it so"),
    (b"\xfe\xff", "text in UTF-16", "UTF-8; most editors can save it so"),
)
"""How files begin, what they are, and what is expected in their place."""

_BEGINNING = 100_000
"""Characters of a text in which its first line is looked for."""
_HEAD = 1000
"""Characters of a text in which its format shows."""
_JSON = re.compile(r"\s*(\{(?!\\rtf)|\[\s*(\[|\{|\"|\]|-?\d+\s*,))")
_ADDRESS = re.compile(r"(\w[\w+.-]*://|www\.)\S+", re.IGNORECASE)
_TAG = re.compile(r"<[?!/]?[a-z][^>]*>?|<!--", re.IGNORECASE)
_HODOKU = re.compile(r":\d{4}:\w*:")
_PUZZLE_SIGNS = frozenset("0123456789._|-+=*:'#SGo")
"""Signs of which most of a puzzle's first line is made, separators included."""
_LEAST_SHARE = 0.6
_LETTERED = re.compile(r"[0-9A-Pa-p._|-]{8,}")
"""A row of a large Sudoku, which may have more letters than digits."""


def refuse_bytes(content: bytes, place: str) -> None:
    """Raise PuzzleError where `content`, which is no text, begins like a known kind of file."""
    for signature, found, expected in _SIGNATURES:
        if content.startswith(signature):
            raise PuzzleError(f"{place}: found {found}, expected {expected}")


def is_json(text: str) -> bool:
    """Whether `text` is meant as JSON: an object or a list, and no section of a Sudoku file."""
    return _JSON.match(text) is not None


def refuse_foreign(text: str, source: str) -> None:
    """Raise PuzzleError, which says what `text` is, where its first line is in no known format."""
    number, line = _first_line(text[:_BEGINNING])
    if not line or ("," in line and _is_csv(line)):
        return
    head = text[:_HEAD].lower()
    if tag := _TAG.match(line):
        page = "<html" in head or "<!doctype html" in head
        kind = "HTML" if page else "XML" if "<?xml" in head else "HTML or XML"
        root = next((each[0] for each in _TAG.finditer(text[:_HEAD]) if each[0][1] not in "?!"), "")
        found = f"{kind} ({quoted(root or tag[0])})"
    elif _ADDRESS.match(line):
        found = f"a web address ({quoted(line)})"
    elif _HODOKU.match(line):
        found = f"a line of HoDoKu's library ({quoted(line)})"
    elif line.startswith("{\\rtf"):
        found = "a document in RTF"
    elif _is_drawn(line):
        return
    else:
        found = quoted(line)
    place = f"{source}, line {number}" if source else f"line {number}"
    raise PuzzleError(f"{place}: found {found}, expected {UNDERSTOOD}")


def _first_line(text: str) -> tuple[int, str]:
    """Number and content, without spaces around it, of the first line that is to be a puzzle's."""
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff")), 1):
        stripped = line.strip()
        section = stripped.startswith("[") and stripped.endswith("]")
        comment = stripped.startswith("#") and not _is_drawn(stripped)
        if stripped and not section and not comment:
            return number, stripped
    return 0, ""


def _is_csv(line: str) -> bool:
    """Whether a line with commas names columns, or has cells of a puzzle in a field."""
    fields = [field.strip() for field in line.split(",")]
    header = all(re.fullmatch(r"\w*", field) for field in fields)
    return header or any(len(field) >= LEAST_CELLS and _is_drawn(field) for field in fields)


def _is_drawn(line: str) -> bool:
    """Whether a line is meant as cells; a mistake or two may be among them."""
    signs = "".join(line.split())
    known = sum(sign in _PUZZLE_SIGNS for sign in signs)
    few = len(signs) < 4 and known > 0
    return few or known >= _LEAST_SHARE * len(signs) or _LETTERED.fullmatch(signs) is not None
