"""What two engines say of one word together: the text to go on with, and whether they agree on it."""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from parsers.ocr.crops import alone
from parsers.ocr.first import Sighted, reread
from parsers.ocr.picture import DPI, POINTS, Grey
from parsers.ocr.second import SecondReading, second_readings
from parsers.ocr.vocabulary import is_word, mended, shape, spaced

SURE = 90.0  # of 100: letters that the first engine is so sure of need no second reading
SURE_SCORE, SCORE, GUESSED = 0.9, 0.8, 0.6  # of the second engine: sure, likelier than the first one, guessed
DIRT = 45.0  # of 100: what the first engine is less sure of and the second one guesses at is no word
SURE_OF_LETTERS = 0.97
TELLING = 4  # letters and digits that are not the same by chance
STROKES = ("/", "|")  # which the second engine takes for a 1
DASHES = ("-", "\u2013", "\u2014")
COMMAS_SEEN = 85.0  # of 100
ROOM = 0.4  # of the size: so far around a word a sign may stand that the first engine did not see
ABOVE = 0.15  # of the size
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
_ENDS = re.compile(r"^[\"'\u2018\u2019\u201c*|_~]+|[\"'\u2018\u2019\u201c\u201d.,:;*|_~]+$")
_ALIKE = str.maketrans("\u2212\u2013\u2014\u00a2\u2018\u2019", "---c''", "\u00b0")
_TWO_WORDS = re.compile(r"[a-z][.:;][a-z]")
_LOOKS_NUMERIC = re.compile(r"[\d$#%]|^[-\u2014\u2212(.]*[OolISsBZzgq,.-]{2,}$")


@dataclass(frozen=True)
class Settled:
    """A word with its text as settled. ``agreed``: two engines read the same, or none had a reason to doubt it.

    ``readings`` are all that was read there.
    """

    word: Sighted
    text: str
    agreed: bool
    readings: frozenset[str] = frozenset()


def settled(words: Sequence[Sighted], pixels: Grey) -> list[Settled]:
    """Every word of a page: numbers and doubtful words after a second reading, the others as they are.

    Where the second engine reads something else, the first one looks at the word by itself, and may agree after all.
    """
    rooms = _rooms(words)
    crops = {at: _crop(word, rooms[at], pixels) for at, word in enumerate(words) if _doubted(word)}
    seconds = dict(zip(crops, second_readings(list(crops.values())), strict=True))
    disputed = [at for at, second in seconds.items() if not same(words[at].text, second.text)]
    thirds = dict(zip(disputed, reread([crops[at] for at in disputed]), strict=True))
    return decided(words, seconds, thirds)


def decided(
    words: Sequence[Sighted], seconds: Mapping[int, SecondReading], thirds: Mapping[int, Sequence[str]]
) -> list[Settled]:
    """The words with what else was read of them, by their place among the words; ``thirds`` of the disputed ones."""
    made = [
        _decided(word, seconds[at], thirds[at]) if at in thirds else Settled(word, word.text, agreed=True)
        for at, word in enumerate(words)
    ]
    return printed_again([replace(one, text=spaced(one.text)) for one in made if one.text])


def printed_again(words: Sequence[Settled]) -> list[Settled]:
    """The words, a disputed one believed where exactly one of its readings is printed for certain elsewhere too."""
    certain = {plain_value(one.text) for one in words if one.agreed}
    return [one if one.agreed else _as_elsewhere(one, certain) for one in words]


def _as_elsewhere(one: Settled, certain: AbstractSet[str]) -> Settled:
    known = {plain_value(reading) for reading in one.readings} & certain
    telling = [reading for reading in known if sum(map(str.isalnum, reading)) >= TELLING]
    return replace(one, text=telling[0], agreed=True) if len(telling) == len(known) == 1 else one


def _decided(word: Sighted, second: SecondReading, thirds: Sequence[str]) -> Settled:
    """A word that the engines read differently at first."""
    if second.score < GUESSED and word.confidence < DIRT and word.text not in DASHES:
        return Settled(word, "", agreed=False)
    part = plain_value(second.text) in plain_value(word.text)  # its crop may have cut the word off
    text = word.text if part or second.score < SCORE or word.text in STROKES else second.text
    agreed = second.score >= SURE_SCORE and not part and any(same(third, second.text) for third in thirds)
    if not agreed and _only_commas_differ(word, second) and all(same(third, word.text) for third in thirds):
        text, agreed = word.text, True
    one = Settled(word, text, agreed, frozenset({word.text, second.text, *thirds}))
    if agreed:
        return one
    alike = next((text for text in one.readings if _is_word_like(text, second.text)), None)
    if alike:
        return replace(one, text=alike, agreed=True)
    return one if any(map(str.isdigit, text)) else _as_a_word(one, second, part=part)


def _is_word_like(text: str, other: str) -> bool:
    """Whether bills print this word, and the other reading took letters for digits: ``0ct`` for ``Oct``."""
    word = plain_value(text)
    return word.isalpha() and is_word(word) and shape(word) == shape(plain_value(other))


def _as_a_word(one: Settled, second: SecondReading, *, part: bool) -> Settled:
    """A disputed word without digits: one that bills print, or what the second engine is sure of."""
    readings = [plain_value(text) for text in (one.text, one.word.text)]
    known = next(filter(is_word, readings), None)
    if known:
        return replace(one, text=known, agreed=True)
    likely = next(filter(None, map(mended, readings)), None)
    if likely:
        return replace(one, text=likely)
    return replace(one, agreed=one.text == second.text and second.score >= SURE_OF_LETTERS and not part)


def _only_commas_differ(word: Sighted, second: SecondReading) -> bool:
    """Whether the first engine sees commas between thousands where the second one, as it often does, sees points."""
    text = plain_value(word.text)
    return (
        word.confidence >= COMMAS_SEEN
        and bool(_THOUSANDS.search(text))
        and text.replace(",", "") == plain_value(second.text).replace(",", "").replace(".", "", text.count(","))
    )


def same(one: str, other: str) -> bool:
    """Whether two readings are the same, whatever quotation marks or full stops hang on to them."""
    return plain_value(one) == plain_value(other) != ""


def plain_value(text: str) -> str:
    return _ENDS.sub("", text).translate(_ALIKE)


def _doubted(word: Sighted) -> bool:
    return word.confidence < SURE or bool(_LOOKS_NUMERIC.search(word.text) or _TWO_WORDS.search(word.text))


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
    return alone(pixels[max(0, int(top)) : int(bottom) + 1, max(0, int(left)) : int(right) + 1])
