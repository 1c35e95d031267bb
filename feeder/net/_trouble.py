"""Exceptions of sockets, ssl, http.client, urllib3 and requests -> our own words.

Never their text: it holds addresses and header values, which may be secrets.
"""

from __future__ import annotations

import errno
import http.client
import socket
import ssl
from typing import TYPE_CHECKING

from urllib3.exceptions import HTTPError

from feeder.model.delivery import Phase
from feeder.net._dial import Blocked, Crowded
from feeder.net._transport import Unfinished

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
    own = next((one for one in causes if isinstance(one, Blocked | Crowded | Unfinished)), None)
    if own is not None:
        return _own(own)
    if exchange.phase is Phase.GUARD:
        return "the address cannot be used"
    if any(isinstance(one, TimeoutError) for one in causes):
        return f"timeout after {round(exchange.took, 1):g} s while {_DOING[exchange.phase]}"
    return next((text for one in causes if (text := _known(one))), f"no HTTP answer ({_name(causes[-1])})")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, then what it was made from; urllib3 and requests wrap the true one several times."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _own(error: BaseException) -> str:
    if isinstance(error, Blocked):
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
    if isinstance(error, OSError) and error.errno is not None:
        name = errno.errorcode.get(error.errno, str(error.errno))
        return f"{_ERRNO.get(error.errno, 'network error')} ({name})"
    return None


def _lookup_name(error: socket.gaierror | UnicodeError) -> str:
    names = (name for name in dir(socket) if name.startswith("EAI_"))
    code = getattr(error, "errno", None)
    return next((name for name in names if getattr(socket, name) == code), _name(error))


def _name(error: BaseException) -> str:
    return type(error).__name__
