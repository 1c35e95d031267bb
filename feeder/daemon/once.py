"""`feeder run --once`: take in, publish, deliver what is due, and end."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING

from feeder import app as apps
from feeder.daemon.opening import open_alone
from feeder.daemon.running import LEASE
from feeder.daemon.serving import server_of
from feeder.errors import FeederError, SourceError
from feeder.pipeline.deliver import Dispatcher
from feeder.pipeline.ingest import ingest
from feeder.pipeline.publish import Publisher
from feeder.pipeline.register import register
from feeder.pipeline.rhythm import looked
from feeder.schedule import next_run
from feeder.server.parts import Health
from feeder.store import deliveries, documents

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.app import App

log = logging.getLogger(__name__)


def run_once(path: Path) -> tuple[str, ...]:
    """What went wrong, a line each; empty when all is well. Raises ConfigError, StoreInUse, StoreError."""
    config = apps.load(path)
    with ExitStack() as house:
        store = open_alone(config, house)
        app = apps.wire(config, store, next_run)
        house.callback(app.close)
        if config.server.receiver:  # the sample's own receiver has to be there to be told
            server = server_of(app, lambda: Health(live=True, ready=True), apps.now)
            if server is not None:
                server.start()
                house.callback(server.stop)
        register(store, app.sources.keys(), app.desk.audience, apps.now())
        return (*_ingest(app), *Publisher(store, app.output).publish().problems, *_deliver(app))


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
            problems.append(f"source {name}: {error}")
            problems.append(f"source {name}: {error}")
        else:
            said = ", ".join(f"{number} {what}" for what, number in sorted(report.counts.items()))
            log.info("source %s: %s", name, said or "nothing new")
        with app.store.write() as tx:
            looked(tx, name, app.rhythms[name], apps.now(), error, rest)
    return problems


def _resting(app: App, name: str) -> bool:
    with app.store.read() as tx:
        state = documents.state_of(tx, name)
    return state is not None and state.rest is not None and state.rest > apps.now()


def _deliver(app: App) -> list[str]:
    landed = threading.Event()
    dispatcher = Dispatcher(app.store, app.outside, LEASE, landed.set)
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
    counts = Counter(name for name, _ in failed)
    reasons = dict(failed)
    return [
        f"webhook {name}: {number} deliveries failed: {reasons[name]}" for name, number in sorted(counts.items())
    ]
