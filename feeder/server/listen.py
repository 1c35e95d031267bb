"""The trial receiver: takes webhooks as a partner's server would, checks their signatures, shows what arrived.

Bodies come from outside and go to memory, bounded in number and in bytes, to a page and to JSON. It can be told
to fail, so that a person sees retries happen.
"""

from __future__ import annotations

from collections import deque
from dataclasses import asdict
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router

from feeder.errors import UsageError
from feeder.net.signing import verify
from feeder.server.application import application
from feeder.server.heard import NOT_JSON, Heard, Mark, kind_of, line, parsed, shown, title_of
from feeder.server.incoming import body_of, same_origin
from feeder.server.pages import page, slash

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from feeder.net.keys import Key

_BODY = 1024 * 1024
_FORM = 4 * 1024
_REMEMBERED = 16 * 1024 * 1024  # characters of all bodies together
_TIMES = 1000
STATUSES = (500, 503, 429, 404, 410, 400, 302)


class Receiver:
    """Called from the server's loop and from the command line at once."""

    def __init__(
        self,
        keys: Callable[[str], Sequence[Key]],
        now: Callable[[], datetime],
        keep: int = 200,
        on_delivery: Callable[[Heard], None] | None = None,
    ) -> None:
        self._keys = keys
        self._now = now
        self._keep = keep
        self._on_delivery = on_delivery
        self._lock = Lock()
        self._heard: deque[Heard] = deque()
        self._size = 0
        self._count = 0
        self._failing = (0, 500)

    def fail(self, times: int, status: int) -> None:
        """Answer the next `times` deliveries with `status`, whatever they hold."""
        if not 0 <= times <= _TIMES:
            raise UsageError(f"{times} times: 0 to {_TIMES} would be right")
        if not 300 <= status <= 599:
            raise UsageError(f"status {status}: 300 to 599 would be right")
        with self._lock:
            self._failing = (times, status)

    @property
    def failing(self) -> tuple[int, int]:
        """How many more deliveries fail, and with which status."""
        return self._failing

    @property
    def latest(self) -> int:
        """The number of the newest delivery; 0 before the first."""
        return self._count

    def deliveries(self) -> tuple[Heard, ...]:
        """What is remembered, newest first."""
        with self._lock:
            return tuple(reversed(self._heard))

    def hear(self, webhook: str, headers: Mapping[str, str], body: bytes) -> Heard:
        """Judge one request and remember it; its `status` is to be answered."""
        at, payload = self._now(), parsed(body)
        mark, signature, reason = self._judged(webhook, headers, body, at)
        name, id_ = line(webhook), line(headers.get("webhook-id", ""))
        with self._lock:
            self._count += 1
            status, why = self._decided(mark, payload)
            heard = Heard(
                number=self._count,
                webhook=name,
                id=id_,
                kind=kind_of(payload),
                title=title_of(payload),
                at=at,
                mark=mark,
                signature=signature,
                reason="; ".join(filter(None, (reason, why))),
                attempt=self._attempt(name, id_),
                status=status,
                body=body.decode(errors="replace"),
                shown=shown(body, payload),
            )
            self._remember(heard)
        if self._on_delivery:
            self._on_delivery(heard)
        return heard

    def _judged(
        self, webhook: str, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> tuple[Mark, str, str]:
        """With the form of the signature that fits. While a secret is being changed, one of two does."""
        keys = self._keys(webhook)
        if not keys:
            return Mark.UNCHECKED, "", "no secret is known for this webhook"
        reasons = [verify(key, headers, body, now) for key in keys]
        if None in reasons:
            return Mark.VERIFIED, keys[reasons.index(None)].form, ""
        return Mark.WRONG, "", line(reasons[0] or "")

    def _decided(self, mark: Mark, payload: object) -> tuple[int, str]:
        times, status = self._failing
        if times:
            self._failing = (times - 1, status)
            return status, "told to fail"
        if mark is Mark.WRONG:
            return 401, ""
        return (400, "the body is not JSON") if payload is NOT_JSON else (204, "")

    def _attempt(self, webhook: str, id_: str) -> int:
        seen = (heard.attempt for heard in self._heard if id_ and (heard.webhook, heard.id) == (webhook, id_))
        return 1 + max(seen, default=0)

    def _remember(self, heard: Heard) -> None:
        self._heard.append(heard)
        self._size += _size(heard)
        while len(self._heard) > self._keep or self._size > _REMEMBERED:
            self._size -= _size(self._heard.popleft())


def _size(heard: Heard) -> int:
    return len(heard.body) + len(heard.shown)


def mounted(path: str, receiver: Receiver) -> list[BaseRoute]:
    """The receiver below `path`, beside other pages."""
    return [Mount(path, app=Router(routes(receiver), redirect_slashes=False)), slash(path + "/")]


def alone(receiver: Receiver) -> ASGIApp:
    """The receiver and nothing else, for `feeder listen`."""
    return application(routes(receiver))


def routes(receiver: Receiver) -> list[BaseRoute]:
    async def take(request: Request) -> Response:
        body = await body_of(request, _BODY)
        return _answer(receiver.hear(request.path_params.get("name", ""), request.headers, body))

    def show(request: Request) -> Response:
        return _page(receiver, str(request.url))

    async def front(request: Request) -> Response:
        return await (take(request) if request.method == "POST" else run_in_threadpool(show, request))

    async def fail(request: Request) -> Response:
        return await _told_to_fail(receiver, request)

    async def latest(_request: Request) -> Response:
        return _fresh({"latest": receiver.latest})

    def deliveries(_request: Request) -> Response:
        return _fresh({"deliveries": [_row(heard) for heard in receiver.deliveries()]})

    return [
        Route("/", front, methods=["GET", "POST"]),
        Route("/-/fail", fail, methods=["POST"]),
        Route("/-/latest", latest),
        Route("/-/deliveries", deliveries),
        Route("/{name}", take, methods=["POST"]),
    ]


def _answer(heard: Heard) -> Response:
    if heard.status == 204:
        return Response(status_code=204)
    return PlainTextResponse(f"{heard.reason}\n", heard.status)


async def _told_to_fail(receiver: Receiver, request: Request) -> Response:
    if not same_origin(request.headers):
        raise HTTPException(403, "This form is only taken from its own page")
    fields = parse_qs((await body_of(request, _FORM)).decode(errors="replace"))
    try:
        receiver.fail(int(fields["times"][-1]), int(fields["status"][-1]))
    except (KeyError, ValueError):
        raise HTTPException(400, "times and status are needed, both whole numbers") from None
    except UsageError as error:
        raise HTTPException(400, str(error)) from None
    return RedirectResponse("../", 303)


def _page(receiver: Receiver, address: str) -> Response:
    times, status = receiver.failing
    # The number first: one that arrives in between is then shown again, not missed.
    values = {"latest": receiver.latest, "deliveries": receiver.deliveries(), "times": times, "status": status}
    return page("listen.html", address=address, statuses=STATUSES, most=_TIMES, **values)


def _row(heard: Heard) -> dict[str, object]:
    row = asdict(heard) | {"at": heard.at.isoformat().replace("+00:00", "Z")}
    del row["shown"]
    return row


def _fresh(value: dict[str, object]) -> Response:
    # ASCII, since a body may hold half a surrogate pair, which UTF-8 cannot carry.
    return JSONResponse(value, headers={"Cache-Control": "no-store"})
