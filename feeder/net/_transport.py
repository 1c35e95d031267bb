"""`requests` over sockets with a deadline: prepared request in, answer with an unread body out.

The adapter is used without a `requests.Session`: so there are no redirects, cookies, `.netrc`, proxies or CA
bundles out of the environment that would have to be switched off. What remains is replaced here through the
interfaces that requests and urllib3 give for it; tests/net/test_contracts.py says on which we lean. What is the
same for every request to an address is found out once (`Target`).
"""

from __future__ import annotations

import logging
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING, Any
from weakref import ref

import requests.adapters
import requests.utils
from urllib3 import (
    HTTPConnectionPool,
    HTTPHeaderDict,
    HTTPResponse,
    HTTPSConnectionPool,
    PoolManager,
    ProxyManager,
)
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import InvalidHeader
from urllib3.util import Timeout

from feeder.model.delivery import Phase
from feeder.net._deadline import PlainSocket, Socket, current
from feeder.net._heads import Response, written
from feeder.net._targets import Prepared, login_of, target

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

    from feeder.net._dial import Dialler
    from feeder.net._targets import Target

_HOSTS = 256  # that are kept connected
_CONNECTIONS = 16  # to each
_IDLE = 5.0  # seconds; most receivers wait at least as long before they close
_TARGETS = 1024  # addresses that are remembered as prepared
_LONGEST = 4096  # characters of one that is remembered

# urllib3 writes whole addresses into its log, and those of webhooks are secrets: what happened, the answer says.
logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)


class _Untimed(Timeout):
    """The sockets keep the deadline: urllib3 need not count, nor copy what it counts with."""

    def clone(self) -> Timeout:
        return self

    def start_connect(self) -> float:
        return 0.0

    @property
    def read_timeout(self) -> None:
        return None


_UNTIMED = _Untimed(connect=None, read=None)


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

    def getresponse(self) -> HTTPResponse:
        inner = Response(self.sock, method=self._asked)
        try:
            inner.begin()
        except BaseException:
            inner.close()
            raise
        if inner.will_close:
            self.close()  # type: ignore[attr-defined] # of the connection
        headers = _dictionary(inner.msg.raw_items())
        try:
            return self._unread(inner, headers)
        except InvalidHeader:
            # Lengths that contradict each other: the head was whole, and the body ends where the connection does.
            self.close()  # type: ignore[attr-defined] # of the connection
            headers.discard("content-length")
            return self._unread(inner, headers)

    def _unread(self, inner: Response, headers: HTTPHeaderDict) -> HTTPResponse:
        return HTTPResponse(
            body=inner,
            headers=headers,
            status=inner.status,
            version=inner.version,
            reason=inner.reason,
            preload_content=False,
            decode_content=False,
            original_response=inner,
            request_method=self._asked,
        )


def _dictionary(fields: Iterable[tuple[str, str]]) -> HTTPHeaderDict:
    """What HTTPHeaderDict(fields) makes, in less time: it looks at all that it might have been given."""
    made = HTTPHeaderDict()
    for name, value in fields:
        made.add(name, value)
    return made


class _Plain(_Dialled, HTTPConnection):  # type: ignore[misc] # only what our requests need
    socket_class = PlainSocket
    response_class = Response

    @property
    def is_connected(self) -> bool:
        return self.sock is not None and self.sock.quiet


class _TLS(_Dialled, HTTPSConnection):  # type: ignore[misc] # likewise
    socket_class = Socket
    response_class = Response  # of a proxy, to CONNECT


class _Kept:
    """A pool that does not hand out what was idle for long, nor any old connection when a fresh one is wanted."""

    def _get_conn(self, timeout: float | None = None) -> Any:
        conn = super()._get_conn(timeout)  # type: ignore[misc] # of the pool
        if not conn.is_closed and (current().fresh or monotonic() - conn.parked > _IDLE):
            conn.close()
        if not conn.is_closed:
            current().address = conn.peer
        return conn

    def _validate_conn(self, conn: Any) -> None:
        """Connects before anything is sent: urllib3 takes a reset while sending for an answer that may come."""
        super()._validate_conn(conn)  # type: ignore[misc] # of the pool
        if conn.is_closed:
            conn.connect()

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


class _Unread(requests.Response):
    """Without the jar for cookies that each Response makes: nobody asks for them."""

    def __init__(self) -> None:
        self._content: Any = False  # as requests marks what was not read
        self._content_consumed = False
        self._next = None
        self.history = []


class Adapter(requests.adapters.HTTPAdapter):
    """The connections that go one way: with one TLS context, and straight or through one proxy."""

    def __init__(self, dialler: Dialler, context: ssl.SSLContext, proxy: str | None = None) -> None:
        self._dialler, self._context, self._proxy = dialler, context, proxy
        self._targets = lru_cache(_TARGETS)(target)
        super().__init__(_HOSTS, _CONNECTIONS)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:  # noqa: FBT001, FBT002 - the signature of requests
        kwargs |= {"maxsize": maxsize, "block": block, "ssl_context": self._context}
        if self._proxy is None:
            self.poolmanager = PoolManager(connections, **kwargs)
        else:
            address, login = login_of(self._proxy)
            self.poolmanager = ProxyManager(address, connections, proxy_headers=login, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self._dialler)

    def prepared(self, method: str, url: str, headers: dict[str, tuple[str, str]], body: bytes) -> Prepared:
        """`headers` are by their names in lower case. Raises ValueError when `url` cannot be used."""
        known = self._targets(url) if len(url) <= _LONGEST else target(url)
        prepared = Prepared()
        prepared.target, prepared.method, prepared.url, prepared.body = known, method, known.url, body
        whole = known.headers | headers | known.headers
        if body or method not in {"GET", "HEAD"}:
            whole["content-length"] = ("Content-Length", str(len(body)))
        prepared.headers = dict(whole.values())  # type: ignore[assignment] # a quicker mapping
        return prepared

    def dispatch(self, prepared: Prepared) -> requests.Response:
        return self.send(prepared, stream=True, timeout=_UNTIMED)  # type: ignore[arg-type] # requests takes it

    def knock(self, url: str) -> None:
        """Make a connection and close it."""
        pool: Any = self.get_connection_with_tls_context(self.prepared("GET", url, {}, b""), verify=True)
        connection = pool._new_conn()  # noqa: SLF001 - the only way to one that is not used
        try:
            if pool.proxy is not None:
                pool._prepare_proxy(connection)  # noqa: SLF001 - as the pool does it before a request
            if connection.is_closed:
                connection.connect()
        finally:
            connection.close()

    # ------------------------------------------------------------ what requests lets a subclass say

    def get_connection_with_tls_context(
        self,
        request: Any,
        verify: Any,
        proxies: Any = None,  # noqa: ARG002 - the adapter knows its proxy
        cert: Any = None,
    ) -> Any:
        pool: Any = request.target.pool()
        if pool is None:
            pool = super().get_connection_with_tls_context(request, verify, None, cert)
            request.target.pool = ref(pool)
        return pool

    def request_url(self, request: Any, proxies: Any) -> str:  # noqa: ARG002 - the adapter knows its proxy
        known: Target = request.target
        if self._proxy is None or known.url.startswith("https:"):
            return known.path
        return str(requests.utils.urldefragauth(known.url))

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """The context verifies; `requests` would have the CA bundle read again for every connection."""

    def build_response(self, req: Any, resp: Any) -> requests.Response:
        """Without cookies, and without a guess at the body's encoding: nobody asks for them."""
        response = _Unread()
        response.status_code, response.reason = resp.status, resp.reason
        response.headers, response.raw = resp.headers, resp
        response.url, response.request = req.url, req
        return response

    def close(self) -> None:
        pools = self.poolmanager.pools
        for key in list(pools.keys()):
            if (pool := pools.get(key)) is not None:
                pool.close()
        super().close()
