"""config.yaml -> frozen models, every mistake told at once with its line and column.

The kinds of sources and webhooks keep their options beside their code and hand them in; nothing here knows them.
pydantic alone takes longer to import than `feeder --help` may: names are looked up when they are first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from feeder.config.fields import Duration as Duration
    from feeder.config.fields import HttpUrl as HttpUrl
    from feeder.config.fields import Listen as Listen
    from feeder.config.fields import LocalPath as LocalPath
    from feeder.config.fields import SecretField as SecretField
    from feeder.config.fields import Size as Size
    from feeder.config.load import load as load
    from feeder.config.options import Config as Config
    from feeder.config.options import FeedOptions as FeedOptions
    from feeder.config.options import NetworkOptions as NetworkOptions
    from feeder.config.options import OutputOptions as OutputOptions
    from feeder.config.options import ServerOptions as ServerOptions
    from feeder.config.options import SiteOptions as SiteOptions
    from feeder.config.options import SourceOptions as SourceOptions
    from feeder.config.options import WebhookOptions as WebhookOptions
    from feeder.config.schedule import Cron as Cron
    from feeder.config.schedule import Rate as Rate
    from feeder.config.schedule import Schedule as Schedule
    from feeder.config.tree import yaml_strings as yaml_strings

_HOMES = {
    "Config": "options",
    "Cron": "schedule",
    "Duration": "fields",
    "FeedOptions": "options",
    "HttpUrl": "fields",
    "Listen": "fields",
    "LocalPath": "fields",
    "NetworkOptions": "options",
    "OutputOptions": "options",
    "Rate": "schedule",
    "Schedule": "schedule",
    "SecretField": "fields",
    "ServerOptions": "options",
    "SiteOptions": "options",
    "Size": "fields",
    "SourceOptions": "options",
    "WebhookOptions": "options",
    "load": "load",
    "yaml_strings": "tree",
}
__all__ = sorted(_HOMES)  # noqa: PLE0605 - the table above is the list


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found
