"""Who may use the API: whoever has the token; without one, only programs of this very machine."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from feeder.secret import Secret
from feeder.server._refusal import Refusal
from feeder.server.incoming import same_origin

if TYPE_CHECKING:
    from starlette.datastructures import Headers

_CHALLENGE = 'Bearer realm="feeder"'
# What a proxy adds: behind one, every request comes from this machine.
_PROXIED = frozenset({"forwarded", "via", "x-real-ip", "true-client-ip", "cf-connecting-ip", "client-ip"})


def bearer(headers: Headers) -> str | None:
    """The token in the header; None where there is none (RFC 6750, section 2.1)."""
    lines = headers.getlist("authorization")
    if len(lines) > 1:
        raise Refusal(400, "Authorization stands there more than once")
    scheme, _, token = lines[0].partition(" ") if lines else ("", "", "")
    return token.strip() if scheme.lower() == "bearer" else None


def check(expected: Secret, header: str | None, form: str | None) -> None:
    """Whether the one token that was shown, in the header or in a form, is ours."""
    if header is not None and form is not None:  # RFC 6750, section 2
        raise Refusal(400, "the token stands in the header and in the form; one of the two is right")
    shown = form if header is None else header
    if shown is None:
        raise Refusal(
            401,
            "this needs the token of server.token, as a header: Authorization: Bearer TOKEN",
            {"WWW-Authenticate": _CHALLENGE},
        )
    if Secret(shown) != expected:  # in constant time
        raise Refusal(
            401,
            "this is not the token of server.token",
            {"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'},
        )


def check_local(peer: str, headers: Headers, version: str) -> None:
    """No token is set. A page that a browser shows, even under a name that leads here, is not of this machine.

    nginx adds no header unless it is told to, and speaks HTTP/1.0, which no program of today does by itself.
    """
    proxied = version == "1.0" or any(name in _PROXIED or name.startswith("x-forwarded") for name in headers)
    if proxied or not _is_loopback(peer) or not _is_loopback(_host(headers)) or not same_origin(headers):
        raise Refusal(
            403,
            "without a token only programs of this machine are let in, at a loopback address and through no "
            "proxy; write server: {token: ...} into config.yaml and send it as Authorization: Bearer TOKEN",
        )


def _host(headers: Headers) -> str:
    try:
        return urlsplit(f"//{headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback
