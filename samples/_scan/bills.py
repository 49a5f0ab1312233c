"""Drawn bills as scans and photos; the expectation is the bill itself, which OCR must not contradict."""

from samples._scan.scanning import askew, dirty, fax, photo, pictures, stamped
from samples.central_maine_power.bills import CREDIT
from samples.central_maine_power.draw import draw as draw_cmp
from samples.files import Sample
from samples.ppl_electric.bills import HOME
from samples.ppl_electric.draw import draw as draw_ppl


def samples() -> list[Sample]:
    coarse, *_ = pictures(draw_cmp(CREDIT), 100)
    first, *others = pictures(draw_ppl(HOME), 200)
    scanned = [
        stamped(dirty(askew(first, 1.1), 400, seed=1), "RECEIVED JUL 2 2024"),
        *(askew(one, -0.6) for one in others),
    ]
    taken, *_ = pictures(draw_ppl(HOME), 125)
    home = HOME.expected()
    return [
        Sample("_scan/page.pdf", fax([coarse]), CREDIT.expected()),
        Sample("_scan/office_scan.pdf", fax(scanned), home),
        Sample("_scan/photo_turned.jpg", photo(taken, 18), home),
    ]
