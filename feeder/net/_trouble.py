"""Exceptions of sockets, ssl, http.client, urllib3 and requests -> our own words.

Never their text: it holds addresses and header values, which may be secrets.
"""

from __future__ import annotations

import errno
import http.client
import re
import socket
import ssl
from typing import TYPE_CHECKING

from urllib3.exceptions import HTTPError, ProxyError

from feeder.model.delivery import Phase
from feeder.net._dial import Blocked, Crowded
from feeder.net._heads import Unfinished
from feeder.net._targets import Unusable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feeder.net._deadline import Exchange

# What sending and reading raise for anything that a network or a receiver can do. (requests' errors are OSErrors.)
TROUBLE = (OSError, HTTPError, http.client.HTTPException, ValueError)

_DOING = {
    Phase.DNS: "looking up the host",
    Phase.CONNECT: "connecting",
    Phase.TLS: "agreeing on TLS",
    Phase.SEND: "sending",
    Phase.HEAD: "waiting for the answer",
    Phase.BODY: "reading the answer's body",
}
_ERRNO = {
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: "connection reset by the receiver",
    errno.EHOSTUNREACH: "host unreachable",
    errno.ENETUNREACH: "network unreachable",
    errno.EPIPE: "connection closed by the receiver",
}
_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3})\b")  # what http.client says of a proxy's answer
_CERTIFICATE = {  # X509_V_ERR_… of OpenSSL
    9: "is not valid yet",
    10: "has expired",
    18: "is self-signed",
    19: "comes from an unknown authority",
    20: "comes from an unknown authority",
    21: "comes from an unknown authority",
    62: "is for another host",
    64: "is for another address",
}


def words(error: Exception, exchange: Exchange) -> str:
    """What went wrong, for people, with the name of the error in brackets where it has one."""
    causes = list(_causes(error))
    own = next((one for one in causes if isinstance(one, Blocked | Crowded | Unfinished | Unusable)), None)
    if own is not None:
        return _own(own)
    if exchange.phase is Phase.GUARD:
        return "the address cannot be used"
    if any(isinstance(one, ProxyError) for one in causes):
        return f"the proxy: {_network(causes, exchange)}"
    return _network(causes, exchange)


def _network(causes: list[BaseException], exchange: Exchange) -> str:
    if any(isinstance(one, TimeoutError) for one in causes):
        return f"timeout after {round(exchange.took, 1):g} s while {_DOING[exchange.phase]}"
    what = "the answer's body breaks off" if exchange.phase is Phase.BODY else "no HTTP answer"
    return next((text for one in causes if (text := _known(one))), f"{what} ({_name(causes[-1])})")


def blocked(error: Exception) -> bool:
    """Whether it was the guard that refused."""
    return any(isinstance(one, Blocked) for one in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, then what it was made from; urllib3 and requests wrap the true one several times."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__ or _wrapped(error)


def _wrapped(error: BaseException) -> BaseException | None:
    """urllib3's errors that were never raised hold what they are made from as an argument only."""
    return next((one for one in error.args if isinstance(one, BaseException)), None)


def _own(error: BaseException) -> str:
    if isinstance(error, Blocked | Unusable):
        return str(error)
    if isinstance(error, Crowded):
        return "too many hosts are being looked up at once"
    return "no HTTP answer (only interim ones)"


def _known(error: BaseException) -> str | None:
    if isinstance(error, socket.gaierror | UnicodeError):
        return f"the host cannot be looked up ({_lookup_name(error)})"
    if isinstance(error, ssl.SSLCertVerificationError):
        code = error.verify_code
        return f"the certificate {_CERTIFICATE.get(code, 'is not valid')} (X509 {code})"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed ({error.reason or _name(error)})"
    if isinstance(error, http.client.RemoteDisconnected):
        return "connection closed without an answer (RemoteDisconnected)"
    return _of_system(error) if isinstance(error, OSError) else None


def _of_system(error: OSError) -> str | None:
    if refused := _TUNNEL.match(str(error)):
        return f"the proxy refuses the way to the host ({refused[1]})"
    if error.errno is None:
        return None
    name = errno.errorcode.get(error.errno, str(error.errno))
    return f"{_ERRNO.get(error.errno, 'network error')} ({name})"


def _lookup_name(error: socket.gaierror | UnicodeError) -> str:
    names = (name for name in dir(socket) if name.startswith("EAI_"))
    code = getattr(error, "errno", None)
    return next((name for name in names if getattr(socket, name) == code), _name(error))


def _name(error: BaseException) -> str:
    return type(error).__name__
