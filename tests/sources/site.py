"""Somebody else's site on loopback, and what a source needs to look at it."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from feeder.net import Fetcher
from feeder.sources import Means
from tests.net.conftest import LOOPBACK
from tests.net.receivers import Receiver, answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from tests.net.receivers import Headers, Line

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Site:
    """What stands at each path may be changed at any time; `asked` are the paths that were asked for."""

    def __init__(self) -> None:
        self._pages: dict[str, Callable[[Line], bool]] = {}
        self._receiver = Receiver(self._behave)

    def put(self, path: str, body: str | bytes, kind: str = "text/html", headers: Headers = ()) -> None:
        """The body as an answer of 200 with this Content-Type."""
        data = body if isinstance(body, bytes) else body.encode()
        self._pages[path] = answer(200, data, (("Content-Type", kind), *headers))

    def behave(self, path: str, behaviour: Callable[[Line], bool]) -> None:
        self._pages[path] = behaviour

    def drop(self, path: str) -> None:
        del self._pages[path]

    def url(self, path: str) -> str:
        return f"{self._receiver.origin}{path}"

    @property
    def asked(self) -> list[str]:
        return [one.target for one in self._receiver.heard]

    @property
    def last(self) -> dict[str, str]:
        """The headers of the last request."""
        return self._receiver.heard[-1].headers

    def __enter__(self) -> Self:
        self._receiver.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._receiver.__exit__(kind, error, trace)

    def _behave(self, line: Line) -> bool:
        """One request at a time: the last one heard is the one to answer."""
        return self._pages.get(self._receiver.heard[-1].target, answer(404))(line)


def here(function: Callable[..., Any], *arguments: Any) -> Any:
    """In this process, where the tests of the workshop have shown what another one adds."""
    return function(*arguments)


@contextmanager
def means(now: Callable[[], datetime] = lambda: NOW, total: float = 5.0) -> Iterator[Means]:
    fetcher = Fetcher(LOOPBACK, strange=LOOPBACK, total=total, now=now)
    try:
        yield Means(fetcher.get, here, now)
    finally:
        fetcher.close()
