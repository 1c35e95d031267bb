"""The file as one model. The kinds of sources and webhooks come in as the validation's context."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from feeder.config.base import Options, wrong_at
from feeder.config.fields import StoreField, told, wrong
from feeder.config.options import (
    FeedOptions,
    NetworkOptions,
    OutputOptions,
    ServerOptions,
    SiteOptions,
    SourceOptions,
    WebhookOptions,
)
from feeder.secret import Secret
from feeder.text import nearest

if TYPE_CHECKING:
    from collections.abc import Callable

_NAME = re.compile("[a-z0-9][a-z0-9_-]{0,63}")
_TAKEN = {"archive", "articles", "index"}  # by files and folders beside the feeds


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise told("is no name; take up to 64 of a-z, 0-9, - and _, no sign first")
    return name


def _feed_name(name: str) -> str:
    if name in _TAKEN:
        raise told(f"is a name of feeder's own files ({', '.join(sorted(_TAKEN))}); take another")
    return _name(name)


def _of_kind(section: str) -> Callable[[Any, ValidationInfo], Any]:
    """A validator that hands each entry to the model of its `type:`."""

    def entry(value: Any, info: ValidationInfo) -> Any:
        kinds = (info.context or {})["kinds"][section]
        if not isinstance(value, dict):
            raise wrong('must be made of "key: value" lines, with a type: among them')
        kind = value.get("type")
        if not isinstance(kind, str):
            raise wrong_at("type", f"is missing; there are {', '.join(sorted(kinds))}")
        if kind not in kinds:
            known = ", ".join(sorted(kinds))
            raise wrong_at("type", f"unknown type {{value}}{nearest(kind, kinds)} (there are {known})")
        return kinds[kind].model_validate(value, context=info.context, by_alias=True, by_name=False)

    return entry


Name = Annotated[str, AfterValidator(_name)]
FeedName = Annotated[str, AfterValidator(_feed_name)]
SourceField = Annotated[SourceOptions, BeforeValidator(_of_kind("sources"))]
WebhookField = Annotated[WebhookOptions, BeforeValidator(_of_kind("webhooks"))]


class Document(Options):
    site: SiteOptions
    store: StoreField = Secret("sqlite:///feeder.db")
    output: OutputOptions
    server: ServerOptions
    network: NetworkOptions
    sources: dict[Name, SourceField]
    feeds: dict[FeedName, FeedOptions]
    webhooks: dict[Name, WebhookField]
