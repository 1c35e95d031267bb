"""The API on a real server with a real store, and a client that speaks plain HTTP to it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from feeder.model.address import link_of
from feeder.model.article import Person
from feeder.model.feed import Site
from feeder.secret import Secret
from feeder.server.parts import Api
from tests.pipeline.posting import PAGES, TEXT, Posting
from tests.server.asking import ask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.server.asking import Address, Reply

TOKEN = "a-token-of-the-test"
SITE = Site("The Test Post", "https://post.example/", "en", Person("Newsroom"), PAGES)
ARTICLES = "/api/articles"
FORM = "application/x-www-form-urlencoded"
ITEM = {"id": "a-1", "title": "Fog lifts", "content_text": TEXT}


@dataclass
class Client:
    """Shows the token with every request unless it is told otherwise."""

    posting: Posting
    address: Address
    token: str | None = TOKEN
    heard: list[None] = field(default_factory=list)

    def api(self, token: str | None = TOKEN, sources: tuple[str, ...] = ("desk",)) -> Api:
        inbox = self.posting.inbox.__class__(
            self.posting.desk, sources, PAGES, lambda: self.posting.now, lambda: str(next(self.posting.numbers))
        )
        secret = None if token is None else Secret(token)
        return Api(inbox, secret, lambda it: link_of(it, SITE), lambda: self.heard.append(None))

    def ask(
        self,
        method: str,
        path: str = ARTICLES,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **query: Any,
    ) -> Reply:
        shown = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        where = path + ("?" + urlencode(query, doseq=True) if query else "")
        return ask(self.address, where, {**shown, **(headers or {})}, method, body)

    def get(self, path: str = ARTICLES, **query: Any) -> Reply:
        return self.ask("GET", path, **query)

    def send(
        self, said: object, method: str = "POST", path: str = ARTICLES, kind: str = "application/json", **more: str
    ) -> Reply:
        """JSON, unless `said` is bytes; more headers by their names."""
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        headers = {"Content-Type": kind} | {name.replace("_", "-"): value for name, value in more.items()}
        return self.ask(method, path, body, headers)

    def form(self, pairs: str, **more: str) -> Reply:
        return self.send(pairs.encode(), kind=FORM, **more)

    def told(self) -> int:
        """How often the daemon was woken."""
        return len(self.heard)


def said(reply: Reply) -> Any:
    return json.loads(reply.body)
