"""``file_url``: a link to a bill's PDF that anyone may use, for 15 minutes."""

import hashlib
import hmac
from urllib.parse import urlencode

VALID_SECONDS = 15 * 60


class Links:
    """Signs links and checks them. Times are seconds since 1970."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, origin: str, bill_id: int, now: float) -> str:
        """The link, valid from ``now`` on."""
        expires = int(now) + VALID_SECONDS
        query = urlencode({"expires": expires, "signature": self._signature(bill_id, expires)})
        return f"{origin}/files/{bill_id}.pdf?{query}"

    def holds(self, bill_id: int, expires: str, signature: str, now: float) -> bool:
        """Whether the link was made here and is still valid."""
        if not (expires.isascii() and expires.isdigit() and len(expires) < 16) or int(expires) < now:
            return False
        return hmac.compare_digest(self._signature(bill_id, int(expires)).encode(), signature.encode())

    def _signature(self, bill_id: int, expires: int) -> str:
        return hmac.new(self._key, f"{bill_id} {expires}".encode(), hashlib.sha256).hexdigest()
