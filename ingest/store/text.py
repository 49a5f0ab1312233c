"""Text as every database takes it."""


def storable(text: str) -> str:
    """Bytes that are not UTF-8 come as halves of surrogate pairs, and PostgreSQL knows no NUL: a file's name can be
    written so that it holds one."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")
