"""The composition root: a configuration in, wired parts out."""

from __future__ import annotations

import os
import random
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, cast

from feeder import config as configuration
from feeder.extractors import Reader
from feeder.model.article import Person
from feeder.model.document import Hints
from feeder.model.feed import Site
from feeder.model.topic import hub_name
from feeder.net import Client, Fetcher, Guard
from feeder.pipeline.announce import Spread
from feeder.pipeline.ingest import Desk
from feeder.pipeline.making import Hook, Outside
from feeder.pipeline.owing import Audience
from feeder.pipeline.publish import Output
from feeder.pipeline.rhythm import Rhythm
from feeder.sources import SOURCES, Means, Pushed
from feeder.store import Store
from feeder.store.migrations import migrate
from feeder.webhooks import TOPICS, WEBHOOKS
from feeder.workshop import Workshop

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import tzinfo
    from pathlib import Path

    from feeder.config import Config, Schedule, SourceOptions
    from feeder.net import Fetched
    from feeder.net.keys import Key
    from feeder.sources import Get, Source
    from feeder.sources.feed import Options as FeedOptions

    NextRun = Callable[[Schedule, datetime, tzinfo], datetime]

# What `feeder add` takes in belongs to no source of the configuration.
ADDED = "added"


@dataclass(frozen=True, slots=True)
class App:
    """Everything that one configuration means, ready for the verbs; nothing has been looked at or sent yet."""

    config: Config
    store: Store
    sources: Mapping[str, Source]
    desk: Desk
    output: Output
    outside: Outside
    client: Client
    fetcher: Fetcher
    workshop: Workshop
    rhythms: Mapping[str, Rhythm]
    spread: Spread
    callback: str  # what our callbacks at others' hubs begin with; empty where none could reach us

    def close(self) -> None:
        self.client.close()
        self.fetcher.close()
        self.workshop.close()


def load(path: Path) -> Config:
    """Raises ConfigError with every problem at once."""
    return configuration.load(
        path,
        sources={name: kind.options for name, kind in SOURCES.items()},
        webhooks={name: kind.options for name, kind in WEBHOOKS.items()},
        environ=os.environ,
    )


def open_store(config: Config, *, daemon: bool = False) -> Store:
    """The store in today's shape. Raises StoreError."""
    store = Store(config.store.reveal(), daemon=daemon)
    migrate(store)
    return store


def wire(config: Config, store: Store, next_run: NextRun) -> App:
    """`next_run(schedule, now, zone)` says when something is due; the schedule room knows how."""
    zone = config.site.timezone
    site, audience, spread = _site(config), _audience(config, next_run), spread_of(config)
    client, fetcher, workshop = Client(Guard(config.network.allow)), fetcher_of(config), Workshop()
    sources = {
        name: SOURCES[it.type].open(name, it, Means(_get(fetcher, it), workshop.call, now))
        for name, it in config.sources.items()
    }
    return App(
        config=config,
        store=store,
        sources=sources,
        desk=Desk(store, Reader(workshop.call), _hints(config), audience, zone),
        output=Output(
            config.output.path,
            config.output.url,
            site,
            config.feeds,
            _hubs(config),
            spread.cloud,
            config.output.moved,
        ),
        outside=_outside(config, store, client, site, spread),
        client=client,
        fetcher=fetcher,
        workshop=workshop,
        rhythms={
            name: Rhythm(_due(config, name, next_run), random.random, patient=source.foreign)
            for name, source in sources.items()
        },
        spread=spread,
        callback=f"{config.server.url}websub/" if config.server.url else "",
    )


def _outside(config: Config, store: Store, client: Client, site: Site, spread: Spread) -> Outside:
    return Outside(
        hooks={name: Hook(name, it, WEBHOOKS[it.type]) for name, it in config.webhooks.items()} | hubs_of(config),
        site=site,
        output=config.output.url,
        feeds=config.feeds,
        send=client.send,
        allow=config.network.allow,
        now=store.probing,
        chance=random.random,
        token=secrets.token_hex,
        proxy=config.network.proxy,
        hub=spread.hub or spread.cloud,
    )


def pushed(app: App, name: str, sent: Fetched, shown: frozenset[str]) -> Source:
    """The source of a feed with a document of it that its hub sent; `shown` are the keys that it has beside."""
    options = app.config.sources[name]
    means = Means(_get(app.fetcher, options), app.workshop.call, now)
    return Pushed(name, cast("FeedOptions", options), means, sent, shown)


def _audience(config: Config, next_run: NextRun) -> Audience:
    zone = config.site.timezone
    return Audience(
        site=config.site.url,
        feeds=config.feeds,
        webhooks=config.webhooks,
        due=lambda options, now: next_run(options.schedule, now, zone),
    )


def fetcher_of(config: Config) -> Fetcher:
    proxy = config.network.proxy
    return Fetcher(Guard(config.network.allow), proxy=proxy.reveal() if proxy else None)


def _get(fetcher: Fetcher, options: SourceOptions) -> Get:
    """What a source may fetch of private networks is at the host that the operator wrote."""
    return partial(fetcher.get, home=getattr(options, "url", None))


def _due(config: Config, name: str, next_run: NextRun) -> Callable[[datetime], datetime]:
    schedule, zone = config.sources[name].schedule, config.site.timezone
    return lambda now: next_run(schedule, now, zone)


def keys_of(config: Config, name: str) -> tuple[Key, ...]:
    """The keys with which we sign for this webhook; none for one that we do not have."""
    found = getattr(config.webhooks.get(name), "secret", ())
    return found if isinstance(found, tuple) else ()  # another kind may mean something else by it


def public_keys_of(config: Config, name: str) -> tuple[str, ...]:
    """What its receiver verifies with, where we sign with private keys. No secrets."""
    return tuple(key.public for key in keys_of(config, name) if key.public)


def now() -> datetime:
    return datetime.now(UTC)


def _site(config: Config) -> Site:
    it = config.site
    author = Person(it.author.name or it.title, it.author.email)
    return Site(it.title, it.url, it.language, author, f"{config.output.url}articles/", it.timezone)


def _hints(config: Config) -> Callable[[str, datetime], Hints]:
    zone, base = config.site.timezone, config.site.url

    def hints(source: str, arrived: datetime) -> Hints:
        it = config.sources.get(source)
        if it is None:
            return Hints(zone=zone, base=base, arrived=arrived)
        return Hints(zone, base, arrived, it.publisher, it.language, it.encoding)

    return hints


def _hubs(config: Config) -> tuple[str, ...]:
    """The hubs that our feeds name."""
    it = spread_of(config)
    return (it.hub,) if it.hub else it.hubs


def spread_of(config: Config) -> Spread:
    """Whom we tell that a feed changed, beside webhooks."""
    it, output = config.server, config.output
    hub = f"{it.url}hub" if it.hub is True else ""
    cloud = f"{it.url}rsscloud/pleaseNotify" if it.rss_cloud else ""
    return Spread(output.path, output.url, it.hub if isinstance(it.hub, tuple) else (), hub, cloud)


def hubs_of(config: Config) -> dict[str, Hook]:
    """The hubs of others as receivers, by their name among the webhooks."""
    kind = TOPICS["hub-ping"]
    named = {hub_name(url): url for url in spread_of(config).hubs}
    return {name: Hook(name, kind.options(url=url), kind) for name, url in named.items()}
