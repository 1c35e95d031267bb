"""`requests` over sockets with a deadline: prepared request in, answer with an unread body out.

The adapter is used without a `requests.Session`: so there are no redirects, cookies, `.netrc`, proxies or CA
bundles out of the environment that would have to be switched off. What remains is replaced here through the
interfaces that urllib3 gives for it; tests/net/test_contracts.py says on which we lean.
"""

from __future__ import annotations

import http.client
import logging
import ssl
from functools import cache
from time import monotonic
from typing import TYPE_CHECKING, Any

import requests.adapters
import requests.utils
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from feeder.net._deadline import TLSSocket, current

if TYPE_CHECKING:
    from feeder.net._dial import Dialler

_HOSTS = 256  # that are kept connected
_CONNECTIONS = 16  # to each
_IDLE = 5.0  # seconds; most receivers wait at least as long before they close
_INTERIM = 8

# urllib3 writes whole addresses into its log, and those of webhooks are secrets: what happened, the answer says.
logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)


class Unfinished(http.client.HTTPException):
    """The receiver sends interim answers without end, or wants another protocol."""


class _Response(http.client.HTTPResponse):
    """Interim answers are skipped: `http.client` knows only 100 of them, and would skip it for ever."""

    def _read_status(self) -> tuple[str, int, str]:
        for _ in range(_INTERIM + 1):
            version, status, reason = super()._read_status()  # type: ignore[misc] # is not in typeshed
            if status >= 200:
                return version, status, reason
            if status == http.HTTPStatus.SWITCHING_PROTOCOLS:
                raise Unfinished
            http.client.parse_headers(self.fp)
        raise Unfinished


class _Dialled:
    """A connection that the dialler makes. `parked` is when it was last put back."""

    response_class = _Response
    dialler: Dialler
    parked = 0.0

    def _new_conn(self) -> Any:
        return self.dialler.dial(self._dns_host, self.port)  # type: ignore[attr-defined] # of the connection


class _Kept:
    """A pool that does not hand out what was idle for long, nor any old connection when a fresh one is wanted."""

    def _get_conn(self, timeout: float | None = None) -> Any:
        conn = super()._get_conn(timeout)  # type: ignore[misc] # of the pool
        if not conn.is_closed and (current().fresh or monotonic() - conn.parked > _IDLE):
            conn.close()
        if not conn.is_closed:
            current().address = conn.sock.getpeername()[0]
        return conn

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.parked = monotonic()
        super()._put_conn(conn)  # type: ignore[misc] # of the pool


def _pools(dialler: Dialler) -> dict[str, type[HTTPConnectionPool]]:
    own = {"dialler": dialler}
    plain = type("Plain", (_Dialled, HTTPConnection), own)
    tls = type("TLS", (_Dialled, HTTPSConnection), own)
    return {
        "http": type("PlainPool", (_Kept, HTTPConnectionPool), {"ConnectionCls": plain}),
        "https": type("TLSPool", (_Kept, HTTPSConnectionPool), {"ConnectionCls": tls}),
    }


@cache
def tls_context(cafile: str | None) -> ssl.SSLContext:
    """One for all connections: reading the bundle takes longer than a delivery. `cafile` adds to it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies chain and name; reads no environment
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.hostname_checks_common_name = False
    context.sslsocket_class = TLSSocket
    context.load_verify_locations(requests.utils.DEFAULT_CA_BUNDLE_PATH)
    if cafile is not None:
        context.load_verify_locations(cafile)
    return context


class Adapter(requests.adapters.HTTPAdapter):
    def __init__(self, dialler: Dialler, cafile: str | None) -> None:
        self._dialler, self._context = dialler, tls_context(cafile)
        super().__init__(_HOSTS, _CONNECTIONS)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:  # noqa: FBT001, FBT002 - the signature of requests
        self.poolmanager = PoolManager(
            connections, maxsize=maxsize, block=block, ssl_context=self._context, **kwargs
        )
        self.poolmanager.pool_classes_by_scheme = _pools(self._dialler)

    def knock(self, url: str) -> None:
        """Make a connection and close it."""
        pool: Any = self.poolmanager.connection_from_url(url)
        connection = pool._new_conn()  # noqa: SLF001 - the only way to one that is not used
        try:
            connection.connect()
        finally:
            connection.close()

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """The context verifies; `requests` would have the CA bundle read again for every connection."""

    def close(self) -> None:
        pools = self.poolmanager.pools
        for key in list(pools.keys()):
            if (pool := pools.get(key)) is not None:
                pool.close()
        super().close()
