"""How a value is found on the pages of a bill: what the words of ``parsers.locate`` are made of."""
