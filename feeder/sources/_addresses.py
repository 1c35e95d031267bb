"""Addresses that a list names -> those that may be articles of its own site."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urldefrag, urljoin, urlsplit

from pydantic import BeforeValidator, ValidatorFunctionWrapHandler, WrapValidator

from feeder.config.fields import OneOrMany, wrong
from feeder.config.where import Word
from feeder.model.address import uri
from feeder.model.where import Pattern, Value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publicsuffixlist import PublicSuffixList

_LONGEST = 2048  # https://www.sitemaps.org/protocol.html#locdef
_PATH = re.compile(r"/[^\s^$*+?()\[\]{}|\\]*")
_HOST = re.compile(r"[a-z0-9][a-z0-9._-]{0,252}")
_WHOLE = re.compile(r"https?://([a-z0-9.-]*[a-z0-9])(?::\d+)?/")
_NUMERIC = re.compile(r"[0-9.]+|.*:.*")
_FILE = re.compile(
    r"\.(?:7z|aac|avif?|bmp|css|csv|docx?|eps|epub|exe|gif|gz|ics|ico|jpe?g|js|json|m3u8|m4[av]|mov|mp[34]|mpe?g|"
    r"og[agv]|odt|pdf|png|pptx?|rar|rdf|rss|svg|tar|tiff?|txt|wav|web[mp]|wm[av]|xlsx?|xml|zip)",
    re.IGNORECASE,
)
# Segments below which no site keeps its articles, and others that name a page of the house where they come last.
_SHELF = re.compile(
    r"(?:accounts?|authors?|auth?or(?:in|en|es)?|auteurs?|categor(?:y|ies|ia|ias|ie)|kategorien?|feeds?|log-?(?:in|out)|"
    r"my-?account|newsletters?|profiles?|search|suche?|sign-?(?:in|up|out)|subscri(?:be|ptions?)|tags?|temas?|themen?|thema|users?|"
    r"wp-(?:admin|content|json|login))(?:\.\w{2,5})?",
    re.IGNORECASE,
)
_HOUSE = re.compile(
    r"(?:abos?|abonnements?|about(?:-us)?|advertis\w+|agb|archives?|archivo?|careers?|cart|contact(?:-us|o)?|"
    r"cookies?(?:-\w+)?|datenschutz\w*|e-?paper|faqs?|forgot\w*|gdpr|help|hilfe|impressum|imprint|jobs|karriere|"
    r"kontakt|konto|legal|mediadaten|mentions-legales|nutzungsbedingungen|password|privacy(?:-\w+)?|register|"
    r"registration|registrieren|rss\w*|shop|site-?map|terms(?:-\w+)*|topics?|warenkorb)(?:\.\w{2,5})?",
    re.IGNORECASE,
)
_NTH_PAGE = re.compile(r"/(?:page|seite|pagina)/?\d+/?$", re.IGNORECASE)


def _choice(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """A /regex/ as elsewhere; but /news/, which might be either, is a path: nobody could mean another."""
    if isinstance(value, Value | Pattern):
        return value
    text = value.strip() if isinstance(value, str) else ""
    if _PATH.fullmatch(text):
        return Value(text)
    if not text.startswith("/"):
        raise wrong("is neither the beginning of a path, as /news/, nor a /regex/")
    word = handler(text)
    if not isinstance(word, Pattern):
        raise wrong("is neither the beginning of a path, as /news/, nor a /regex/")
    return word


def _host(value: object) -> str:
    text = str(value).strip().lower().rstrip(".")
    if not _HOST.fullmatch(text):
        raise wrong("is not the name of a host; write one as press.example")
    return text


Choices = Annotated[tuple[Annotated[Word, WrapValidator(_choice)], ...], OneOrMany]
Hosts = Annotated[tuple[Annotated[str, BeforeValidator(_host)], ...], OneOrMany]


@dataclass(frozen=True, slots=True)
class Rules:
    """Which addresses count: those on the site of `home` or on `sites`; `only` these, and not those to `skip`."""

    home: str
    sites: tuple[str, ...] = ()
    only: tuple[Value | Pattern, ...] = ()
    skip: tuple[Value | Pattern, ...] = ()

    def ours(self, address: str) -> bool:
        host = host_of(address)
        if _port(address) not in {None, _port(self.home)}:  # a list must not knock at all doors of a host
            return False
        return any(host == site or host.endswith(f".{site}") for site in (_home(self.home), *self.sites))

    def chosen(self, address: str) -> bool:
        """By what the operator said alone."""
        return (not self.only or _fits(self.only, address)) and not (self.skip and _fits(self.skip, address))


def _port(address: str) -> int | None:
    """The port where it is not the scheme's own."""
    try:
        parts = urlsplit(address)
        return None if parts.port in {None, {"http": 80, "https": 443}.get(parts.scheme)} else parts.port
    except ValueError:
        return 0


def _fits(choices: Iterable[Value | Pattern], address: str) -> bool:
    parts = urlsplit(address)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return any(
        path.startswith(it.text) if isinstance(it, Value) else it.fits("address", address) for it in choices
    )


def address_of(written: str, base: str = "") -> str | None:
    """The one spelling of a web address that stands in a list; None for what is none, or holds a password."""
    text = written.strip()
    if not text or len(text) > _LONGEST:
        return None
    if _WHOLE.match(text) and "#" not in text:  # nearly every one, three times faster
        return uri(text)
    try:
        whole = uri(urldefrag(urljoin(base, text) if base else text).url)
    except ValueError:
        return None
    return whole if whole and len(whole) <= 2 * _LONGEST else None


def host_of(address: str) -> str:
    plain = _WHOLE.match(address)
    return plain[1] if plain else (urlsplit(address).hostname or "").rstrip(".")


@cache
def _home(address: str) -> str:
    return site_of(host_of(address))


def site_of(host: str) -> str:
    """The name that was registered; a number stands for itself. Pages of two users of one host are two sites.

    By https://publicsuffix.org: no look of a name tells that anybody may have one below github.io or ltd.uk.
    """
    if _NUMERIC.fullmatch(host):
        return host
    return _suffixes().privatesuffix(host) or host


@cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList  # to read the list takes a tenth of a second

    return PublicSuffixList()


def never_an_article(address: str) -> bool:
    """A home page, a file that is no page, or a place where sites keep tags, authors, logins and the like."""
    path = urlsplit(address).path
    segments = [part for part in path.split("/") if part]
    if not segments or _NTH_PAGE.search(path) or _FILE.fullmatch(_ending(segments[-1])):
        return True
    return bool(_HOUSE.fullmatch(segments[-1])) or any(map(_SHELF.fullmatch, segments))


def _ending(segment: str) -> str:
    return segment[segment.rindex(".") :] if "." in segment else ""
