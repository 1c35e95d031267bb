"""The head of a mail -> title, author, date and names of the article in it."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from feeder.errors import Unreadable
from feeder.extractors._dates import parse
from feeder.extractors._draft import absolute
from feeder.extractors._mail_parse import address, decoded, raw, words
from feeder.extractors._mail_words import ABSENT, BOUNCE, PREFIX, SHORT_PREFIX, WARNING
from feeder.model.article import Person
from feeder.text import one_line

if TYPE_CHECKING:
    from datetime import date
    from email.message import Message

    from feeder.model.document import Hints

_TAG = re.compile(r"\[(?P<name>[^\[\]]{2,60})\]\s*")
_VIA = re.compile(r"\s+(?:via|über|по поручению)\s+\S.*\Z", re.IGNORECASE)
_NOBODY = re.compile(
    r"(?:no|do)[-_.]?(?:not[-_.]?)?reply|mailer|bounces?|notifications?|root|nobody|www-data", re.IGNORECASE
)
_DAEMON = re.compile(r"(?:mailer-daemon|mail-daemon)@", re.IGNORECASE)
_NATIVE = 2000  # bytes, as of every document
_ANSWERED = {"auto_reply", "auto-reply", "autoreply"}


def refuse_machines(mail: Message) -> None:
    """Bounces, receipts and automatic answers are no articles: RFC 3462, 3798, 3834. Raises Unreadable."""
    subject = words(mail, "subject")
    sender = address(raw(mail, "from"))[1]
    bounced = _DAEMON.match(sender) or BOUNCE.match(subject)
    if mail.get_content_type() == "multipart/report" or "x-failed-recipients" in mail or bounced:
        raise Unreadable(
            "it is a report of a mail server, as of a mail that could not be delivered; not an article"
        )
    submitted = raw(mail, "auto-submitted").lower()
    answered = submitted.startswith("auto-replied") or raw(mail, "precedence").lower() in _ANSWERED
    if answered or "x-autoreply" in mail or "x-autorespond" in mail or ABSENT.match(subject):
        raise Unreadable("it is an automatic answer, not an article")


def headline(mail: Message) -> str:
    """The subject without what mail programs, lists and gateways put before it."""
    return bare(
        words(mail, "subject"),
        _list_names(mail),
        answers=bool(raw(mail, "in-reply-to") or raw(mail, "references")),
    )


def bare(subject: str, lists: frozenset[str] = frozenset(), *, answers: bool = False) -> str:
    left = subject
    for _ in range(20):
        found = WARNING.match(left) or PREFIX.match(left) or (SHORT_PREFIX.match(left) if answers else None)
        tag = None if found else _TAG.match(left)
        if (
            tag
            and _key(tag["name"])
            and any(_key(tag["name"]) in name or name in _key(tag["name"]) for name in lists)
        ):
            found = tag
        if found is None:
            break
        left = left[found.end() :]
    return left.strip()


def _list_names(mail: Message) -> frozenset[str]:
    """What the list calls itself, as far as it may be a tag in its subjects."""
    phrase, _, name = words(mail, "list-id").rpartition("<")
    posts = re.findall(
        r"[\w.+-]{2,60}(?=@)", raw(mail, "list-post") + raw(mail, "x-beenthere") + raw(mail, "sender")
    )
    if raw(mail, "precedence").lower() in {"list", "bulk"}:
        posts += re.findall(r"[\w.+-]{2,60}(?=@)", raw(mail, "to"))[:3]
    named = [
        phrase,
        name.split(".")[0],
        *(re.sub(r"^owner-|-(?:bounces?|owner|admin|request)$", "", it) for it in posts),
    ]
    return frozenset(key for it in named if len(key := _key(it)) > 2)


def _key(name: str) -> str:
    return re.sub(r"[\W\d_]+", "", name.casefold())


# ---------------------------------------------------------------- who and when


def author(written: str) -> tuple[Person, ...]:
    """Whoever is named in `From`. The address stays with us: it was not given to be published."""
    name, mailbox = address(re.sub(r"\[mailto:([^\[\]]*)\]", r"<\1>", written))
    shown = _VIA.sub("", decoded(one_line(name)).strip(" \"'"))
    shown = shown if "@" not in shown else ""
    local = mailbox.partition("@")[0]
    if not shown and _NOBODY.search(local):
        return ()
    return (Person(shown or local),) if shown or local else ()


def dated(mail: Message, hints: Hints) -> tuple[date | datetime | None, str]:
    """When it was written, else when the last server had it; and which header says so."""
    for name in ("date", "received"):
        written = raw(mail, name)
        found = stated(written.rpartition(";")[2] if name == "received" else written, hints)
        if found:
            return found, "Date" if name == "date" else "Received"
    return None, ""


def stated(written: str, hints: Hints) -> date | datetime | None:
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        found = parsedate_to_datetime(written.strip())
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    return parse(written, hints)


def native(mail: Message) -> str | None:
    written = raw(mail, "message-id")
    found = re.search(r"<([^<>\s]+)>", written)
    name = found[1] if found else written.strip(" <>")
    return name if 0 < len(name.encode()) <= _NATIVE else None


def publisher(mail: Message) -> tuple[str, str]:
    if said := words(mail, "organization"):
        return said, "Organization"
    phrase, _, name = words(mail, "list-id").rpartition("<")
    return phrase.strip(" \"'") if name else "", "List-Id"


def place(mail: Message) -> str | None:
    """Where the mail can be read by everybody: RFC 5064."""
    written = raw(mail, "archived-at").strip(" <>")
    return absolute(written, "") if written else None
