"""Whoever gets deliveries: webhooks and hubs of the configuration, and subscribers, which are in the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feeder.cli.common import known_webhook

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feeder.config import Config, WebhookOptions
    from feeder.store import Store, Tx


def options_of(tx: Tx, config: Config, names: Iterable[str]) -> dict[str, WebhookOptions]:
    """Those of these that are receivers now."""
    from feeder.app import hubs_of
    from feeder.model.topic import is_subscriber
    from feeder.pipeline import subscribers

    wanted = set(names)
    configured = {**config.webhooks, **{name: hook.options for name, hook in hubs_of(config).items()}}
    found = {name: options for name, options in configured.items() if name in wanted}
    return found | subscribers.options_of(tx, filter(is_subscriber, wanted))


def known(config: Config, store: Store, name: str) -> WebhookOptions:
    """The options of a receiver of this name. Raises UsageError."""
    with store.read() as tx:
        found = options_of(tx, config, [name])
    options: WebhookOptions = found[name] if name in found else known_webhook(config, name)
    return options
