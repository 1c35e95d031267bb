"""Attempts that have ended -> what became of their deliveries, how their webhooks stand, who is told of that."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from feeder.config import WebhookOptions
from feeder.model.delivery import Attempt, DeliveryState, NoticeKind, Outcome, Phase, Verdict
from feeder.model.noun import noun
from feeder.model.topic import is_subscriber
from feeder.pipeline import health, notices, retry
from feeder.store import behind, deliveries, losses, outcomes, webhooks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from feeder.model.delivery import Delivery
    from feeder.store import Store, Tx
    from feeder.store.outcomes import Settled
    from feeder.store.webhooks import WebhookState

log = logging.getLogger(__name__)

_BATCH = 500
# Of a webhook that has left the configuration.
_UNKNOWN = WebhookOptions(type="")
LOST = Verdict(Outcome.LOST, "its sender ended while it was under way; whether it arrived is not known")


@noun(frozen=True, slots=True)
class Done:
    """A delivery that is not under way any more, not yet written. Without a verdict: not a byte of it was sent."""

    delivery: Delivery
    options: WebhookOptions
    verdict: Verdict | None = None
    attempt: Attempt | None = None


def settle(
    tx: Tx, done: Sequence[Done], asking: Mapping[str, WebhookOptions], now: datetime, chance: Callable[[], float]
) -> dict[str, WebhookState]:
    """Write it all; returns the webhooks concerned as they stand then, locked by this transaction.

    `asking` are the options of all webhooks, some of which may want to know.
    """
    before = webhooks.taken(tx, {it.delivery.webhook for it in done}, wait=True)
    fates = [_fate(tx, it, before[it.delivery.webhook], now, chance) for it in done]
    mine = outcomes.settle(tx, fates, now, [it.attempt for it in done])
    kept = [(fate.delivery, fate.token) in mine for fate in fates]
    after = dict(before)
    for it, fate, ours in zip(done, fates, kept, strict=True):
        _say(it, fate, kept=ours)
        if ours and it.verdict is not None:
            name = it.delivery.webhook
            after[name] = _stands(tx, after[name], it, fate, asking, now)
    _let_pass(tx, [it for it, ours in zip(done, kept, strict=True) if ours], now)
    webhooks.put_all(tx, [state for name, state in after.items() if state is not before[name]])
    return after


def _fate(tx: Tx, it: Done, state: WebhookState, now: datetime, chance: Callable[[], float]) -> Settled:
    if it.verdict is None:
        fate = retry.unsent(it.delivery)
    else:
        fate = retry.becomes(it.delivery, it.verdict, now, chance(), it.options, state.resumed)
    if fate.state is DeliveryState.PENDING and deliveries.withdrawn_since(tx, it.delivery):
        # It was under way when the article was withdrawn: it is not sent after that.
        return replace(fate, state=DeliveryState.CANCELLED, due=None)
    return fate


def _stands(
    tx: Tx, before: WebhookState, it: Done, fate: Settled, asking: Mapping[str, WebhookOptions], now: datetime
) -> WebhookState:
    verdict = it.verdict or LOST
    after = health.after(before, verdict, now, it.options.concurrency)
    if is_subscriber(after.name):  # a stranger: nobody here has to do anything about it
        return after
    if after is not before and (news := health.told(before, after, verdict)) is not None:
        log.log(logging.INFO if news[0] is NoticeKind.WEBHOOK_RECOVERED else logging.ERROR, "%s", news[1])
        notices.notify(tx, asking, news[0], after.name, news[1], now)
    if fate.state is DeliveryState.DEAD and it.delivery.article is not None:
        text = f"a delivery to {after.name} was given up: {fate.reason}; feeder deliveries list --state dead"
        notices.notify(tx, asking, NoticeKind.DELIVERY_DEAD, after.name, text, now)
    return after


def _let_pass(tx: Tx, done: Sequence[Done], now: datetime) -> None:
    """In an ordered webhook, who fails for long lets those pass that stand behind."""
    stuck = [
        it.delivery.id
        for it in done
        if it.options.ordered
        and it.verdict is not None
        and it.verdict.outcome in {Outcome.RETRY, Outcome.REFUSED}
        and it.delivery.tries
        and now - it.delivery.began > retry.LONGEST_BLOCK
    ]
    for key in stuck:
        log.warning("delivery %d fails for more than an hour; those behind it pass", key)
    behind.let_go(tx, stuck)


def reclaim(
    store: Store,
    options: Mapping[str, WebhookOptions],
    now: Callable[[Tx], datetime],
    *,
    everything: bool = False,
) -> int:
    """Owe again what was under way with senders that are dead; returns how many.

    `everything`: all that is leased, since its holders are known to be dead.
    """
    freed = 0
    while True:
        with store.write() as tx:
            moment = now(tx)
            # Webhooks before their deliveries, as whoever settles an answer.
            webhooks.taken(tx, losses.losers(tx, moment, everything=everything), wait=True)
            found = losses.lost(tx, moment, _BATCH, everything=everything)
            done = [_dead(it, options.get(it.webhook, _UNKNOWN), moment) for it in found]
            settle(tx, done, options, moment, lambda: 0.5)
        freed += len(found)
        if len(found) < _BATCH:
            return freed


def _dead(it: Delivery, options: WebhookOptions, now: datetime) -> Done:
    return Done(it, options, LOST, lost_attempt(it, now))


def lost_attempt(it: Delivery, at: datetime) -> Attempt:
    return Attempt(it.id, it.tries + 1, at, 0.0, Phase.SEND, Outcome.LOST, LOST.reason)


# ---------------------------------------------------------------- saying


def _say(done: Done, fate: Settled, *, kept: bool) -> None:
    level = logging.DEBUG if is_subscriber(done.delivery.webhook) else logging.INFO
    if kept and fate.state is DeliveryState.DELIVERED and not log.isEnabledFor(level):
        return  # of thousands in a second, nobody wants the words; how many are told stands in the log
    it, reason = done.delivery, fate.reason
    what = f"{it.kind} of {it.article or it.event} to {it.webhook} (delivery {it.id})"
    if done.verdict is None:
        log.debug("%s: it was not sent, and is handed over again", what)
    elif not kept:
        log.warning("%s: the answer came after its lease was lost; it may be sent again", what)
    elif fate.state is DeliveryState.DELIVERED:
        log.log(level, "%s: delivered in %.0f ms", what, done.attempt.took * 1000 if done.attempt else 0)
    elif done.verdict.outcome in {Outcome.ABORTED, Outcome.CONFIG}:
        log.error("%s: given up at once: %s", what, reason)
    elif fate.state is DeliveryState.DEAD:
        log.error("%s: given up after %d tries: %s", what, fate.tries, reason)
    elif fate.state is DeliveryState.CANCELLED:
        log.info("%s: %s; it was withdrawn meanwhile", what, reason)
    elif done.verdict.outcome in {Outcome.GONE, Outcome.BLOCKED}:
        log.error("%s: %s; it is held", what, reason)
    else:
        log.warning("%s: %s; next try %s", what, reason, f"{fate.due:%H:%M:%S %Z}")
