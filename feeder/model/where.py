"""Where: the choice of articles that a feed shows or a webhook is told of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from feeder.model.article import Article

_TAG = re.compile(r"<[^<>]*>")


def _text(article: Article) -> tuple[str, ...]:
    return (unescape(_TAG.sub(" ", article.content.html)),)


FIELDS: dict[str, Callable[[Article], tuple[str, ...]]] = {
    "author": lambda a: tuple(person.name for person in a.content.authors),
    "category": lambda a: a.content.categories,
    "language": lambda a: (a.content.language,) if a.content.language else (),
    "source": lambda a: (a.source,),
    "text": _text,
    "title": lambda a: (a.content.title,),
}


@dataclass(frozen=True, slots=True)
class Value:
    """One word that a field may have: the whole of it, letter case aside."""

    text: str

    def fits(self, field: str, value: str) -> bool:
        if field == "language":  # "en" chooses "en-GB" too (RFC 4647, basic filtering)
            return value.lower() == self.text.lower() or value.lower().startswith(self.text.lower() + "-")
        if field in {"text", "title"}:
            return self.text.casefold() in value.casefold()
        return value.casefold() == self.text.casefold()

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression that is found somewhere in the field."""

    regex: re.Pattern[str]

    def fits(self, _field: str, value: str) -> bool:
        return self.regex.search(value) is not None

    def __str__(self) -> str:
        return f"/{self.regex.pattern}/"


@dataclass(frozen=True, slots=True)
class Term:
    """A field has one of these values."""

    field: str
    values: tuple[Value | Pattern, ...]

    def matches(self, article: Article) -> bool:
        found = FIELDS[self.field](article)
        return any(wanted.fits(self.field, value) for wanted in self.values for value in found)

    def __str__(self) -> str:
        return f"{self.field}: [{', '.join(map(str, self.values))}]"


@dataclass(frozen=True, slots=True)
class All:
    """Every part matches; without parts, everything does."""

    parts: tuple[Where, ...] = ()

    def matches(self, article: Article) -> bool:
        return all(part.matches(article) for part in self.parts)

    def __str__(self) -> str:
        return ", ".join(map(str, self.parts))


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple[Where, ...]

    def matches(self, article: Article) -> bool:
        return any(part.matches(article) for part in self.parts)

    def __str__(self) -> str:
        return f"any: [{'; '.join(map(str, self.parts))}]"


@dataclass(frozen=True, slots=True)
class Not:
    part: Where

    def matches(self, article: Article) -> bool:
        return not self.part.matches(article)

    def __str__(self) -> str:
        return f"not: {{{self.part}}}"


Where = Term | All | Any | Not
EVERYTHING: Where = All()
