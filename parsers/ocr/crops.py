"""The picture of a single word: dark on light, and without the rules of a table, which look like a 1 or a minus."""

import cv2
import numpy as np

from parsers.ocr.picture import WHITE, Grey

INK = 0.6  # of the brightness of the paper
THROUGH = 0.85  # of the height (or width) of the crop, which letters do not fill: a rule goes through
BLURRED = 2  # pixels to each side of a rule
WIDEST = 12  # pixels: what is wider is no rule
PAPER = 90  # of 100 pixels, from the dark ones: as light is the paper


def alone(crop: Grey) -> Grey:
    """The word by itself."""
    if not crop.size:
        return np.full((8, 8), WHITE, np.uint8)
    if np.median(crop) < WHITE / 2:
        crop = WHITE - crop
    paper = float(np.percentile(crop, PAPER))
    ink = crop < INK * paper
    cleaned = crop.copy()
    cleaned[:, _rules(ink.mean(axis=0))] = paper
    cleaned[_rules(ink.mean(axis=1)), :] = paper
    return cleaned


def _rules(share: np.ndarray) -> np.ndarray:
    """Which columns or rows are a rule: thin, and black all through."""
    through = np.asarray(share >= THROUGH, np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(through[:, None])
    thin = [at for at in range(1, len(stats)) if stats[at][cv2.CC_STAT_AREA] <= WIDEST]
    rules = np.asarray(np.isin(labels[:, 0], thin), np.uint8)
    return np.asarray(cv2.dilate(rules[:, None], np.ones((2 * BLURRED + 1, 1), np.uint8))[:, 0], bool)
