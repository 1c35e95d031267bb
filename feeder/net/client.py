"""Request -> network -> Answer: the only way out.

Nothing that a network or a receiver does is an exception here. One client serves any number of threads.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feeder import __version__
from feeder.model.delivery import STRAIGHT, Answer, Phase
from feeder.net._deadline import exchange
from feeder.net._dial import Dialler, system_lookup
from feeder.net._trouble import TROUBLE, blocked, words
from feeder.net._ways import Impassable, Ways

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from feeder.model.delivery import Request, Way
    from feeder.net._deadline import Exchange
    from feeder.net._dial import Lookup
    from feeder.net._transport import Adapter, Prepared, Reply
    from feeder.net.guard import Guard

USER_AGENT = f"feeder/{__version__}"
_TOKENS = re.compile(r"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+\n)*")
_VALUES = re.compile(r"(?:(?! )[\x20-\x7e]*\n)*")


class Client:
    """Sends requests.

    Times are in seconds: `total` ends everything, from the look-up of the host to the last byte; `connect` bounds
    connecting, `body` the reading of the answer's body, of which `keep` bytes are kept.
    `cafile` names authorities to trust beside the public ones; `lookup` gives a host's numeric addresses.
    """

    def __init__(
        self,
        guard: Guard,
        *,
        total: float = 15.0,
        connect: float = 5.0,
        body: float = 2.0,
        keep: int = 16 * 1024,
        user_agent: str = USER_AGENT,
        cafile: str | None = None,
        lookup: Lookup = system_lookup,
    ) -> None:
        self._ways = Ways(Dialler(guard, lookup, connect), cafile)
        self._total, self._body, self._keep = total, body, keep
        self._headers = _by_name((("User-Agent", user_agent), ("Accept-Encoding", "identity")))

    def close(self) -> None:
        self._ways.close()

    def send(self, request: Request, *, total: float | None = None, keep: int | None = None) -> Answer:
        """What came back, or how far it came. A redirect is an answer like any other, and its body is not read.

        `total` and `keep` hold for this request instead of the client's own.
        """
        if _unsendable(request.headers):
            return Answer(Phase.GUARD, 0.0, error="a header cannot be sent: names and values are printable ASCII")
        with exchange(self._total if total is None else total) as now:
            try:
                response = self._sent(request, now)
                return self._answer(response, now, self._keep if keep is None else keep)
            except Impassable as error:
                return Answer(error.phase, now.took, error=str(error))
            except TROUBLE as error:
                what = words(error, now)
                return Answer(now.phase, now.took, error=what, address=now.address, blocked=blocked(error))

    def reach(self, url: str, way: Way = STRAIGHT) -> str | None:
        """What is wrong with connecting (and TLS, where the address says so), if anything. Nothing is sent."""
        with exchange(self._total) as now:
            try:
                self._ways.adapter(way).knock(url)
            except Impassable as error:
                return str(error)
            except TROUBLE as error:
                return words(error, now)
        return None

    def _sent(self, request: Request, now: Exchange) -> Reply:
        adapter = self._ways.adapter(request.way)
        prepared = self._prepared(adapter, request)
        try:
            return adapter.dispatch(prepared)
        except TROUBLE:
            if now.dialled or now.heard or now.over:
                raise
        # A kept connection that the receiver closed just then: once more, on a new one, and nobody need know.
        now.fresh = True
        return adapter.dispatch(prepared)

    def _prepared(self, adapter: Adapter, request: Request) -> Prepared:
        headers = self._headers | _by_name(request.headers)
        return adapter.prepared(request.method, request.url, headers, request.body)

    def _answer(self, reply: Reply, now: Exchange, keep: int) -> Answer:
        now.phase = Phase.BODY
        body, truncated, error = self._read(reply, now, keep)
        phase = Phase.BODY if error else Phase.DONE
        return Answer(phase, now.took, reply.status, reply.headers, body, truncated, error, now.address)

    def _read(self, reply: Reply, now: Exchange, keep: int) -> tuple[bytes, bool, str | None]:
        """At most `keep` bytes of the body as it came, nothing decoded; whether there is more; what broke it."""
        if reply.empty:
            reply.keep()
            return b"", False, None
        body, error = bytearray(), None
        try:
            with now.within(self._body):
                while not reply.is_redirect and len(body) <= keep:
                    piece = reply.read1(keep + 1 - len(body))
                    if not piece:
                        reply.keep()
                        return bytes(body), False, None
                    body += piece
        except TROUBLE as trouble:
            error = words(trouble, now)
        reply.drop()
        return bytes(body[:keep]), True, error


def _by_name(headers: Iterable[tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """By name in lower case: of two that say the same, the last counts."""
    return {field[0].lower(): field for field in headers}


def _unsendable(headers: Sequence[tuple[str, str]]) -> bool:
    """All names at once, and all values, each ended by what none of them may hold."""
    names = "".join([f"{name}\n" for name, _ in headers])
    values = "".join([f"{value}\n" for _, value in headers])
    if names.count("\n") + values.count("\n") > 2 * len(headers):
        return True
    return not (_TOKENS.fullmatch(names) and _VALUES.fullmatch(values))
