"""What two engines say of one word together: the text to go on with, and whether they agree on it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from parsers.ocr.first import Sighted, reread
from parsers.ocr.picture import DPI, POINTS, Grey
from parsers.ocr.second import SecondReading, second_readings

SURE = 90.0  # of 100: letters that the first engine is so sure of need no second reading
SCORE = 0.8  # below it the second engine guesses as well
ROOM = 0.4  # of the size: so far around a word a sign may stand that the first engine did not see
ABOVE = 0.15  # of the size
_ENDS = re.compile(r"^[\"'\u2018\u2019\u201c*|_~]+|[\"'\u2018\u2019\u201c\u201d.,:;*|_~]+$")
_ALIKE = str.maketrans("\u2212\u2013\u2014\u00a2\u2018\u2019", "---c''", "\u00b0")
_LOOKS_NUMERIC = re.compile(r"[\d$#%]|^[-\u2014\u2212(.]*[OolISsBZzgq,.-]{2,}$")


@dataclass(frozen=True)
class Settled:
    """A word with its text as settled; ``agreed``: two engines read the same, or none had a reason to doubt it."""

    word: Sighted
    text: str
    agreed: bool


def settled(words: Sequence[Sighted], pixels: Grey) -> list[Settled]:
    """Every word of a page: numbers and doubtful words after a second reading, the others as they are."""
    doubted = [at for at, word in enumerate(words) if _doubted(word)]
    rooms = _rooms(words)
    crops = [_crop(words[at], rooms[at], pixels) for at in doubted]
    seconds = dict(zip(doubted, second_readings(crops), strict=True))
    made = [Settled(word, word.text, agreed=True) for word in words]
    disputed: list[int] = []
    for at, second in seconds.items():
        if same(words[at].text, second.text):
            continue
        made[at] = _preferred(words[at], second)
        disputed.append(at)
    for at, third in zip(disputed, reread([_crop(words[at], rooms[at], pixels) for at in disputed]), strict=True):
        if same(third, seconds[at].text):
            made[at] = replace(made[at], text=seconds[at].text, agreed=True)
    return [one for one in made if one.text]


def same(one: str, other: str) -> bool:
    """Whether two readings are the same, whatever quotation marks or full stops hang on to them."""
    return plain_value(one) == plain_value(other) != ""


def plain_value(text: str) -> str:
    return _ENDS.sub("", text).translate(_ALIKE)


def _doubted(word: Sighted) -> bool:
    return word.confidence < SURE or bool(_LOOKS_NUMERIC.search(word.text))


def _preferred(word: Sighted, second: SecondReading) -> Settled:
    """Of two different readings that of the second engine, which reads digits better, unless it hardly saw anything."""
    better = second.score >= SCORE and len(plain_value(second.text)) + 1 >= len(plain_value(word.text))
    return Settled(word, second.text if better else word.text, agreed=False)


def _rooms(words: Sequence[Sighted]) -> list[tuple[float, float]]:
    """For each word the free room to its left and right, in points, at most what a sign needs."""
    rooms = []
    for word in words:
        reach = ROOM * word.size
        beside = [other for other in words if other is not word and _beside(word, other)]
        left = min((word.x0 - other.x1 for other in beside if other.x0 < word.x0), default=reach)
        right = min((other.x0 - word.x1 for other in beside if other.x0 > word.x0), default=reach)
        rooms.append((max(0.0, min(reach, left)), max(0.0, min(reach, right))))
    return rooms


def _beside(word: Sighted, other: Sighted) -> bool:
    return other.top < word.bottom and other.bottom > word.top


def _crop(word: Sighted, room: tuple[float, float], pixels: Grey) -> Grey:
    above = ABOVE * word.size
    left, right = (word.x0 - room[0]) * DPI / POINTS, (word.x1 + room[1]) * DPI / POINTS
    top, bottom = (word.top - above) * DPI / POINTS, (word.bottom + above) * DPI / POINTS
    return pixels[max(0, int(top)) : int(bottom) + 1, max(0, int(left)) : int(right) + 1]
