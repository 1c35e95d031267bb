"""What config.yaml may say, as models; `Config` is what the rest of the house is handed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    ValidationInfo,
    model_validator,
)

from feeder.config.base import Options, wrong_at
from feeder.config.fields import (
    Day,
    Duration,
    Email,
    Language,
    Listen,
    ListenField,
    LocalPath,
    Network,
    OneOrMany,
    PublicUrl,
    Text,
    TokenField,
    Zone,
    instead,
    public_url,
    told,
    wrong,
)
from feeder.config.podcast import PodcastOptions
from feeder.config.schedule import CronField, RateField, Schedule
from feeder.config.sending import CertificateField, Headers, PemFile, ProxyField
from feeder.config.where import WhereField
from feeder.model.delivery import Kind, NoticeKind
from feeder.model.where import EVERYTHING
from feeder.text import character_set, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feeder.secret import Secret


_SWITCH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_SHORTEST = timedelta(seconds=1)


def _folder_url(value: object, info: ValidationInfo) -> str:
    if value == "":
        return _without_url(info)
    url = public_url(value)
    if "?" in url or "#" in url:
        raise wrong("must be the address of a folder, without ? and #")
    return url.rstrip("/") + "/"


def _server_url(value: object, info: ValidationInfo) -> str:
    return "" if value == "" else _folder_url(value, info)


def _without_url(info: ValidationInfo) -> str:
    if (info.context or {}).get("unserved"):
        raise told("is missing; with server.listen off, say where the folder is published")
    return ""


def _encoding(name: str) -> str:
    found = character_set(name)
    if found is None:
        raise wrong("is no character set; windows-1252 and shift_jis are two")
    return found


def _hub(value: object) -> object:
    return _SWITCH.get(value.lower(), (value,)) if isinstance(value, str) else value


def _form_of_hub(value: object) -> str:
    return "switch" if isinstance(value, bool) else "list"


def _unique(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


Hub = Annotated[
    Annotated[bool, Tag("switch")] | Annotated[tuple[PublicUrl, ...], Tag("list")],
    Discriminator(_form_of_hub),
    BeforeValidator(_hub),
]


_EVENTS: dict[str, Kind | NoticeKind] = {kind.value: kind for kind in (*Kind, *NoticeKind)}


def _event(value: object) -> Kind | NoticeKind:
    if isinstance(value, Kind | NoticeKind):
        return value
    if str(value) not in _EVENTS:
        raise wrong(f"is not known{instead(str(value), _EVENTS)}")
    return _EVENTS[str(value)]


# What a webhook may be told of: articles, and the outbox itself.
Told = Annotated[Kind | NoticeKind, PlainValidator(_event)]

# Of articles that tell one story from several sources: the first, or each.
SameStory = Literal["once", "each"]


class AuthorOptions(Options):
    name: str = ""
    email: Email | None = None


class SiteOptions(Options):
    """Who publishes. `load` fills in the title as the author's name when there is none."""

    title: Text
    url: PublicUrl
    language: Language = "en"
    timezone: Zone = ZoneInfo("UTC")
    author: AuthorOptions = AuthorOptions()
    rights: str = ""
    icon: PublicUrl | None = None
    logo: PublicUrl | None = None


def _moved_to(value: str, info: ValidationInfo) -> str:
    """Another feed, or an address, in which `{format}` stands for atom, rss or json."""
    feeds = (info.context or {}).get("feeds", ())
    if "://" in value:
        public_url(value.replace("{format}", "atom"))
    elif value not in feeds:
        raise wrong(f"is no feed of this file{nearest(value, feeds)}; nor an http or https address")
    return value


class OutputOptions(Options):
    """`path` is absolute; `url` ends in `/`. `load` fills in the server's own address when there is none.

    `moved` says of feeds that are no more among the feeds which other feed, or address, has taken their place.
    """

    path: LocalPath = Path("feeds")
    url: Annotated[str, BeforeValidator(_folder_url)] = ""
    moved: dict[str, Annotated[str, AfterValidator(_moved_to)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _moved_away(self, info: ValidationInfo) -> Self:
        for name in self.moved.keys() & set((info.context or {}).get("feeds", ())):
            raise wrong_at("moved", f"{name} is still among the feeds; take it out there, or here")
        return self


class ServerOptions(Options):
    """`url` is where others reach the server. `hub` is one of our own (true), or those of others."""

    listen: ListenField = Listen("127.0.0.1", 8000)
    token: TokenField | None = None
    url: Annotated[str, BeforeValidator(_server_url)] = ""
    hub: Hub = True
    rss_cloud: bool = False
    receiver: bool = False

    @model_validator(mode="after")
    def _listening(self) -> Self:
        if self.receiver and not self.listen:
            raise wrong_at("receiver", "needs the server, and server.listen is off")
        if self.hub is True and not self.listen and "hub" in self.model_fields_set:
            raise wrong_at("hub", "needs the server, and server.listen is off; a list of hubs can do without")
        if self.rss_cloud and not self.listen:
            raise wrong_at("rss-cloud", "needs the server, and server.listen is off")
        return self


class NetworkOptions(Options):
    """`allow` judges addresses that are connected to; with a `proxy`, that is the proxy's alone."""

    allow: Annotated[tuple[Network, ...], OneOrMany] = ()
    proxy: ProxyField | None = None


class Entry(Options):
    """What every source and every webhook may say."""

    type: str
    every: Duration | None = None
    cron: CronField | None = None

    @model_validator(mode="after")
    def _one_schedule(self) -> Self:
        if {"every", "cron"} <= self.model_fields_set:
            raise wrong_at("cron", "stands beside every; keep one of the two")
        if self.every is not None and self.every < _SHORTEST:
            raise wrong_at("every", "is too often; the least is 1s")
        return self

    @property
    def schedule(self) -> Schedule:
        """A `cron:` that was given displaces a kind's default of `every`."""
        return Schedule(cron=self.cron) if self.cron else Schedule(every=self.every)


class SourceOptions(Entry):
    """The base of every kind of source. What it says here holds for documents that do not say it themselves."""

    encoding: Annotated[str, AfterValidator(_encoding)] | None = None
    language: Language | None = None
    publisher: Text | None = None


class WebhookOptions(Entry):
    """The base of every kind of webhook."""

    where: WhereField = EVERYTHING
    on: Annotated[tuple[Told, ...], OneOrMany, Field(min_length=1), AfterValidator(_unique)] = tuple(Kind)
    since: Day | None = None
    backfill: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    concurrency: Annotated[int, Field(ge=1, le=64)] = 2
    rate: RateField | None = None
    ordered: bool = False
    retry: Annotated[tuple[Duration, ...], OneOrMany, Field(min_length=1, max_length=100)] | None = None
    expires: Duration = timedelta(days=4)
    same_story: SameStory = "once"
    headers: Headers = Field(default_factory=dict)
    certificate: CertificateField | None = None
    authority: PemFile | None = None
    enabled: bool = True


class FeedOptions(Options):
    """A feed, or with `for-each` one feed for each value, whose word in braces stands for it in the title.

    `load` fills in the site's `rights`, `icon` and `logo` where a feed has none of its own.
    """

    title: str = ""
    description: str = ""
    formats: Annotated[
        tuple[Literal["atom", "rss", "json"], ...], OneOrMany, Field(min_length=1), AfterValidator(_unique)
    ] = ("atom", "rss", "json")
    limit: Annotated[int, Field(ge=1, le=1000)] = 50
    content: Literal["full", "summary", "both"] = "full"
    rights: str = ""
    icon: PublicUrl | None = None
    logo: PublicUrl | None = None
    podcast: PodcastOptions | None = None
    where: WhereField = EVERYTHING
    same_story: SameStory = "once"
    for_each: Literal["category", "author", "source", "language"] | None = None
    archive: bool = True
    tombstones: bool = False

    @model_validator(mode="after")
    def _placeholder(self) -> Self:
        if self.for_each and self.title and f"{{{self.for_each}}}" not in self.title:
            raise wrong_at("title", f'needs "{{{self.for_each}}}" in it, to tell one feed from the next')
        return self


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration without mistakes. `digest` is the SHA-256 of the file's bytes."""

    site: SiteOptions
    store: Secret
    output: OutputOptions
    server: ServerOptions
    network: NetworkOptions
    sources: Mapping[str, SourceOptions]
    feeds: Mapping[str, FeedOptions]
    webhooks: Mapping[str, WebhookOptions]
    path: Path
    digest: str
