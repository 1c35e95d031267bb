"""What an extractor has found so far -> a Reading. The first rule that finds a field wins; `origins` names it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from feeder.errors import Unreadable
from feeder.extractors._dates import parse
from feeder.extractors._prose import opening, shortened
from feeder.model.article import Content, Enclosure, Episode, Origin, Person, Subject
from feeder.model.document import Reading
from feeder.text import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from feeder.model.document import Hints

TITLE, SUMMARY, SHORT = 300, 300, 300
_INNER = {"revised", "expires", "aliases"}  # nothing that a reader sees
_NATIVE = 2000  # bytes: what the indexes of all databases take; a cut one would be the id of several
_NAMED_DAY = re.compile(r"(?:^|/)(\d{4}-\d{2}-\d{2})(?:[-_. T]|$)")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}\Z")


@dataclass(slots=True)
class Draft:
    title: str = ""
    html: str = ""
    summary: str = ""
    language: str | None = None
    url: str | None = None
    authors: tuple[Person, ...] = ()
    categories: tuple[str, ...] = ()
    place: str | None = None
    publisher: str | None = None
    tagline: str | None = None
    caption: str | None = None
    image: str | None = None
    enclosures: tuple[Enclosure, ...] = ()
    credit: str | None = None
    rights: str | None = None
    subjects: tuple[Subject, ...] = ()
    origin: Origin | None = None
    episode: Episode | None = None
    published: date | datetime | None = None
    revised: date | datetime | None = None  # the date of an update; it serves where there is no other
    native: str | None = None
    slug: str | None = None
    expires: datetime | None = None
    aliases: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def put(self, name: str, value: Any, origin: str) -> None:
        """Fill a field that nobody has filled yet."""
        if value and not getattr(self, name):
            setattr(self, name, value)
            self.origins[name] = origin

    def put_date(self, value: str, hints: Hints, origin: str) -> None:
        """A date that the document labels as one; one that cannot be read is a warning."""
        when = parse(one_line(value), hints)
        if when is None and value.strip():
            self.warnings.append(f"its date cannot be read: {one_line(value, 60)!r} ({origin})")
        self.put("published", when, origin)

    def note(self, *lines: str) -> None:
        self.notes += [line for line in lines if line.strip()]

    def finish(self) -> Reading:
        content = Content(
            title=_line(self.title, TITLE),
            html=clean(self.html).strip(),
            summary=opening(one_line(self.summary), SUMMARY),
            language=self.language,
            url=self.url,
            authors=_people(self.authors),
            categories=_distinct(self.categories),
            place=_line(self.place) or None,
            publisher=_line(self.publisher) or None,
            tagline=_line(self.tagline) or None,
            caption=_line(self.caption) or None,
            image=self.image,
            enclosures=self.enclosures,
            notes=tuple(line for note in self.notes if (line := one_line(note))),
            credit=_line(self.credit) or None,
            rights=_line(self.rights) or None,
            subjects=self.subjects,
            origin=self.origin,
            episode=self.episode,
        )
        if not content.title or not content.html:
            raise Unreadable("it has no text; an article needs at least one sentence")
        return Reading(
            content,
            self.published,
            _native(self.native),
            one_line(self.slug, SHORT) if self.slug else None,
            tuple(sorted((name, origin) for name, origin in self.origins.items() if name not in _INNER)),
            tuple(self.warnings),
            self.expires,
            self.aliases,
        )


def absolute(address: str, base: str) -> str | None:
    """`address` against `base`, None when it is no web address."""
    try:
        url = urljoin(base, one_line(address).replace(" ", "%20"))
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a broken IPv6 host, a port that is no number
        return None
    return url if good and len(url) <= 2000 else None


def name_day(key: str) -> str:
    """The day in `2026-01-14-night-train.md`, or nothing."""
    found = _NAMED_DAY.search(key)
    return found[1] if found else ""


def name_words(key: str) -> str:
    """`news/2026-01-14-night-train.md` as words: Night train."""
    stem = _EXTENSION.sub("", key.rsplit("/", 1)[-1])
    name = " ".join(re.split(r"[-_\s]+", _NAMED_DAY.sub("", stem))).strip()
    return name[:1].upper() + name[1:]


def _native(name: str | None) -> str | None:
    whole = one_line(name or "")
    return whole if whole and len(whole.encode()) <= _NATIVE else None


def _line(text: str | None, limit: int = SHORT) -> str:
    return shortened(one_line(text or ""), limit)


def _people(authors: Iterable[Person]) -> tuple[Person, ...]:
    cleaned = (Person(_line(p.name, 120), one_line(p.email) if p.email else None, p.url) for p in authors)
    return tuple(dict.fromkeys(person for person in cleaned if person.name))


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Letter case aside, each category once."""
    seen: dict[str, str] = {}
    for name in names:
        if line := _line(name, 100):
            seen.setdefault(line.casefold(), line)
    return tuple(seen.values())
