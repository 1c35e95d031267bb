"""The address of an article -> its page as a document, or why there is none: one visit, politely."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from feeder.errors import FetchError, Passing, Unreadable
from feeder.model.document import Document
from feeder.sources._addresses import host_of
from feeder.sources._pulled import digest_of
from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from feeder.model.document import Found
    from feeder.net import Fetched
    from feeder.sources._addresses import Rules
    from feeder.sources._source import Get
    from feeder.sources._turns import Listed

ACCEPT = "text/html,application/xhtml+xml;q=0.9"
_HTML = frozenset({"text/html", "application/xhtml+xml"})
LARGEST = 3 * 1024 * 1024  # what is larger takes extractors seconds, and is no article
_PATIENCE = timedelta(minutes=10)  # for all pages of a look
_REST = timedelta(minutes=1)  # when a site asks to be left alone, and does not say for how long
_FAILURES = 3  # in a row: the site is away, and the other pages need not be tried
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w:.-]{2,40})", re.IGNORECASE)
_PASSING = frozenset({408, 421, 423, 425, 429})
_BUSY = frozenset({429, 503})
# Where sites send people who are to log in, pay or agree first.
_WALL = re.compile(
    r"(?:^|[/._-])(?:login|log-in|signin|sign-in|sso|oauth2?|consent|cookie-?wall|gdpr|paywall|captcha|challenge)"
    r"(?:$|[/._?-])",
    re.IGNORECASE,
)


class Visits:
    """The pages of one look. When the site wants rest, is away or dawdles, the others are left to later looks."""

    def __init__(self, get: Get, now: Callable[[], datetime], rules: Rules) -> None:
        self._get, self._now, self._rules = get, now, rules
        self._until = datetime.max.replace(tzinfo=UTC)
        self._failures = 0
        self.rests = datetime.min.replace(tzinfo=UTC)

    def begin(self) -> None:
        self._until, self._failures = self._now() + _PATIENCE, 0

    def document(self, source: str, found: Found, listed: Listed) -> Document | None:
        """None when it is to be asked for at another look. Raises Unreadable."""
        if self._now() > self._until or self._now() < self.rests or self._failures >= _FAILURES:
            return None
        page = self._page(found.key)
        if page is None:  # the site asks for rest; this page is as good as the others
            return None
        _refuse_others(page, found.key, self._rules)
        return Document(
            source=source,
            key=found.key,
            stamp=found.stamp,
            media_type=_said(page),  # its charset tells extractors how to read it
            body=page.body,
            modified=_moment(listed) or self._now(),
            digest=digest_of(page.url.encode(), page.body),
            url=page.url,
            said=listed.said,
        )

    def _page(self, address: str) -> Fetched | None:
        try:
            page = self._get(address, accept=ACCEPT, limit=LARGEST)
        except FetchError as error:
            if error.status in _BUSY:
                self.rests = self._now() + (error.rest or _REST)
                return None
            passing = _is_passing(error)
            self._failures = self._failures + 1 if passing else 0
            raise (Passing if passing else Unreadable)(f"the page {_predicate(error.reason)}") from None
        self._failures = 0
        return page


def _predicate(reason: str) -> str:
    return reason if reason.startswith(("answered", "is ", "redirects")) else f"cannot be fetched: {reason}"


def _is_passing(error: FetchError) -> bool:
    if error.status is None:
        return not error.reason.startswith("blocked")
    return error.status in _PASSING or error.status >= 500


def _refuse_others(page: Fetched, address: str, rules: Rules) -> None:
    """What came instead of an article."""
    refuse_no_page(page, address)
    if not rules.ours(page.url):
        raise Unreadable(f"it leads to another site, {host_of(page.url)}; sites: may name that")
    if urlsplit(page.url).path in {"", "/"} and urlsplit(address).path != "/":
        raise Unreadable("it leads to the home page; the article is probably gone")


def refuse_no_page(page: Fetched, address: str) -> None:
    """What is not HTML, and what asks for something before it shows any. Raises Unreadable."""
    media_type = _said(page).partition(";")[0].strip().lower()
    if media_type not in _HTML:
        raise Unreadable(f"it is {one_line(media_type, 60) or 'of no media type'}, not a page of HTML")
    if _WALL.search(_place(page.url)) and not _WALL.search(_place(address)):
        raise Unreadable("the site asks to log in or to agree to something before it shows the page")


def charset_of(page: Fetched) -> str | None:
    stated = _CHARSET.search(_said(page))
    return stated[1] if stated else None


def _said(page: Fetched) -> str:
    return page.header("content-type") or "text/html"


def _place(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.netloc}{parts.path}"


def _moment(listed: Listed) -> datetime | None:
    try:
        return datetime.fromisoformat(listed.date or listed.stamp)
    except ValueError:
        return None
