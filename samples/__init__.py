"""Generated bills and mails with invented identities, each beside exactly what must be read from it.

``python -m samples`` draws all of them again. The amounts are reckoned here from invented quantities and prices, so
that the drawing and the expectation come from one source and add up as on a real bill.
"""
