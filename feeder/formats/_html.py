"""What pages for people have in common: templates, dates, links to feeds, the direction of writing."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from feeder.formats._format import head
from feeder.formats.atom import ATOM
from feeder.formats.jsonfeed import JSON
from feeder.formats.rss import RSS
from feeder.model.address import folder_of, page_of, uri
from feeder.model.cleaned import language_tag
from feeder.model.item import timestamp
from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime, tzinfo

    from jinja2.sandbox import SandboxedEnvironment
    from markupsafe import Markup

    from feeder.model.feed import Feed, Site

Values = dict[str, object]
# A part of a page, which is not escaped again.
Piece: TypeAlias = "Markup"

_LABELS = {"Atom": ATOM, "RSS": RSS, "JSON Feed": JSON}  # as people should meet them
_MONTHS: tuple[str, ...] = ("January", "February", "March", "April", "May", "June")
_MONTHS += ("July", "August", "September", "October", "November", "December")
# Readers show what they discover as a list to choose from: of so many feeds at most.
_DISCOVERED = 20
# Languages written from right to left where their tag names no script, and such scripts: IANA's Suppress-Script
# entries and the likely scripts of CLDR.
_RIGHT_TO_LEFT = frozenset(re.findall(r"\w+", "ar arc ckb dv fa he iw ks lrc mzn nqo pnb ps sd syr ug ur yi"))
_SCRIPTS = frozenset(re.findall(r"\w+", "adlm arab aran hebr mand nkoo rohg samr syrc thaa"))


def render(template: str, site: Site, feeds: Sequence[Feed], **values: object) -> bytes:
    """A page; `feeds` are what it leads to, the most important first."""
    common: Values = {
        "site": one_line(site.title),
        "home": uri(site.url) or "",
        "index": f"{folder_of(site)}index.html",
        "opml": f"{folder_of(site)}index.opml",
        "language_of_site": language_of(None, site),
        "icon": next((uri(feed.icon) for feed in feeds if feed.icon), None),
        "discovered": list(_discovered(feeds[:_DISCOVERED])),
    }
    return piece(template, **common | values).encode()


def piece(template: str, **values: object) -> Piece:
    from markupsafe import Markup

    return Markup(_environment().get_template(template).render(values))  # noqa: S704 - it escapes by itself


def together(pieces: Iterable[Piece]) -> Piece:
    from markupsafe import Markup

    return Markup("\n").join(pieces)


@cache
def _environment() -> SandboxedEnvironment:
    """Made at the first page: jinja2 is slow to import."""
    from jinja2 import PackageLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    made = SandboxedEnvironment(
        loader=PackageLoader("feeder.formats"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    return made


# ------------------------------------------------------------ feeds


def feed_view(feed: Feed) -> Values:
    """What templates say of a feed."""
    top = head(feed, "atom")
    return {
        "title": top.title,
        "description": top.description,
        "links": links_of(feed),
        "page": page_of(feed),
    }


def links_of(feed: Feed) -> list[dict[str, str]]:
    """The addresses of a feed, one for each of its formats, the one to prefer first."""
    found = ((label, form, uri(feed.address(form.extension))) for label, form in _LABELS.items())
    return [{"label": label, "type": form.media_type, "href": href} for label, form, href in found if href]


def _discovered(feeds: Iterable[Feed]) -> Iterator[dict[str, str]]:
    """Links by which readers find feeds, each with a title of its own. https://www.rssboard.org/rss-autodiscovery"""
    taken: set[str] = set()
    for feed in feeds:
        title = one_line(feed.title) or feed.name
        title = f"{title} – {feed.name}" if title in taken else title
        taken.add(title)
        for link in links_of(feed):
            yield link | {"title": f"{title} ({link['label']})"}


# ------------------------------------------------------------ dates and languages


def day(moment: datetime, zone: tzinfo) -> dict[str, str]:
    """For machines and for people; month names of our own, since strftime asks the locale of the process."""
    there = moment.astimezone(zone)
    return {"machine": timestamp(moment), "human": f"{there.day} {_MONTHS[there.month - 1]} {there.year}"}


def minute(moment: datetime, zone: tzinfo) -> dict[str, str]:
    there = moment.astimezone(zone)
    shown = day(moment, zone)
    return shown | {"human": f"{shown['human']}, {there.hour}:{there.minute:02} {there.tzname() or ''}".rstrip()}


def language_of(language: str | None, site: Site) -> str:
    return language_tag(language) or language_tag(site.language) or "en"


def right_to_left(language: str | None) -> bool:
    """Whether text in this language (BCP 47) runs from right to left."""
    first, *others = (language or "").lower().split("-")
    script = others[0] if others and len(others[0]) == 4 and others[0].isalpha() else ""
    return script in _SCRIPTS if script else first in _RIGHT_TO_LEFT


def direction(language: str | None) -> str:
    """A value of `dir`: a language that is stated decides only for the rarer way, since it may be wrong."""
    return "rtl" if right_to_left(language) else "auto"
