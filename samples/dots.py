"""A page in Type3 fonts that lie, as some billing systems print: bitmaps as glyphs, and a map that calls most a space.

The face is of five by seven dots, each as its five columns in hexadecimal, the lowest bit on top.
"""

import io
from collections.abc import Iterable, Mapping

import pikepdf

from samples.drawing import ASCENT, BLACK, REGULAR, Align, Colour, Sheet

_FACE = r"""
!00005F0000 "0007000700 #147F147F14 $242A7F2A12 %2313086462 &3649562050 '0005030000 (001C224100 )0041221C00
+08083E0808 ,0050300000 -0808080808 .0060600000 /2010080402 03E5149453E 100427F4000 24261514946 32141454B31
41814127F10 52745454539 63C4A494930 70171090503 83649494936 9064949291E :0036360000 =1414141414 ;0056360000 ?0201510906 @324979413E
A7E1111117E B7F49494936 C3E41414122 D7F4141221C E7F49494941 F7F09090901 G3E4149497A H7F0808087F I00417F4100
J2040413F01 K7F08142241 L7F40404040 M7F020C027F N7F0408107F O3E4141413E P7F09090906 Q3E4151215E R7F09192946
S4649494931 T01017F0101 U3F4040403F V1F2040201F W3F4038403F X6314081463 Y0708700807 Z6151494543 a2054545478
b7F48444438 c3844444420 d384444487F e3854545418 f087E090102 g0C5252523E h7F08040478 i00447D4000 j2040443D00
k7F10284400 l00417F4000 m7C04180478 n7C08040478 o3844444438 p7C14141408 q081414187C r7C08040408 s4854545420
t043F444020 u3C4040207C v1C2040201C w3C4030403C x4428102844 y0C5050503C z4464544C44
"""
FACE = {entry[0]: [int(entry[at : at + 2], 16) for at in range(1, 11, 2)] for entry in _FACE.split()} | {" ": [0] * 5}
WIDTH, ADVANCE, HEIGHT = 5, 6, 7  # dots
DOT = 0.075  # of the font size: so a line is about as long as one in Helvetica


def procedure(char: str, times: int = 1) -> bytes:
    """The content stream that draws a character, each dot of the face ``times`` dots wide and high."""
    columns = FACE[char]
    width, height = 8 * times, HEIGHT * times
    rows = []
    for row in range(HEIGHT):
        bits = "".join(("1" if column >> row & 1 else "0") * times for column in columns).ljust(width, "0")
        rows += [int(bits, 2).to_bytes(width // 8, "big")] * times
    head = f"{ADVANCE * times}.00 0.00 0.00 -0.00 {WIDTH * times}.00 {height}.00 d1 q {width}.000 0.000 0.000 {height}.000 "
    head += f"0.000 0.000 cm BI /W {width} /H {height} /BPC 1 /IM true /D [1 0]\rID "
    return head.encode("ascii") + b"".join(rows) + b"EI Q"


def type3_font(pdf: pikepdf.Pdf, codes: Mapping[str, int], says: Mapping[int, str], times: int = 1) -> pikepdf.Object:
    """A font that draws each character under its code, and says of each code what ``says`` says."""
    procedures = {f"/C{code:x}": pdf.make_stream(procedure(char, times)) for char, code in codes.items()}
    differences = [thing for code in sorted(codes.values()) for thing in (code, pikepdf.Name(f"/C{code:x}"))]
    lines = [f"<{code:02X}> <{text.encode('utf-16-be').hex()}>" for code, text in says.items()]
    rows = "\n".join([f"{len(lines)} beginbfchar", *lines, "endbfchar"])
    text = f"begincmap\n1 begincodespacerange <00> <FF> endcodespacerange\n{rows}\nendcmap"
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type3,
        FontBBox=[0, -2 * times, ADVANCE * times, (HEIGHT + 1) * times],
        FontMatrix=[1, 0, 0, 1, 0, 0],
        FirstChar=1,
        LastChar=255,
        Widths=[ADVANCE * times] * 255,
        CharProcs=pikepdf.Dictionary(procedures),
        Encoding=pikepdf.Dictionary(Type=pikepdf.Name.Encoding, Differences=pikepdf.Array(differences)),
        ToUnicode=pdf.make_stream(text.encode("ascii")),
        Resources=pikepdf.Dictionary(),
    )
    return pdf.make_indirect(font)


def lies(codes: Iterable[int]) -> dict[int, str]:
    """The map of a code to the character of the same number; below that of the space all are spaces."""
    return {code: chr(max(code, 0x20)) for code in codes}


class DotSheet(Sheet):
    """A sheet whose texts are drawn in one font of this face; its codes are in the order of their first use."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self._pages: list[list[bytes]] = [[]]
        self._codes: dict[str, int] = {}

    def text(
        self,
        x: float,
        top: float,
        text: str,
        *,
        size: float = 9,
        font: str = REGULAR,
        align: Align = "left",
        colour: Colour = BLACK,
    ) -> float:
        del font, colour  # one face, black
        dot = DOT * size
        width = dot * ADVANCE * len(text)
        left = x - {"left": 0.0, "right": width, "centre": width / 2}[align]
        shown = bytes(self._codes.setdefault(char, len(self._codes) + 1) for char in text).hex()
        baseline = self.height - top - ASCENT * size
        move = f"BT /T {dot:.3f} Tf 1 0 0 1 {left:.2f} {baseline:.2f} Tm <{shown}> Tj ET"
        self._pages[-1].append(move.encode("ascii"))
        return left + width

    def next_page(self) -> None:
        self.rule(0, 0, 0)  # a page without any drawing is left out
        super().next_page()
        self._pages.append([])

    def finish(self) -> bytes:
        self.rule(0, 0, 0)
        with pikepdf.open(io.BytesIO(super().finish())) as pdf:
            font = type3_font(pdf, self._codes, lies(self._codes.values()))
            for page, texts in zip(pdf.pages, self._pages, strict=True):
                page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(T=font))
                page.contents_add(pdf.make_stream(b"\n".join(texts)))
            target = io.BytesIO()
            pdf.save(target, deterministic_id=True)
        return target.getvalue()
