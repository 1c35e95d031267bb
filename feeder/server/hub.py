"""POST /hub: subscribe to our feeds and unsubscribe (WebSub, section 5.1). Also rssCloud, where it is switched on.

Whatever is well said is answered with 202 at once; whether it is meant is asked of the callback afterwards.
"""

from __future__ import annotations

import math
import re
import time
from collections import OrderedDict
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from feeder.errors import StoreError
from feeder.model.topic import Intent, Mode, Protocol
from feeder.pipeline.hub import CLOUD, Full, lease_of
from feeder.secret import Secret
from feeder.server.incoming import body_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from feeder.server.parts import Hub, Parts

PATH, CLOUD_PATH = "/hub", "/rsscloud/pleaseNotify"
_BODY = 16 * 1024
_FIELDS = 100
_LONGEST = 2048  # of a callback
_SECRET = 200  # bytes that a secret has to stay under
_ADDRESSES = 10_000  # whose rate is remembered
_MODES = {it.value: it for it in (Mode.SUBSCRIBE, Mode.UNSUBSCRIBE)}
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,253}")
_SCHEMES = {"http-post": "http", "https-post": "https"}


def routes(parts: Parts) -> list[BaseRoute]:
    hub = parts.hub
    if hub is None:
        return []
    desk = _Desk(hub)
    found: list[BaseRoute] = [Route(PATH, desk.websub, methods=["POST"])] if hub.websub else []
    return [*found, *([Route(CLOUD_PATH, desk.cloud, methods=["POST"])] if hub.cloud else [])]


class _Desk:
    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._rate = Rate(hub.limits.posts, hub.limits.each)

    async def websub(self, request: Request) -> Response:
        said = await self._form(request)
        await self._accept(intent_of(said))
        return PlainTextResponse("Accepted; the callback is asked next\n", 202)

    async def cloud(self, request: Request) -> Response:
        """The answer is XML, whatever it says (http://home.rsscloud.co/rest)."""
        try:
            said = await self._form(request)
            for it in cloud_intents(said, request.client.host if request.client else ""):
                await self._accept(it)
        except HTTPException as error:
            return _notified(well=False, told=str(error.detail), status=error.status_code)
        return _notified(well=True, told="Accepted; the callback is asked next")

    async def _form(self, request: Request) -> dict[str, str]:
        """The first of each field that is said twice."""
        self._rate.spend(request.client.host if request.client else "")
        body = await body_of(request, _BODY)
        try:
            pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_FIELDS)
        except ValueError:  # UnicodeDecodeError too
            raise _wrong("this is no form of UTF-8 (application/x-www-form-urlencoded)") from None
        return dict(reversed(pairs))

    async def _accept(self, it: Intent) -> None:
        try:
            if not await run_in_threadpool(self._hub.serves, it.topic):
                raise HTTPException(404, "hub.topic is no feed of this hub; it is the rel=self address of one")
            await run_in_threadpool(self._hub.accept, it)
        except Full as refusal:
            raise HTTPException(503, f"{refusal.reason}; come again later", {"Retry-After": "600"}) from None
        except StoreError:
            raise HTTPException(503, "Not now; come again later", {"Retry-After": "30"}) from None


def _wrong(reason: str) -> HTTPException:
    return HTTPException(400, reason)


# ---------------------------------------------------------------- what was said


def intent_of(said: Mapping[str, str]) -> Intent:
    """Of the form of section 5.1; what it says beside is ignored. HTTPException."""
    mode = _MODES.get(said.get("hub.mode", ""))
    if mode is None:
        raise _wrong("hub.mode: there are subscribe and unsubscribe; this hub knows when its own feeds change")
    callback, topic = said.get("hub.callback", ""), said.get("hub.topic", "")
    host = _host(callback, "hub.callback")
    if not topic:
        raise _wrong("hub.topic is missing")
    secret = said.get("hub.secret", "")
    if len(secret.encode()) >= _SECRET or "\0" in secret:
        raise _wrong(f"hub.secret must be less than {_SECRET} bytes of text")
    lease = lease_of(_lease(said.get("hub.lease_seconds", "")))
    return Intent(Protocol.WEBSUB, mode, topic, callback, host, lease, Secret(secret) if secret else None)


def _host(callback: str, name: str) -> str:
    try:
        parts = urlsplit(callback)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise _wrong(f"{name} is no address") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise _wrong(f"{name} must be an http or https address")
    if len(callback) > _LONGEST or not callback.isascii() or not callback.isprintable() or " " in callback:
        raise _wrong(f"{name} must be up to {_LONGEST} printable ASCII characters")
    if "@" in parts.netloc or "#" in callback:
        raise _wrong(f"{name} must be without user name, password and fragment")
    return host


def _lease(text: str) -> timedelta | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 12:
        raise _wrong("hub.lease_seconds must be a whole number of seconds")
    return timedelta(seconds=int(text)) if int(text) else None


def cloud_intents(said: Mapping[str, str], peer: str) -> list[Intent]:
    """One for each address in `url1`, `url2` and so on. HTTPException."""
    scheme, port = _SCHEMES.get(said.get("protocol", ""), ""), said.get("port", "")
    if not scheme:
        raise _wrong("protocol: there are http-post and https-post")
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise _wrong("port must be a number from 1 to 65535")
    named = said.get("domain", "")
    if named and not _NAME.fullmatch(named):
        raise _wrong("domain must be the name of a host")
    host = f"[{peer}]" if not named and ":" in peer else named or peer
    callback = f"{'https' if port == '443' else scheme}://{host}:{port}/{said.get('path', '').removeprefix('/')}"
    host = _host(callback, "domain, port and path")
    topics = [said[name] for name in sorted(said) if name.startswith("url") and said[name]]
    if not topics or len(topics) > 10:
        raise _wrong("url1 (and so on, up to ten) is the address of a feed")
    lease, how = int(CLOUD.total_seconds()), "domain" if named else ""
    return [Intent(Protocol.RSSCLOUD, Mode.SUBSCRIBE, it, callback, host, lease, None, how) for it in topics]


def _notified(*, well: bool, told: str, status: int = 200) -> Response:
    from xml.sax.saxutils import quoteattr

    text = f'<?xml version="1.0"?>\n<notifyResult success="{str(well).lower()}" msg={quoteattr(told)}/>\n'
    return Response(text, status, media_type="text/xml")


# ---------------------------------------------------------------- how often


class Rate:
    """How often one address may ask: `burst` times at once, then once in `each` seconds."""

    def __init__(self, burst: int, each: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst, self._each, self._clock = burst, each, clock
        self._full: OrderedDict[str, float] = OrderedDict()  # when the address may ask as often as ever

    def spend(self, address: str) -> None:
        """HTTPException when it asks too often."""
        now = self._clock()
        full = max(self._full.pop(address, now), now) + self._each
        late = full - now - self._burst * self._each
        if late > 0:
            self._full[address] = full - self._each
            raise HTTPException(429, "Too often; come again later", {"Retry-After": str(math.ceil(late))})
        self._full[address] = full
        if len(self._full) > _ADDRESSES:
            self._full.popitem(last=False)
