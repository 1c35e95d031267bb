"""store -> deliveries that are due -> requests; answers -> attempts and what becomes of each delivery.

One thread decides and writes; senders carry. A delivery is leased in a committed transaction before its first
byte is sent, and its answer is written under that lease: a crash anywhere repeats, and never loses.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from datetime import timedelta
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING

from feeder.errors import StoreError
from feeder.model.delivery import Answer, Attempt, Outcome, Phase, Verdict
from feeder.model.noun import noun
from feeder.net import SECRET, hide, secrets_of
from feeder.pipeline import allowance
from feeder.pipeline.allowance import Busy, troubled
from feeder.pipeline.claiming import Lease, claim
from feeder.pipeline.making import Hook, Maker, Outside
from feeder.pipeline.settling import LOST, Done, lost_attempt, settle
from feeder.secret import Secret
from feeder.senders import Job, Senders
from feeder.store import sending, webhooks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from feeder.model.delivery import Delivery, Request
    from feeder.senders import Landed
    from feeder.store import Store, Tx
    from feeder.store.webhooks import WebhookState

log = logging.getLogger(__name__)

# While so many are under way, answers are written by the many: a part of those, or what comes in four times as
# long as the last step took, and in so many seconds.
_MANY, _TIMES, _BREATH = 64, 4, 0.05
# The part: threads of ours hardly send while we write, and the fewer steps the better; a process sends on, and
# must not have sent all that it has before we give it more.
_HALF, _QUARTER = 2, 4
# A header's value of so few characters is no secret, and may well be an ordinary word.
_WORD = 3


@noun(frozen=True, slots=True)
class Flight:
    """A delivery that is under way since `at`, by this proxy."""

    delivery: Delivery
    hook: Hook
    at: datetime
    troubled: bool
    proxy: Secret | None


class Dispatcher:
    """`step()` writes what was answered and sends what is due; it is for one thread."""

    def __init__(self, store: Store, outside: Outside, lease: timedelta, wake: Callable[[], None]) -> None:
        """`wake` is called, from any thread, when there is an answer to write: once until the next `step`.

        Who waits for it makes ready to hear it before each step, not after.
        """
        self._store, self._lease, self._wake = store, lease, wake
        self._outside = self._next = outside
        self._maker = Maker(store, outside)
        crew = outside.crew
        self._senders = Senders(
            outside.send,
            self._hear,
            allow=outside.allow,
            threads=crew.threads,
            processes=crew.processes,
            eager=crew.eager,
        )
        self._answers: deque[Landed] = deque()
        self._heard, self._enough = threading.Event(), 0
        self._took = 0.0  # seconds, the last step that wrote
        self._unwritten: list[Done] = []
        self._flying: dict[int, Flight] = {}
        self._keys = count(1)  # a delivery whose lease was lost may be under way twice

    def use(self, outside: Outside) -> None:
        """From the next step on; may be called from any thread."""
        self._next = outside

    def expect(self, number: int) -> None:
        """So many may have to be told at once; to be said every few seconds, by any thread."""
        self._senders.expect(number)

    @property
    def pids(self) -> tuple[int, ...]:
        """Of the sender processes that stand ready."""
        return self._senders.pids

    @property
    def in_flight(self) -> int:
        return len(self._flying) + len(self._unwritten)

    def step(self, upto: int, *, sure: bool = False) -> int:
        """Write answers, then claim and send what is due; returns how many were sent. Raises StoreError.

        `upto` is the newest delivery (by id) that may be sent: what it tells of must have been published. Whether
        anything is due is looked at first, which costs less than to claim in vain, unless that is `sure`.
        When the store refuses, nothing is sent and the answers are kept for the next step.
        """
        self._follow()
        self._gather()
        if not self._unwritten and not sure and not self._anything_ready(upto):
            return 0
        began = monotonic()
        with self._store.write() as tx:
            now = self._outside.now(tx)
            states = self._settle(tx, now)
            flights = self._claim(tx, states, now, upto)
        self._unwritten.clear()
        self._send(flights)
        self._took = monotonic() - began
        return len(flights)

    def finish(self, timeout: float) -> int:
        """Send nothing more, wait for what is under way and write it; returns how many were left under way."""
        self._senders.close(timeout)
        self._gather()
        left = sum(it.verdict is LOST for it in self._unwritten)
        self.step(upto=0)
        return left

    # ------------------------------------------------------------ answers

    def _hear(self, landed: Sequence[Landed]) -> None:
        """In a thread of the senders."""
        self._answers.extend(landed)
        # To wake once more takes longer than to look.
        if len(self._answers) >= self._enough and not self._heard.is_set():
            self._heard.set()
            self._wake()

    def _follow(self) -> None:
        """Go over to the newest `outside`; what is under way lands as ever."""
        if self._next is not self._outside:
            self._outside = self._next
            self._maker = Maker(self._store, self._outside)
            self._senders.use(self._outside.send, self._outside.allow)

    def _gather(self) -> None:
        if len(self._flying) >= _MANY:
            self._heard.clear()
            self._enough = len(self._flying) // (_QUARTER if self._senders.pids else _HALF)
            if len(self._answers) < self._enough:
                self._heard.wait(min(_TIMES * self._took, _BREATH))
        self._enough = 0
        self._heard.clear()  # before the first is taken: what comes after the last is told
        while self._answers:
            landed = self._answers.popleft()
            flight = self._flying.pop(landed.key)
            self._unwritten.append(_done(flight, landed))

    def _settle(self, tx: Tx, now: datetime) -> dict[str, WebhookState]:
        if not self._unwritten:
            return {}
        return settle(tx, self._unwritten, self._outside.options, now, self._outside.chance)

    # ------------------------------------------------------------ claims

    def _hooks(self, tx: Tx, now: datetime) -> Mapping[str, Hook]:
        """The webhooks of the configuration, and the subscribers that may be told something now."""
        it = self._outside
        return {**it.hooks, **self._maker.subscribers.due(tx, now, self._senders.room)} if it.hub else it.hooks

    def _candidates(self, hooks: Mapping[str, Hook]) -> list[str]:
        """Those to which one more might go, those with the fewest under way first; the rest is chance."""
        flying = Counter(it.hook.name for it in self._flying.values())
        chance = self._outside.chance
        found = [
            (flying[name], chance(), name)
            for name, hook in hooks.items()
            if hook.options.enabled and flying[name] < hook.options.concurrency
        ]
        return [name for _, _, name in sorted(found)]

    def _anything_ready(self, upto: int) -> bool:
        if not upto:
            return False
        with self._store.read() as tx:
            now = self._outside.now(tx)
            hooks = self._hooks(tx, now)
            names = self._candidates(hooks)
            ready = set().union(*sending.ready(tx, names, now, upto, len(names)).values())
            states = webhooks.states(tx, ready) if ready else {}
        return any(allowance.open_to(states[name], hooks[name].options, now) for name in ready if name in states)

    def _claim(self, tx: Tx, locked: Mapping[str, WebhookState], now: datetime, upto: int) -> list[Flight]:
        """`locked` are the webhooks that this transaction has already."""
        if not upto:
            return []
        lease = Lease(now, now + self._lease, self._outside.token(), upto)
        hooks, proxy = self._hooks(tx, now), self._outside.proxy
        options = {name: hook.options for name, hook in hooks.items()}
        claimed, states = claim(tx, self._candidates(hooks), locked, options, self._busy(hooks), lease)
        self._maker.read(tx, claimed)
        return [Flight(it, hooks[it.webhook], now, troubled(states[it.webhook]), proxy) for it in claimed]

    def _busy(self, hooks: Mapping[str, Hook]) -> Busy:
        """A quarter of those who carry is for receivers in trouble, which may keep them for long."""
        flying = sum(it.hook.name in hooks for it in self._flying.values())
        slow = max(1, self._senders.hands // 4) - sum(it.troubled for it in self._flying.values())
        wanted = sum(hook.options.concurrency for hook in hooks.values()) - flying
        return Busy({}, self._senders.room, slow, wanted)

    # ------------------------------------------------------------ sending

    def _send(self, flights: Sequence[Flight]) -> None:
        jobs = []
        for flight in flights:
            made = self._made(flight)
            if isinstance(made, Done):
                self._unwritten.append(made)
            else:
                key = next(self._keys)
                self._flying[key] = flight
                jobs.append(Job(key, flight.hook.name, made))
        self._senders.send(jobs)
        if self._unwritten:
            self._wake()

    def _made(self, flight: Flight) -> Request | Done:
        """Its request; where none can be made, what is to be written of it at once."""
        it, options = flight.delivery, flight.hook.options
        try:
            made = self._maker.make(it, flight.hook, flight.at)
        except StoreError:  # which holds back the next step too; it is owed as before
            return Done(it, options)
        if isinstance(made, Verdict):
            return Done(it, options, made, _attempt(flight, Answer(Phase.GUARD, 0.0), made))
        return made


def _done(flight: Flight, landed: Landed) -> Done:
    """What is to be written of it."""
    it, options, answer = flight.delivery, flight.hook.options, landed.answer
    if answer is None:
        return Done(it, options, LOST, lost_attempt(it, flight.at)) if landed.sent else Done(it, options)
    try:
        verdict = flight.hook.kind.verdict(answer, flight.at + timedelta(seconds=answer.took))
    except Exception as error:  # a kind that cannot judge must not keep its place for good
        log.exception("delivery %d: its answer cannot be judged", it.id)
        verdict = Verdict(Outcome.REFUSED, f"our own mistake: {type(error).__name__}")
    return Done(it, options, verdict, _attempt(flight, answer, verdict))


def _attempt(flight: Flight, answer: Answer, verdict: Verdict) -> Attempt:
    return Attempt(
        delivery=flight.delivery.id,
        number=flight.delivery.tries + 1,
        at=flight.at,
        took=answer.took,
        phase=answer.phase,
        outcome=verdict.outcome,
        reason=verdict.reason,
        status=answer.status,
        address=answer.address,
        body=said(answer, flight.hook, flight.proxy),
        truncated=answer.truncated,
    )


def said(answer: Answer, hook: Hook, proxy: Secret | None = None) -> str:
    """What the receiver, or the proxy, answered, as it may be stored and shown."""
    if not answer.body:
        return ""
    text = answer.body.decode("utf-8", "replace").replace("\0", "")
    values = [it.reveal() for it in hook.options.headers.values()]
    words = {word for value in values for word in value.split() if len(word) >= SECRET}  # as of "Bearer …"
    words.update(value for value in values if len(value) > _WORD)
    secret = getattr(hook.options, "secret", None)
    if isinstance(secret, Secret):  # a subscriber's, which knows it, and may repeat it
        words.add(secret.reveal())
    for url in (getattr(hook.options, "url", ""), proxy.reveal() if proxy else ""):
        words |= secrets_of(url)
    return hide(text, words, cut=answer.truncated)
