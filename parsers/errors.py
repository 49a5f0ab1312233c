"""The errors of ``parsers``.

ParserError
├── DocumentError        this document cannot be read; ``kind`` is the reason
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


class DeclarationError(ParserError):
    """A parser that is declared wrongly; raised while its module is imported."""
