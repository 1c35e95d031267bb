"""store -> deliveries that are due -> requests; answers -> attempts and what becomes of each delivery.

One thread decides and writes, many wait for receivers. A delivery is leased in a committed transaction before
its first byte is sent, and its answer is written under that lease: a crash anywhere repeats, and never loses.
"""

from __future__ import annotations

import logging
import traceback
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from feeder.model.address import link_of
from feeder.model.cleaned import credited
from feeder.model.delivery import Answer, Attempt, DeliveryState, Event, Outcome, Phase, Verdict
from feeder.net import scrub
from feeder.pipeline.places import as_feed, places
from feeder.pipeline.retry import next_attempt
from feeder.store import articles, deliveries, webhooks
from feeder.store.deliveries import Settled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Future
    from datetime import datetime

    from feeder.config import FeedOptions, WebhookOptions
    from feeder.model.delivery import Delivery, Request
    from feeder.model.feed import Site
    from feeder.store import Store, Tx
    from feeder.webhooks._kind import Kind

log = logging.getLogger(__name__)

# Threads at most; they are made as they are needed. Few webhooks never wait for one another, since each has
# its own bound (`concurrency`); many share these.
_WORKERS = 128


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook as it stands in the configuration, with its kind."""

    name: str
    options: WebhookOptions
    kind: Kind[Any]


@dataclass(frozen=True, slots=True)
class Outside:
    """What deliveries are made of and go out through, beside the store.

    `link` gives an article's address; `output` is the address of the output folder; `send` never raises for
    what the network does; `chance` gives numbers in 0..1.
    """

    hooks: Mapping[str, Hook]
    site: Site
    output: str
    feeds: Mapping[str, FeedOptions]
    send: Callable[[Request], Answer]
    now: Callable[[], datetime]
    chance: Callable[[], float]
    token: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Done:
    """An attempt that has ended, not yet written."""

    delivery: Delivery
    verdict: Verdict
    attempt: Attempt


class Dispatcher:
    """`step()` writes what was answered and sends what is due; it is for one thread."""

    def __init__(self, store: Store, outside: Outside, lease: timedelta, wake: Callable[[], None]) -> None:
        """`wake` is called from other threads whenever there is an answer to write."""
        self._store, self._lease, self._wake = store, lease, wake
        self._outside = self._next = outside
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="deliver")
        self._answers: deque[Done] = deque()
        self._unwritten: list[Done] = []
        self._flying: Counter[str] = Counter()
        self._futures: set[Future[None]] = set()

    def use(self, outside: Outside) -> None:
        """From the next step on; may be called from any thread."""
        self._next = outside

    @property
    def in_flight(self) -> int:
        return self._flying.total()

    def step(self, upto: int) -> int:
        """Write answers, then claim and send what is due; returns how many were sent. Raises StoreError.

        `upto` is the newest delivery (by id) that may be sent: what it tells of must have been published.
        When the store refuses, nothing is sent and the answers are kept for the next step.
        """
        self._outside = self._next
        self._gather()
        now = self._outside.now()
        if not self._unwritten and not self._anything_due(now, upto):
            return 0
        with self._store.write() as tx:
            for done in self._unwritten:
                self._settle(tx, done, now)
            claimed = self._claim(tx, now, upto)
        for done in self._unwritten:
            self._flying[done.delivery.webhook] -= 1
        self._unwritten.clear()
        for delivery in claimed:
            self._start(delivery)
        return len(claimed)

    def finish(self, timeout: float) -> int:
        """Send nothing more, wait for what is under way and write it; returns how many were left under way."""
        wait(self._futures, timeout)
        self.step(upto=0)
        self._pool.shutdown(wait=False, cancel_futures=True)
        return self.in_flight

    def _gather(self) -> None:
        while self._answers:
            self._unwritten.append(self._answers.popleft())
        self._futures = {future for future in self._futures if not future.done()}

    def _anything_due(self, now: datetime, upto: int) -> bool:
        if not upto:
            return False
        with self._store.read() as tx:
            return deliveries.any_due(tx, self._room(tx), now, upto)

    def _room(self, tx: Tx) -> dict[str, int]:
        """How many more each webhook may have under way, those with the fewest first.

        What is about to be written counts as ended.
        """
        landed = Counter(done.delivery.webhook for done in self._unwritten)
        states = webhooks.states(tx)
        room = {}
        for name in sorted(self._outside.hooks, key=lambda name: self._flying[name]):
            options = self._outside.hooks[name].options
            if options.enabled and name in states and states[name].status == "active":
                room[name] = options.concurrency - self._flying[name] + landed[name]
        return {name: most for name, most in room.items() if most > 0}

    def _claim(self, tx: Tx, now: datetime, upto: int) -> tuple[Delivery, ...]:
        room = self._room(tx) if upto else {}
        free = _WORKERS - self._flying.total() + len(self._unwritten)
        return deliveries.claim(tx, room, free, now, now + self._lease, self._outside.token(), upto)

    def _start(self, delivery: Delivery) -> None:
        self._flying[delivery.webhook] += 1
        future = self._pool.submit(self._fly, delivery, self._outside)
        self._futures.add(future)

    def _fly(self, delivery: Delivery, outside: Outside) -> None:
        """In a thread of the pool: one attempt, whatever happens."""
        self._answers.append(attempt(self._store, delivery, outside))
        self._wake()

    def _settle(self, tx: Tx, done: Done, now: datetime) -> None:
        settled = becomes(done.delivery, done.verdict, now, self._outside.chance())
        if settled.state is DeliveryState.PENDING and deliveries.withdrawn_since(tx, done.delivery):
            # It was under way when the article was withdrawn: it is not sent after that.
            settled = replace(settled, state=DeliveryState.CANCELLED, due=None)
        kept = deliveries.settle(tx, settled, now)
        deliveries.log(tx, done.attempt if kept else replace(done.attempt, fenced=True))
        if kept and done.verdict.outcome is Outcome.GONE:
            webhooks.set_status(tx, done.delivery.webhook, "disabled", done.verdict.reason)
        _tell(done, settled, kept=kept)


def becomes(delivery: Delivery, verdict: Verdict, now: datetime, chance: float) -> Settled:
    """What an answer makes of its delivery. `chance` in 0..1 spreads retries."""
    tries = delivery.tries + 1
    state, due = DeliveryState.DELIVERED, None
    if verdict.outcome is Outcome.GONE:
        # Kept for the day when the webhook is enabled again; it does not use up the schedule.
        state, due, tries = DeliveryState.PENDING, now, delivery.tries
    elif verdict.outcome is Outcome.RETRY:
        due = next_attempt(tries, now, verdict.retry_after, chance)
        state = DeliveryState.PENDING if due else DeliveryState.DEAD
    return Settled(delivery.id, delivery.token or "", state, verdict.reason, tries, due)


def attempt(store: Store, delivery: Delivery, outside: Outside) -> Done:
    """Make the request, send it, judge the answer. Never raises."""
    hook, now = outside.hooks[delivery.webhook], outside.now()
    answer = Answer(Phase.GUARD, 0.0)
    try:
        event = event_of(store, delivery, outside)
        answer = outside.send(hook.kind.request(event, hook.options, now))
        verdict = hook.kind.verdict(answer, now + timedelta(seconds=answer.took))
    except Exception as error:  # noqa: BLE001 - ours, not the receiver's: the schedule gives three days to mend it
        # Without the error's own text: it may hold what the request was made of.
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("delivery %d breaks: %s\n%s", delivery.id, type(error).__name__, where)  # noqa: TRY400
        verdict = Verdict(Outcome.RETRY, f"our own mistake: {type(error).__name__}")
    return Done(delivery, verdict, _attempt(delivery, hook, now, answer, verdict))


def _attempt(delivery: Delivery, hook: Hook, now: datetime, answer: Answer, verdict: Verdict) -> Attempt:
    return Attempt(
        delivery=delivery.id,
        number=delivery.tries + 1,
        at=now,
        took=answer.took,
        phase=answer.phase,
        outcome=verdict.outcome,
        reason=verdict.reason,
        status=answer.status,
        address=answer.address,
        body=said(answer, hook),
        truncated=answer.truncated,
    )


def said(answer: Answer, hook: Hook) -> str:
    """What the receiver answered, as it may be stored and shown."""
    text = answer.body.decode("utf-8", "replace").replace("\0", "")
    return scrub(text, getattr(hook.options, "url", ""))


def event_of(store: Store, delivery: Delivery, outside: Outside) -> Event:
    """What the webhook is told: the article as it was at the delivery's revision. Raises LookupError."""
    with store.read() as tx:
        found = articles.at_revision(tx, delivery.article, delivery.revision)
    if found is None:
        raise LookupError(delivery.article)
    article, at = credited(found[0], outside.site), found[1]
    feeds = tuple(
        as_feed(place, outside.feeds[place.parent], outside.site, outside.output, iri="", updated=at)
        for place in places(article, outside.feeds)
    )
    return Event(delivery.event, delivery.kind, at, article, link_of(article, outside.site), feeds)


def _tell(done: Done, settled: Settled, *, kept: bool) -> None:
    it, took = done.delivery, done.attempt.took * 1000
    what = f"{it.kind} of {it.article} to {it.webhook} (delivery {it.id})"
    if not kept:
        log.warning("%s: the answer came after its lease was lost; it may be sent again", what)
    elif settled.state is DeliveryState.DELIVERED:
        log.info("%s: delivered in %.0f ms", what, took)
    elif done.verdict.outcome is Outcome.GONE:
        log.error(
            "%s: %s; the webhook is disabled until feeder webhooks enable %s", what, settled.reason, it.webhook
        )
    elif settled.state is DeliveryState.DEAD:
        log.error("%s: given up after %d tries: %s", what, settled.tries, settled.reason)
    elif settled.state is DeliveryState.CANCELLED:
        log.info("%s: %s; it was withdrawn meanwhile", what, settled.reason)
    else:
        log.warning("%s: %s; next try %s", what, settled.reason, f"{settled.due:%H:%M:%S %Z}")
