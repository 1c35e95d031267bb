"""What a kind of webhook is: options, how an event becomes a request, what an answer means."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from feeder.model.delivery import STRAIGHT, Notice, Way
from feeder.webhooks._verdict import verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from feeder.config import WebhookOptions
    from feeder.model.delivery import Answer, Event, Request, Verdict
    from feeder.secret import Secret

O = TypeVar("O", bound="WebhookOptions")  # noqa: E741 - Options


@dataclass(frozen=True, slots=True)
class Kind(Generic[O]):
    """`request` and `notice` get the time of the attempt, `verdict` the time at which the answer came (all aware).

    The same arguments make the same request. Both raise RequestError where the options do not allow it.
    """

    options: type[O]
    request: Callable[[Event, O, datetime], Request]
    notice: Callable[[Notice, O, datetime], Request]
    verdict: Callable[[Answer, datetime], Verdict] = verdict

    def whole_request(self, it: Event | Notice, options: O, now: datetime, proxy: Secret | None = None) -> Request:
        """The kind's request with what any webhook may say of headers and way; kinds need not know of it.

        Where both name a header, the kind's stands: it may be part of what was signed.
        """
        bare = self.notice(it, options, now) if isinstance(it, Notice) else self.request(it, options, now)
        way = way_of(options, proxy)
        if not options.headers:
            return bare if way is STRAIGHT else replace(bare, way=way)
        taken = {name.lower() for name, _ in bare.headers}
        more = ((name, value.reveal()) for name, value in options.headers.items() if name.lower() not in taken)
        return replace(bare, headers=(*bare.headers, *more), way=way)


def way_of(options: WebhookOptions, proxy: Secret | None) -> Way:
    it = options.certificate
    if it is None and options.authority is None and proxy is None:
        return STRAIGHT
    return Way(
        certificate=str(it.file) if it else None,
        key=str(it.key) if it and it.key else None,
        authority=str(options.authority) if options.authority else None,
        proxy=proxy.reveal() if proxy else None,
    )
