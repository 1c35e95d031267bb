"""One request to the API, as its handlers see it: read, let in, without a socket."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from feeder.server._described import ARTICLES
from feeder.server._refusal import Refusal

if TYPE_CHECKING:
    from starlette.datastructures import Headers

    from feeder.server._bodies import Offer, Order, Read

_KEY = re.compile(r'"([!#-\[\]-~]{1,255})"|([!#-+\-./0-~]{1,255})')
_ETAG = re.compile(r'(?:W/)?"([0-9]{1,9})"')


@dataclass(frozen=True, slots=True)
class Asked:
    """`word` is what follows /api/articles/, decoded; `address` is where the client found /api/articles."""

    method: str
    word: str
    address: str
    query: tuple[tuple[str, str], ...]
    headers: Headers
    body: bytes
    what: Offer | Order | None = None

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")

    def with_body(self, read: Read | None) -> Asked:
        return replace(self, what=read.what if read else None, body=b"")

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.query if key == name)

    def one(self, name: str) -> str | None:
        found = self.all(name)
        if len(found) > 1:
            raise Refusal(400, f"{name} stands in the address more than once")
        return found[0] if found else None

    def request_key(self) -> str:
        """The Idempotency-Key, in quotes as its draft has it, or without as most clients send it; empty if none.

        https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
        """
        lines = self.headers.getlist("idempotency-key")
        if not lines:
            return ""
        found = _KEY.fullmatch(lines[0].strip())
        if found is None or len(lines) > 1:
            raise Refusal(400, "Idempotency-Key is one word of 1 to 255 letters, digits and signs of ASCII")
        return found[1] or found[2]

    def revisions(self) -> frozenset[int] | None:
        """Those that If-Match names; None where any will do."""
        said = ", ".join(self.headers.getlist("if-match")).strip()
        return None if said in {"", "*"} else frozenset(map(int, _ETAG.findall(said)))

    def word_in(self, url: str) -> str:
        """What of our own API an address names, else the address."""
        try:
            parts = urlsplit(url) if url.startswith(("http:", "https:", ARTICLES)) else None
        except ValueError:  # an IPv6 address that is none
            return url
        here = parts is not None and parts.netloc in {"", self.headers.get("host", "")}
        if parts is not None and here and parts.path.startswith(f"{ARTICLES}/"):
            return unquote(parts.path.removeprefix(f"{ARTICLES}/"))
        return url
