"""The lines, rectangles, curves and images of a page as pdfplumber has them, read through PDFium.

Colours are RGB from 0 to 1, whatever colour space the page uses. A Form XObject's content counts as the page's.
"""

from collections.abc import Iterator
from ctypes import c_int, c_uint
from typing import Any

from pypdfium2 import raw

from parsers.pdf import pdfium
from parsers.pdf.frame import Frame, Matrix, combine
from parsers.pdf.pdfium import Handle, LoadedPage, floats, numbers

Shape = dict[str, Any]
Point = tuple[float, float]

MAX_FORM_DEPTH = 15
_UNIT_SQUARE = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
_LETTERS = {raw.FPDF_SEGMENT_MOVETO: "m", raw.FPDF_SEGMENT_LINETO: "l", raw.FPDF_SEGMENT_BEZIERTO: "c"}


def read_shapes(page: LoadedPage, frame: Frame, page_number: int) -> dict[str, list[Shape]]:
    """Shapes by kind: ``line``, ``rect``, ``curve``, ``image``; ``doctop`` counts from the top of the page."""
    shapes: dict[str, list[Shape]] = {}
    page_height = frame.box[3] - frame.box[1]
    for kind, points, look in _page_shapes(page, frame.matrix):
        xs, ys = [x for x, _ in points], [y for _, y in points]
        x0, x1, top, bottom = min(xs), max(xs), min(ys), max(ys)
        place = {"x0": x0, "x1": x1, "top": top, "bottom": bottom, "y0": page_height - bottom, "y1": page_height - top}
        size = {"width": x1 - x0, "height": bottom - top, "doctop": top, "pts": points}
        shape = {"object_type": kind, "page_number": page_number} | place | size | look
        shapes.setdefault(kind, []).append(shape)
    return shapes


def _page_shapes(page: LoadedPage, to_shown: Matrix) -> Iterator[tuple[str, list[Point], Shape]]:
    for item, to_page in _objects(page):
        own = _matrix(item)
        if own is None:
            continue
        matrix = combine(combine(own, to_page), to_shown)
        if pdfium.get_type(item) == raw.FPDF_PAGEOBJ_IMAGE:
            yield "image", _moved(_UNIT_SQUARE, matrix), {}
            continue
        look = _look(item)
        if look["fill"] or look["stroke"]:
            for operators, points in _subpaths(item):
                kind, corners = _kind(operators, points)
                yield kind, _moved(corners, matrix), look


def _objects(page: LoadedPage) -> Iterator[tuple[Handle, Matrix]]:
    """Paths and images, those inside forms too, each with the matrix of the forms around it."""
    waiting: list[tuple[Handle, Matrix, int]] = [(page.page, (1.0, 0.0, 0.0, 1.0, 0.0, 0.0), 0)]
    while waiting:
        parent, to_page, depth = waiting.pop()
        count, get = (
            (pdfium.count_form_objects, pdfium.get_form_object) if depth else (pdfium.count_objects, pdfium.get_object)
        )
        items = [get(parent, index) for index in range(max(0, count(parent)))]
        for item in filter(None, items):
            kind = pdfium.get_type(item)
            if kind in {raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE}:
                yield item, to_page
            elif kind == raw.FPDF_PAGEOBJ_FORM and depth < MAX_FORM_DEPTH:
                own = _matrix(item)
                if own is not None:
                    waiting.append((item, combine(own, to_page), depth + 1))


def _matrix(item: Handle) -> Matrix | None:
    values = floats(pdfium.get_matrix, item, count=6, together=True)
    return None if values is None else (values[0], values[1], values[2], values[3], values[4], values[5])


def _look(item: Handle) -> Shape:
    mode = numbers(pdfium.get_draw_mode, c_int, item, count=2) or [raw.FPDF_FILLMODE_NONE, 0]
    fill = mode[0] != raw.FPDF_FILLMODE_NONE
    width = floats(pdfium.get_stroke_width, item, count=1)
    return {
        "fill": fill,
        "stroke": bool(mode[1]),
        "evenodd": mode[0] == raw.FPDF_FILLMODE_ALTERNATE,
        "linewidth": width[0] if width else 0.0,
        "non_stroking_color": _color(pdfium.get_fill_color, item),
        "stroking_color": _color(pdfium.get_stroke_color, item),
    }


def _color(function: Any, item: Handle) -> tuple[float, ...] | None:
    rgba = numbers(function, c_uint, item, count=4)
    return tuple(value / 255 for value in rgba[:3]) if rgba else None


def _subpaths(item: Handle) -> Iterator[tuple[str, list[Point]]]:
    """Each ``m`` with what follows it: the operators' letters as in a content stream, and a point for each."""
    operators: list[str] = []
    points: list[Point] = []
    for letter, point, closed in _segments(item):
        if letter == "m" and points:
            yield "".join(operators), points
            operators, points = [], []
        operators.append(letter)
        points.append(point)
        if closed:
            operators.append("h")
            points.append(points[0])
    if points:
        yield "".join(operators), points


def _segments(item: Handle) -> Iterator[tuple[str, Point, bool]]:
    """A curve comes as three points, of which only the last lies on it."""
    curve_points = 0
    for index in range(max(0, pdfium.count_segments(item))):
        segment = pdfium.get_segment(item, index)
        letter = _LETTERS.get(pdfium.get_segment_type(segment))
        curve_points = (curve_points + 1) % 3 if letter == "c" else 0
        point = floats(pdfium.get_segment_point, segment, count=2)
        if letter is not None and point is not None and curve_points == 0:
            yield letter, (point[0], point[1]), bool(pdfium.get_segment_close(segment))


def _kind(operators: str, points: list[Point]) -> tuple[str, list[Point]]:
    """pdfplumber's rules: what counts as a line or a rectangle, and that everything else is a curve."""
    if len(operators) > 3 and operators.endswith("lh") and points[-2] == points[0]:
        operators, points = operators[:-2] + "h", points[:-1]
    if operators in {"ml", "mlh"}:
        return "line", points[:2]
    if operators in {"mlllh", "mllll"} and points[0] == points[4] and _is_square(points):
        return "rect", points[:4]
    return "curve", points


def _is_square(points: list[Point]) -> bool:
    (x0, y0), (x1, y1), (x2, y2), (x3, y3), *_ = points
    return (x0 == x1 and y1 == y2 and x2 == x3 and y3 == y0) or (y0 == y1 and x1 == x2 and y2 == y3 and x3 == x0)


def _moved(points: list[Point], matrix: Matrix) -> list[Point]:
    a, b, c, d, e, f = matrix
    return [(a * x + c * y + e, b * x + d * y + f) for x, y in points]
