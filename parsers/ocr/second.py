"""The second engine: PaddleOCR's recognition model, as the package rapidocr brings it, reads single words.

The model is run by itself. Through rapidocr's own pipeline it reads the same, but every word is widened to 320 pixels
and 0.9 GB of memory are used; this way a word takes 10 ms and the process 130 MB.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import as_file, files
from typing import NamedTuple

import cv2
import numpy as np
import onnxruntime

from parsers.ocr.picture import Grey

HEIGHT = 48  # pixels: what the model was made for
NARROWEST, WIDEST = 32, 1200  # pixels, of a word at that height
BATCH = 8
ALIKE = 16  # pixels: words of one batch are made equally wide
BLANK = 0  # the model's sign for "no new character here"
LATIN = frozenset(map(chr, range(0x21, 0x7F))) | frozenset("\u00a2\u00b0\u2013\u2014\u2022\u00a9\u00ae\u2212")


class SecondReading(NamedTuple):
    text: str
    score: float
    """Mean probability of its characters."""


def second_readings(crops: Sequence[Grey]) -> list[SecondReading]:
    """What stands in each of these pictures of a word."""
    readings = [SecondReading("", 0.0)] * len(crops)
    scaled = [_scaled(crop) for crop in crops]
    order = sorted(range(len(crops)), key=lambda at: scaled[at].shape[1])
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        for at, reading in zip(chosen, _read([scaled[at] for at in chosen]), strict=True):
            readings[at] = reading
    return readings


def _scaled(crop: Grey) -> Grey:
    height, width = crop.shape
    fitted = int(min(WIDEST, max(NARROWEST, round(width * HEIGHT / max(1, height)))))
    return np.asarray(cv2.resize(crop, (fitted, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)


def _read(words: Sequence[Grey]) -> list[SecondReading]:
    widest = -(-max(word.shape[1] for word in words) // ALIKE) * ALIKE
    batch = np.zeros((len(words), 3, HEIGHT, widest), np.float32)
    for at, word in enumerate(words):
        batch[at, :, :, : word.shape[1]] = word.astype(np.float32) / 127.5 - 1.0
    model = _model()
    (probabilities,) = model.session.run(None, {model.input: batch})
    return [model.decoded(one) for one in probabilities]


class _Model:
    """The model, with the characters that a bill can print. It knows thousands of others, and would see ``℉``."""

    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # it would keep what the widest word needed
        options.log_severity_level = 3
        folder = files("rapidocr") / "models"
        name = max(one.name for one in folder.iterdir() if "_rec_" in one.name and one.name.endswith(".onnx"))
        with as_file(folder / name) as path:
            self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0].name
        characters = self.session.get_modelmeta().custom_metadata_map["character"].splitlines()
        known = [(at, char) for at, char in enumerate(characters, start=1) if char in LATIN]
        self._columns = np.array([BLANK, *(at for at, _ in known)])
        self._characters = ["", *(char for _, char in known)]

    def decoded(self, probabilities: np.ndarray) -> SecondReading:
        """The text of a row of probabilities: the likeliest character at each step, repetitions once."""
        likeliest = probabilities[:, self._columns].argmax(axis=1)
        sure = probabilities[:, self._columns].max(axis=1)
        new = (likeliest != 0) & (likeliest != np.concatenate([[-1], likeliest[:-1]]))
        text = "".join(self._characters[at] for at in likeliest[new])
        return SecondReading(text, float(sure[new].mean()) if text else 0.0)


@cache
def _model() -> _Model:
    return _Model()
