"""PDFs that are made to break their readers, written byte by byte."""

import io
import zlib
from collections.abc import Mapping

import pikepdf

Objects = Mapping[int, bytes]

CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
ONE_PAGE = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>"
HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
TEXT = b"BT /F1 12 Tf 72 700 Td (A plain page with enough text to be read by anybody) Tj ET"


def pdf(objects: Objects, trailer: bytes = b"") -> bytes:
    """A PDF of these objects by their numbers, with a correct table; number 1 is its catalog."""
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = {}
    for number, body in objects.items():
        offsets[number] = out.tell()
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = out.tell()
    size = max(objects) + 1
    out.write(b"xref\n0 %d\n" % size)
    out.write(b"0000000000 65535 f \n")
    for number in range(1, size):
        out.write(b"%010d 00000 n \n" % offsets[number] if number in offsets else b"0000000000 65535 f \n")
    out.write(b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, table))
    return out.getvalue()


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def packed(data: bytes, entries: bytes = b"") -> bytes:
    return stream(zlib.compress(data, 1), b"/Filter /FlateDecode " + entries)


def page_with(content: bytes, page: bytes = PAGE, **more: bytes) -> bytes:
    """One page with this content stream object; ``more`` are further objects, as ``o6=…``."""
    objects = {1: CATALOG, 2: ONE_PAGE, 3: page, 4: content, 5: HELVETICA}
    return pdf(objects | {int(name[1:]): body for name, body in more.items()})


def good(text: bytes = b"A plain page with enough text to be read by anybody") -> bytes:
    return page_with(stream(b"BT /F1 12 Tf 72 700 Td (%s) Tj ET" % text))


def pages(count: int, content: bytes = stream(TEXT)) -> bytes:
    """So many pages with the same content."""
    kids = range(6, 6 + count)
    tree = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % kid for kid in kids), count)
    return pdf({1: CATALOG, 2: tree, 4: content, 5: HELVETICA} | dict.fromkeys(kids, PAGE))


def encrypted(*, user: str, owner: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(good())) as opened:
        opened.save(out, encryption=pikepdf.Encryption(user=user, owner=owner, R=6))
    return out.getvalue()


def page_tree_loop() -> bytes:
    """The page tree is its own child."""
    return pdf({1: CATALOG, 2: b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"})


def endless_page_count() -> bytes:
    """One page that claims to be two thousand million."""
    objects = {1: CATALOG, 2: b"<< /Type /Pages /Kids [3 0 R] /Count 2147483647 >>"}
    return pdf(objects | {3: PAGE, 4: stream(TEXT), 5: HELVETICA})


def length_of_itself() -> bytes:
    """A stream whose length is the stream."""
    return page_with(b"<< /Length 4 0 R >>\nstream\n%s\nendstream" % TEXT)


def object_of_itself() -> bytes:
    """References that lead to themselves, in every place where one is followed."""
    page = b"<< /Type /Page /Parent 3 0 R /MediaBox 6 0 R /Resources 7 0 R /Contents [4 0 R 7 0 R] /Rotate 6 0 R >>"
    return page_with(stream(TEXT), page, o6=b"6 0 R", o7=b"7 0 R")


def deflate_bomb() -> bytes:
    """Some kilobytes that unpack to two gigabytes of blanks."""
    return page_with(packed(b"\x81 " * (16 << 20)).replace(b"/FlateDecode", b"[/FlateDecode /RunLengthDecode]"))


def image_bomb() -> bytes:
    """An image of 60,000 by 60,000 pixels in a few kilobytes."""
    size = b"/Width 60000 /Height 60000 /BitsPerComponent 8 /ColorSpace /DeviceRGB"
    image = packed(b"\0" * 1_000_000, b"/Type /XObject /Subtype /Image " + size)
    page = PAGE.replace(b"/Font", b"/XObject << /I 6 0 R >> /Font")
    return page_with(stream(TEXT + b" /I Do"), page, o6=image)


def vast_page() -> bytes:
    """A page larger than numbers."""
    return page_with(stream(TEXT), PAGE.replace(b"612 792", b"1" + b"0" * 60 + b" 1e99"))


def deep_arrays(depth: int = 200_000) -> bytes:
    """Arrays in arrays, deeper than any stack."""
    return page_with(stream(TEXT), PAGE.replace(b"4 0 R", b"4 0 R /Rotate 6 0 R"), o6=b"[" * depth + b"]" * depth)


def deep_content(depth: int = 500_000) -> bytes:
    """Arrays in arrays in a content stream."""
    return page_with(packed(TEXT + b" " + b"[" * depth + b"]" * depth + b" TJ"))


def deep_page_tree(depth: int = 20_000) -> bytes:
    """A page below twenty thousand nodes of one child each."""
    first = 6
    nodes = {
        first + level: b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (first + level + 1 if level < depth - 1 else 3)
        for level in range(depth)
    }
    root = b"<< /Type /Pages /Kids [6 0 R] /Count 1 >>"
    return pdf({1: CATALOG, 2: root, 3: PAGE, 4: stream(TEXT), 5: HELVETICA} | nodes)


def form_of_itself() -> bytes:
    """A form that draws itself."""
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /XObject << /X 6 0 R >> >>"
    page = PAGE.replace(b"/Font", b"/XObject << /X 6 0 R >> /Font")
    return page_with(stream(TEXT + b" /X Do"), page, o6=stream(b"/X Do /X Do", form))


def form_tree(levels: int = 12, width: int = 10) -> bytes:
    """Forms that each draw the next one ten times: a million million drawings."""
    forms = {}
    for level in range(levels):
        below = b"/Resources << /XObject << /X %d 0 R >> /Font << /F1 5 0 R >> >>" % (7 + level)
        content = b"/X Do " * width if level < levels - 1 else TEXT
        forms[f"o{6 + level}"] = stream(content, b"/Type /XObject /Subtype /Form /BBox [0 0 612 792] " + below)
    page = PAGE.replace(b"/Font", b"/XObject << /X 6 0 R >> /Font")
    return page_with(stream(b"/X Do"), page, **forms)


def glyph_of_itself() -> bytes:
    """A Type 3 font whose letter is written in that font."""
    font = (
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix [1 0 0 1 0 0] /FirstChar 97 /LastChar 97 "
        b"/Widths [1] /Encoding << /Differences [97 /a] >> /CharProcs << /a 7 0 R >> "
        b"/Resources << /Font << /F1 6 0 R >> >> >>"
    )
    return page_with(
        stream(b"BT /F1 12 Tf 72 700 Td (aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) Tj ET"),
        PAGE.replace(b"5 0 R", b"6 0 R"),
        o6=font,
        o7=stream(b"1 0 d0 BT /F1 1 Tf (aa) Tj ET"),
    )


def endless_letters(count: int = 20_000_000) -> bytes:
    """A page of twenty million letters in few bytes."""
    shown = (b"(" + b"a" * 1000 + b") Tj ") * (count // 1000)
    return page_with(packed(b"BT /F1 1 Tf 1 0 0 1 72 700 Tm " + shown + b"ET"))


def endless_paths(count: int = 3_000_000) -> bytes:
    """A page of three million rectangles."""
    return page_with(packed(TEXT + b" 0 0 9 9 re f" * count))


def letters_for_everything() -> bytes:
    """A font whose map to letters spans four thousand million codes."""
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 7 0 R >>"
    cmap = b"begincmap 1 begincodespacerange <00000000> <ffffffff> endcodespacerange " + (
        b"100 beginbfrange " + b"<00000000> <ffffffff> <0041> " * 100 + b"endbfrange endcmap"
    )
    return page_with(stream(TEXT), PAGE.replace(b"5 0 R", b"6 0 R"), o6=font, o7=stream(cmap))


def table_loop() -> bytes:
    """A table of objects that names itself as the one before it."""
    data = good()
    table = data.rindex(b"xref\n0")
    return data.replace(b"/Root 1 0 R ", b"/Root 1 0 R /Prev %d " % table)


def endless_table() -> bytes:
    """A table of objects that claims two thousand million of them."""
    return good().replace(b"xref\n0 6", b"xref\n0 2147483647").replace(b"/Size 6", b"/Size 2147483647")


def object_stream_of_itself() -> bytes:
    """A stream of objects that is kept in itself."""
    holder = stream(b"6 0 2 4 << /Type /Pages >>", b"/Type /ObjStm /N 2 /First 8 /Extends 6 0 R")
    entries = b"\x01\x00\x10\x00" + b"\x02\x00\x06\x00" * 6
    table = stream(entries, b"/Type /XRef /Size 7 /W [1 2 1] /Root 1 0 R")
    body = b"%PDF-1.5\n6 0 obj\n" + holder + b"\nendobj\n"
    return body + b"7 0 obj\n" + table + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(body)


def cut_off() -> bytes:
    """A download that ended before the table of objects."""
    data = good()
    return data[: data.index(b"xref\n")]


def cut_before_content() -> bytes:
    """A download that ended before anything that could be shown."""
    return good()[:80]


def garbage_after_header() -> bytes:
    return b"%PDF-1.7\n" + bytes((i * 7919) % 256 for i in range(20_000))


def text_before_header() -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n" + good()


def endless_operators() -> bytes:
    """Three hundred pages with ten million operators each, which draw nothing."""
    return pages(300, packed(b"q Q " * 5_000_000))
