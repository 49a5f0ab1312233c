"""The sheet of paper in a photo: cut out of what lies around it, made flat, and evenly lit."""

import cv2
import numpy as np

from parsers.ocr.picture import DPI, WHITE, Grey, Matrix, Picture

SMALLER = 8  # the sheet is looked for in a picture of so few pixels
LEAST, MOST = 0.2, 0.96  # of the picture: a smaller shape is a part of the sheet, a larger one is the picture itself
OUTLINE = 0.02  # of its length, that the outline of a sheet may be bent
DARKER = 0.75  # of the paper's brightness: what lies around it
LONG_SIDE = 11.0  # inches: as long is made the sheet that was found
TILE = 1.5  # inches: some paper shows in every tile so large
UNEVEN = 0.88  # of the brightest tile: where no tile is darker, the light is even
PAPER_SHOWN = 245.0


def sheet(picture: Picture) -> Picture:
    """The sheet alone, as if the camera had been right above it; a picture of nothing but a sheet stays as it is."""
    corners = _corners(picture.smaller(SMALLER))
    if corners is None:
        return picture
    corners = corners * SMALLER
    sides = [float(np.linalg.norm(corners[at] - corners[at - 1])) for at in range(4)]
    across, down = (sides[1] + sides[3]) / 2, (sides[0] + sides[2]) / 2
    scale = LONG_SIDE * DPI / max(across, down)
    width, height = round(across * scale), round(down * scale)
    target = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    matrix: Matrix = np.asarray(cv2.getPerspectiveTransform(corners.astype(np.float32), target), np.float64)
    return picture.moved(matrix, width, height)


def evenly_lit(picture: Picture) -> Picture:
    """The picture without the shadows that lie on its paper."""
    small = picture.smaller(SMALLER)
    light = _light(small)
    if light.min() >= UNEVEN * light.max():
        return picture
    height, width = picture.pixels.shape
    everywhere = cv2.resize(light, (width, height), interpolation=cv2.INTER_LINEAR)
    lit = picture.pixels.astype(np.float32) * (PAPER_SHOWN / everywhere)
    return Picture(np.asarray(np.clip(lit, 0, WHITE), np.uint8), picture.to_page)


def _light(pixels: Grey) -> np.ndarray:
    """How bright the paper is in each tile, smoothed."""
    size = max(1, round(TILE * DPI / SMALLER))
    rows, columns = -(-pixels.shape[0] // size), -(-pixels.shape[1] // size)
    tiles = [
        [pixels[y * size : (y + 1) * size, x * size : (x + 1) * size] for x in range(columns)] for y in range(rows)
    ]
    bright = np.array([[np.percentile(tile, 90) for tile in row] for row in tiles], np.float32)
    return np.maximum(cv2.blur(bright, (3, 3), borderType=cv2.BORDER_REPLICATE), 1.0)


def _corners(pixels: Grey) -> np.ndarray | None:
    """The corners of the sheet from the upper left one clockwise; None where it fills the picture or is not seen."""
    level, bright = cv2.threshold(cv2.GaussianBlur(pixels, (0, 0), 2), 0, WHITE, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    paper = np.median(pixels[pixels >= level]) if (pixels >= level).any() else 0
    if not paper or np.median(_rim(pixels)) > DARKER * paper:
        return None
    closed = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    largest = max(outlines, key=cv2.contourArea, default=None)
    if largest is None or not LEAST <= cv2.contourArea(largest) / pixels.size <= MOST:
        return None
    hull = cv2.convexHull(largest)
    shape = cv2.approxPolyDP(hull, OUTLINE * cv2.arcLength(hull, closed=True), closed=True)
    return _clockwise(shape.reshape(-1, 2).astype(np.float64)) if len(shape) == 4 else None


def _rim(pixels: Grey) -> np.ndarray:
    return np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])


def _clockwise(points: np.ndarray) -> np.ndarray:
    """Four corners from the upper left one on."""
    angles = np.arctan2(*(points - points.mean(axis=0)).T[::-1])
    ordered = points[np.argsort(angles)]
    first = int(np.argmin(ordered.sum(axis=1)))
    return np.roll(ordered, -first, axis=0)
