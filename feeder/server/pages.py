"""template + values -> an HTML answer with a strict Content-Security-Policy."""

from __future__ import annotations

import secrets
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse, RedirectResponse
from starlette.routing import Route

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

_POLICY = (
    "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; "
    "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def page(template: str, **values: Any) -> Response:
    """Never stored by caches: what stands there changes, and the nonce is for one answer only."""
    nonce = secrets.token_urlsafe(16)
    html = _templates().get_template(template).render(nonce=nonce, **values)
    headers = {
        "Content-Security-Policy": _POLICY.format(nonce=nonce),
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
    }
    return HTMLResponse(html, headers=headers)


def slash(path: str) -> BaseRoute:
    """`path` without its last slash leads to the one with it."""

    def redirect(_request: Request) -> Response:
        return RedirectResponse(path, 308)

    return Route(path.rstrip("/"), redirect)


@cache
def _templates() -> SandboxedEnvironment:
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
