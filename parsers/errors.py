"""The errors of ``parsers``.

ParserError
├── DocumentError        this document cannot be read; ``kind`` is the reason
├── UnreadableError      this text is not the value that it should be
└── DeclarationError     a parser or a vocabulary was declared wrongly (a bug of ours, found at import)
"""

from parsers.model import DocumentKind


class ParserError(Exception):
    """Anything that ``parsers`` raises on purpose."""


class DocumentError(ParserError):
    """A document that cannot be read. Arguments are positional, so that it pickles."""

    def __init__(self, kind: DocumentKind, detail: str) -> None:
        super().__init__(kind, detail)
        self.kind = kind
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}"


class UnreadableError(ParserError):
    """Text that is not the value it should be. Arguments are positional, so that it pickles."""

    def __init__(self, what: str, text: str) -> None:
        super().__init__(what, text)
        self.what = what
        self.text = text

    def __str__(self) -> str:
        return f"not {self.what}: {self.text!r}"


class DeclarationError(ParserError):
    """A parser that is declared wrongly; raised while its module is imported."""
