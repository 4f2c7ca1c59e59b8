"""SVG drawings that every program draws alike, made of what is painted on a QPainter."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Callable
from xml.etree import ElementTree

from PySide6.QtCore import QBuffer, QByteArray, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QTransform
from PySide6.QtSvg import QSvgGenerator

PIXELS_PER_INCH = 96
"""Of CSS, and so of SVG."""

FINE = 4
"""Pixels of a picture in a drawing per pixel of the drawing, at least: others blur its cells."""

ROUND = 4 / 3 * (math.sqrt(2) - 1)
"""How far the handles of the four cubic curves that make a circle reach, in radii."""

NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
"""Characters that Qt writes into drawings, where none may be."""

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
HREF = f"{{{XLINK}}}href"
ElementTree.register_namespace("", SVG)
ElementTree.register_namespace("xlink", XLINK)


def draw_svg(
    size: QSize,
    view: QRectF,
    paint: Callable[[QPainter], None],
    title: str,
    description: str = "",
    dots_per_inch: int = PIXELS_PER_INCH,
    density: float = 1.0,
) -> bytes:
    """What `paint` paints on `view`, as a drawing of `size` pixels whose text is text.

    Lines are as thick as they are on screen, whatever they are scaled by: programs differ on what
    they make of Qt's way to say so (`vector-effect`), so here they stand where they are drawn.
    dots_per_inch: what fonts in points are measured by. density: pixels of the screen per logical
    one, which is what the widths of such lines count in.
    """
    buffer = QBuffer()  # Qt would not say why a file cannot be written
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setTitle(title)
    generator.setDescription(description)
    generator.setSize(size)
    generator.setViewBox(view)
    generator.setResolution(dots_per_inch)
    painter = QPainter(generator)
    try:
        paint(painter)
    finally:
        painter.end()
    root = ElementTree.fromstring(NOT_IN_XML.sub("", bytes(buffer.data().data()).decode()))
    root.set("width", f"{size.width()}")  # Qt rounds to millimetres
    root.set("height", f"{size.height()}")
    for parent in list(root.iter()):
        for group in list(parent):
            if group.tag == f"{{{SVG}}}g":
                _thin(group, density)
                _place(group)
                if not len(group):
                    parent.remove(group)
    for element in root.iter():
        if family := element.get("font-family"):
            element.set("font-family", f"{family}, sans-serif")
    drawing: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return drawing


def _thin(group: ElementTree.Element, density: float) -> None:
    """Give lines that count in pixels of the screen their logical width."""
    if density != 1 and any("vector-effect" in element.attrib for element in group):
        group.set("stroke-width", f"{float(group.get('stroke-width', '1')) / density:g}")


def _place(group: ElementTree.Element) -> None:
    """Move what is in a group to where its transform has it; text and scaled lines stay in one."""
    written = group.attrib.pop("transform", None)
    if written is None:
        return
    a, b, c, d, e, f = (float(number) for number in re.findall(r"[-+\d.e]+", written))
    transform = QTransform(a, b, c, d, e, f)
    for element in group:
        if element.tag == f"{{{SVG}}}image":
            _refine(element, transform)
        if element.attrib.pop("vector-effect", None) is None:
            if not transform.isIdentity():
                element.set("transform", written)
        elif "points" in element.attrib:
            element.set("points", _moved(element.attrib["points"], transform))
        else:
            path = element.attrib["d"] if "d" in element.attrib else _outline(element)
            element.tag = f"{{{SVG}}}path"
            element.set("d", _moved(path, transform))


def _outline(element: ElementTree.Element) -> str:
    """The data of a path around a rectangle, circle or ellipse, which loses its own numbers."""
    numbers = {
        name: float(element.attrib.pop(name))
        for name in ("x", "y", "width", "height", "cx", "cy", "r", "rx", "ry")
        if name in element.attrib
    }
    if "width" in numbers:
        left, top = numbers["x"], numbers["y"]
        right, bottom = left + numbers["width"], top + numbers["height"]
        return f"M{left},{top} L{right},{top} L{right},{bottom} L{left},{bottom} Z"
    x, y, radius = numbers["cx"], numbers["cy"], numbers.get("r", 0)
    rx, ry = numbers.get("rx", radius), numbers.get("ry", radius)
    a, b = rx * ROUND, ry * ROUND
    return (
        f"M{x + rx},{y} C{x + rx},{y + b} {x + a},{y + ry} {x},{y + ry}"
        f" C{x - a},{y + ry} {x - rx},{y + b} {x - rx},{y}"
        f" C{x - rx},{y - b} {x - a},{y - ry} {x},{y - ry}"
        f" C{x + a},{y - ry} {x + rx},{y - b} {x + rx},{y} Z"
    )


def _moved(points: str, transform: QTransform) -> str:
    """Every "x,y" of a path's data, or of a list of points, where `transform` has it."""

    def move(pair: re.Match[str]) -> str:
        place = transform.map(QPointF(float(pair[1]), float(pair[2])))
        return f"{place.x():.6g},{place.y():.6g}"

    return re.sub(r"([-+\d.e]+),([-+\d.e]+)", move, points)


def _refine(element: ElementTree.Element, transform: QTransform) -> None:
    """Give a picture so many pixels that nobody who smooths it blurs one cell into the next."""
    head, content = element.attrib[HREF].split(",", 1)
    image = QImage.fromData(QByteArray(base64.b64decode(content)))
    drawn = transform.mapRect(
        QRectF(0, 0, float(element.attrib["width"]), float(element.attrib["height"]))
    )
    finer = QBuffer()
    scaled = image.scaled(
        image.width() * max(1, math.ceil(FINE * drawn.width() / image.width())),
        image.height() * max(1, math.ceil(FINE * drawn.height() / image.height())),
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.FastTransformation,
    )
    scaled.save(finer, "PNG")  # type: ignore[call-overload]  # the stub asks for bytes
    element.set(HREF, f"{head},{base64.b64encode(finer.data().data()).decode()}")
