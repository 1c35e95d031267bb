"""Connections with a deadline, kept by urllib3: request in, answer with an unread body out.

Of requests there is only what it makes of an address (`Target`), once for all that go there. Without its
sessions there are no redirects, cookies, `.netrc`, proxies or CA bundles of the environment to be switched off.
urllib3 keeps the connections, agrees on TLS and asks proxies for tunnels; what it does beside that for each
request takes longer than to send it. tests/net/test_contracts.py says on which of its interfaces we lean.
"""

from __future__ import annotations

import logging
import queue
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from http.client import IncompleteRead
from time import monotonic
from typing import TYPE_CHECKING, Any
from weakref import ref

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ProxyError

from feeder.model.delivery import Phase
from feeder.net._deadline import PlainSocket, Socket, current
from feeder.net._heads import Response, written
from feeder.net._targets import Target, login_of, target

if TYPE_CHECKING:
    import ssl

    from feeder.net._dial import Dialler

_HOSTS = 256  # that are kept connected
_CONNECTIONS = 16  # to each
_IDLE = 5.0  # seconds; most receivers wait at least as long before they close
_TARGETS = 4096  # addresses that are remembered as prepared
_LONGEST = 4096  # characters of one that is remembered
_REDIRECTS = {301, 302, 303, 307, 308}

# urllib3 writes whole addresses into its log, and those of webhooks are secrets: what happened, the answer says.
logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)


@dataclass(slots=True, repr=False)
class Prepared:
    target: Target
    method: str
    headers: dict[str, str]
    body: bytes


class Reply:
    """An answer whose head is read. Whoever has it either reads all of it and calls `keep`, or calls `drop`."""

    def __init__(self, pool: Any, conn: Any, inner: Response) -> None:
        self._pool, self._conn, self._inner = pool, conn, inner
        self.status = inner.status
        self.headers: tuple[tuple[str, str], ...] = tuple(inner.msg.raw_items())

    @property
    def empty(self) -> bool:
        return self._inner.length == 0

    @property
    def is_redirect(self) -> bool:
        return self.status in _REDIRECTS and self._inner.msg.get("location") is not None

    def read1(self, size: int) -> bytes:
        """What has come of the body, nothing decoded; nothing at its end. HTTPException where it breaks off."""
        piece = self._inner.read1(size)
        if not piece and self._inner.length:
            raise IncompleteRead(piece, self._inner.length)
        return piece

    def keep(self) -> None:
        """The connection may be used again."""
        self._inner.close()
        self._pool._put_conn(self._conn)  # noqa: SLF001 - as urllib3 does it

    def drop(self) -> None:
        """What was not read to its end cannot be used again."""
        self._conn.close()
        self.keep()


class _Dialled:
    """A connection that the dialler makes, which sends head and body at once. `parked` is when it was put back."""

    dialler: Dialler
    socket_class: type[Socket]
    sock: Any
    parked = 0.0
    peer: str | None = None

    def _new_conn(self) -> Any:
        sock = self.dialler.dial(self._dns_host, self.port, self.socket_class)  # type: ignore[attr-defined]
        self.peer = current().address
        return sock

    def _tunnel(self) -> None:
        try:
            super()._tunnel()  # type: ignore[misc] # of http.client
        except Exception:
            current().phase = Phase.CONNECT
            raise

    def request(self, method: str, url: str, body: bytes | None = None, headers: Any = None, **_: Any) -> None:
        """All our heads are whole: Host and Content-Length stand in them. The pool has connected by then."""
        self._asked = method
        self.sock.sendall(written(method, url, headers) + (body or b""))

    def getresponse(self) -> Response:
        inner = Response(self.sock, method=self._asked)
        try:
            inner.begin()
        except BaseException:
            inner.close()
            raise
        if inner.will_close or _contradicts_itself(inner):
            self.close()  # type: ignore[attr-defined] # of the connection
        return inner


def _contradicts_itself(inner: Response) -> bool:
    """Whether it gives several lengths: what follows it might be anything (RFC 9112, 6.3)."""
    return len({value for name, value in inner.msg.raw_items() if name.lower() == "content-length"}) > 1


class _Plain(_Dialled, HTTPConnection):  # type: ignore[misc] # only what our requests need
    socket_class = PlainSocket
    response_class = Response

    @property
    def is_connected(self) -> bool:
        return self.sock is not None and self.sock.quiet


class _TLS(_Dialled, HTTPSConnection):  # type: ignore[misc] # likewise
    socket_class = Socket
    response_class = Response  # of a proxy, to CONNECT


class _Stack:
    """What urllib3 asks of a queue.LifoQueue that never waits."""

    def __init__(self, size: int) -> None:
        self._size, self.queue = size, deque[Any]()

    def get(self, block: bool = False, timeout: float | None = None) -> Any:  # noqa: ARG002, FBT001, FBT002 - its
        try:
            return self.queue.pop()
        except IndexError:
            raise queue.Empty from None

    def put(self, item: Any, block: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - its
        if len(self.queue) >= self._size:
            raise queue.Full
        self.queue.append(item)

    def qsize(self) -> int:
        return len(self.queue)


class _Kept:
    """A pool that does not hand out what was idle for long, nor any old connection when a fresh one is wanted."""

    QueueCls = _Stack

    def _get_conn(self, timeout: float | None = None) -> Any:
        conn = super()._get_conn(timeout)  # type: ignore[misc] # of the pool
        if not conn.is_closed and (current().fresh or monotonic() - conn.parked > _IDLE):
            conn.close()
        if not conn.is_closed:
            current().address = conn.peer
        return conn

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.parked = monotonic()
        super()._put_conn(conn)  # type: ignore[misc] # of the pool


def _pools(dialler: Dialler) -> dict[str, type[HTTPConnectionPool]]:
    own = {"dialler": dialler}
    plain, tls = type("Plain", (_Plain,), own), type("TLS", (_TLS,), own)
    return {
        "http": type("PlainPool", (_Kept, HTTPConnectionPool), {"ConnectionCls": plain}),
        "https": type("TLSPool", (_Kept, HTTPSConnectionPool), {"ConnectionCls": tls}),
    }


class Adapter:
    """The connections that go one way: with one TLS context, and straight or through one proxy."""

    def __init__(self, dialler: Dialler, context: ssl.SSLContext, proxy: str | None = None) -> None:
        self._proxy, self._context = proxy, context
        self._targets = lru_cache(_TARGETS)(target)
        kept: dict[str, Any] = {"maxsize": _CONNECTIONS, "block": False, "ssl_context": context}
        if proxy is None:
            self._manager = PoolManager(_HOSTS, **kept)
        else:
            address, login = login_of(proxy)
            self._manager = ProxyManager(address, _HOSTS, proxy_headers=login, **kept)
        self._manager.pool_classes_by_scheme = _pools(dialler)

    def prepared(self, method: str, url: str, headers: dict[str, tuple[str, str]], body: bytes) -> Prepared:
        """`headers` are by their names in lower case. Raises ValueError when `url` cannot be used."""
        known = self._targets(url) if len(url) <= _LONGEST else target(url)
        whole = known.headers | headers | known.headers
        if body or method not in {"GET", "HEAD"}:
            whole["content-length"] = ("Content-Length", str(len(body)))
        return Prepared(known, method, dict(whole.values()), body)

    def dispatch(self, prepared: Prepared) -> Reply:
        pool = self._pool(prepared.target)
        conn = pool._get_conn()  # noqa: SLF001 - here and below as urllib3 does it for each request
        try:
            if conn.is_closed:
                _connect(pool, conn)
            # Who resets while we are sending may have answered.
            with suppress(BrokenPipeError, ConnectionResetError):
                conn.request(prepared.method, *self._asked(pool, prepared))
            return Reply(pool, conn, conn.getresponse())
        except BaseException:
            conn.close()
            pool._put_conn(conn)  # noqa: SLF001
            raise

    def knock(self, url: str) -> None:
        """Make a connection and close it."""
        pool = self._pool(self.prepared("GET", url, {}, b"").target)
        connection = pool._new_conn()  # noqa: SLF001 - the only way to one that is not used
        try:
            _connect(pool, connection)
        finally:
            connection.close()

    def _pool(self, known: Target) -> Any:
        pool: Any = known.pool()
        if pool is None:
            pool = self._manager.connection_from_url(known.url)
            known.pool = ref(pool)
        return pool

    def _asked(self, pool: Any, prepared: Prepared) -> tuple[str, bytes, dict[str, str]]:
        """Target, body and headers; a proxy is asked for the whole address, but where it only makes a tunnel."""
        if self._proxy is None or pool.scheme == "https":
            return prepared.target.path, prepared.body, prepared.headers
        return prepared.target.whole, prepared.body, prepared.headers | pool.proxy_headers

    def close(self) -> None:
        pools = self._manager.pools
        for key in list(pools.keys()):
            if (pool := pools.get(key)) is not None:
                pool.close()
        self._manager.clear()


def _connect(pool: Any, conn: Any) -> None:
    """Before anything is sent, so that what breaks then has been sent to nobody."""
    try:
        if pool.proxy is not None and pool.scheme == "https":
            pool._prepare_proxy(conn)  # noqa: SLF001
        if conn.is_closed:
            conn.connect()
    except Exception as error:
        if conn.proxy is not None and not conn.has_connected_to_proxy:
            raise ProxyError("", error) from error
        raise
