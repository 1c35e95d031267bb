"""`feeder run --once`: take in, publish, deliver what is due, and end."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING

from feeder import app as apps
from feeder.daemon.opening import open_alone
from feeder.daemon.roles import ALL
from feeder.daemon.running import SENDING
from feeder.daemon.serving import server_of
from feeder.errors import FeederError, SourceError
from feeder.model.delivery import Lane
from feeder.pipeline.announce import announce
from feeder.pipeline.deliver import Dispatcher
from feeder.pipeline.ingest import ingest
from feeder.pipeline.publish import Publisher
from feeder.pipeline.register import register
from feeder.pipeline.rhythm import looked
from feeder.schedule import next_run
from feeder.server.parts import Health
from feeder.store import deliveries, documents, sending

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.app import App
    from feeder.store import Tx

log = logging.getLogger(__name__)


def run_once(path: Path) -> tuple[str, ...]:
    """What went wrong, a line each; empty when all is well. Raises ConfigError, StoreInUse, StoreError."""
    config = apps.load(path)
    with ExitStack() as house:
        store = open_alone(config, ALL, house)
        app = apps.wire(config, store, next_run)
        house.callback(app.close)
        if config.server.receiver:  # the sample's own receiver has to be there to be told
            server = server_of(app, lambda: Health(live=True, ready=True), apps.now)
            if server is not None:
                server.start()
                house.callback(server.stop)
        register(store, app.sources.keys(), app.desk.audience, apps.now(), app.spread.hubs)
        return (*_ingest(app), *_publish(app), *_deliver(app))


def _publish(app: App) -> list[str]:
    publisher = Publisher(app.store, app.output)
    report = publisher.publish()
    publisher.close()
    announce(app.store, app.spread, report.documents)
    return report.problems


def _ingest(app: App) -> list[str]:
    problems = []
    for name, source in app.sources.items():
        error, rest = "", None
        if _resting(app, name):
            log.info("source %s: asked to be left alone for a while", name)
            continue
        try:
            report = ingest(app.desk, source, apps.now(), final=True)
            rest = report.rest
        except FeederError as trouble:
            error = trouble.reason if isinstance(trouble, SourceError) else str(trouble)
            rest = trouble.rest if isinstance(trouble, SourceError) else None
        except Exception as trouble:  # whatever it is, one source's trouble must not end the others
            log.exception("source %s: unexpected", name)
            error = f"{type(trouble).__name__}; the log tells more"
        else:
            said = ", ".join(f"{number} {what}" for what, number in sorted(report.counts.items()))
            log.info("source %s: %s", name, said or "nothing new")
        with app.store.write() as tx:
            looked(tx, name, app.rhythms[name], app.desk.audience.webhooks, apps.now(), error, rest)
        problems += [f"source {name}: {error}"] if error else []
    return problems


def _resting(app: App, name: str) -> bool:
    with app.store.read() as tx:
        state = documents.state_of(tx, name)
    return state is not None and state.rest is not None and state.rest > apps.now()


def _deliver(app: App) -> list[str]:
    landed = threading.Event()
    dispatcher = Dispatcher(app.store, app.outside, SENDING, landed.set)
    began = apps.now()
    with app.store.read() as tx:
        upto = deliveries.newest(tx)
    while True:
        landed.clear()
        dispatcher.step(upto)
        if not dispatcher.in_flight:
            break
        landed.wait()
    dispatcher.finish(0)
    with app.store.read() as tx:
        failed = deliveries.failed_since(tx, began)
        _say_left(tx, app, upto)
    counts = Counter(name for name, _ in failed)
    reasons = dict(failed)
    return [
        f"webhook {name}: {number} deliveries failed: {reasons[name]}" for name, number in sorted(counts.items())
    ]


def _say_left(tx: Tx, app: App, upto: int) -> None:
    """A rate may hold back what is due."""
    paced = [name for name, options in app.outside.options.items() if options.rate is not None]
    for name in sending.ready(tx, paced, app.store.now(tx), upto, len(paced)).get(Lane.NEWS, ()):
        log.warning("webhook %s: more is due than its rate allows now; the next run goes on with it", name)
