"""An entry as feedparser has it -> ITEM."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from feeder.sources._feed_media import attachments, credit, image
from feeder.sources._feed_parsed import Entry, address, pruned, text_of
from feeder.sources._feed_podcast import episode
from feeder.text import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Said = Mapping[str, Any]

_PLAIN = "text/plain"
# RFC 822 with a zone that has one meaning; what the standard library makes of others is a guess.
_RFC822 = re.compile(
    r"(?:[A-Za-z]{3},\s*)?\d{1,2}\s+[A-Za-z]{3}\s+\d{4}\s+\d{1,2}:\d\d(?::\d\d)?\s+"
    r"(?:[+-]\d{4}|GMT|UTC?|Z|E[SD]T|C[SD]T|M[SD]T|P[SD]T)"
)
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.IGNORECASE)
_CLOCK = re.compile(r"\d{1,2}:\d\d")
_HERE = re.compile(r"""(?:src|href|srcset|poster)\s*=\s*["'](?!https?:|//|#|mailto:|data:|tel:)""", re.IGNORECASE)
# feedparser knows no ends of addresses longer than four letters, and puts the rest into the name.
_SENDER = re.compile(r"\s*([^\s@<>()]+@[^\s@<>()]+)\s*(?:\((.*?)\)?)?\s*")
_LONGEST_NAME = 500
_CUT_TLD = re.compile(r"\.[A-Za-z]{4}$")


def entry_of(said: Said, feed: Said, base: str, about: dict[str, Any]) -> Entry:
    """`base` is the feed's own address. What cannot be read raises one of many errors."""
    link = _link(said, base)
    published, modified = _dates(said)
    body, summary = _texts(said, base)
    item = {
        "url": link,
        "title": line(said, "title"),
        **body,
        "summary": summary,
        "image": image(said, base),
        "date_published": published,
        "date_modified": modified,
        "authors": authors(said, base),
        "tags": _tags(said),
        "language": _language(said, feed),
        "attachments": attachments(said, base),
        "_feeder": more(said, base),
        "_feed": about,
    }
    # `get` would take a missing date of change from that of publication, with a warning.
    parsed = said.get("published_parsed") or ("updated_parsed" in said and said["updated_parsed"])
    return Entry(pruned(item), clean(said.get("id") or "").strip() or None, _moment(parsed))


def line(said: Said, name: str) -> str | None:
    """A title and its like: markup where the format says or shows that it is some."""
    value = said.get(name)
    if not isinstance(value, str):
        return None
    kind = (said.get(f"{name}_detail") or {}).get("type")
    return one_line(value) if kind == _PLAIN else text_of(value)


def authors(said: Said, base: str) -> list[dict[str, str]]:
    found = [_person(it, base) for it in said.get("authors") or [] if it]
    return list({str(one.get("name", one)).casefold(): one for one in found if one}.values())


def _person(given: Said, base: str) -> dict[str, str]:
    name, email = (one_line(given.get(it) or "", _LONGEST_NAME) for it in ("name", "email"))
    if _CUT_TLD.search(email) and name and (whole := _SENDER.fullmatch(email + name)):
        email, name = whole[1], whole[2] or ""
    elif name and (sender := _SENDER.fullmatch(name)):
        email, name = sender[1], sender[2] or ""
    return pruned({"name": text_of(name), "email": email, "url": address(given.get("href"), base)})


def _link(said: Said, base: str) -> str | None:
    """Not that of a service that counts clicks; an id only where it is an address as a whole."""
    for name in ("feedburner_origlink", "pheedo_origlink"):
        if found := address(said.get(name), base):
            return found
    written = said.get("link")
    if written and written == said.get("id"):
        return address(written, base if written.startswith("/") else "")
    others = (it.get("href") for it in said.get("links") or [] if it.get("rel") in {"alternate", None})
    return next((found for it in (written, *others) if (found := address(it, base))), address(said.get("id"), ""))


def _texts(said: Said, base: str) -> tuple[dict[str, str], str | None]:
    """The body, as HTML or as text, and the summary where it is another text."""
    short = said.get("summary_detail") or {"value": said.get("summary") or ""}
    bodies = [it for it in said.get("content") or [] if it.get("value") and _is_text(it.get("type"))]
    if not bodies:
        return _body(short, base), None
    whole = max(bodies, key=lambda it: len(it["value"]))
    if (short.get("value") or "") in {"", whole["value"]}:
        return _body(whole, base), None
    return _body(whole, base), one_line(short["value"]) if short.get("type") == _PLAIN else text_of(short["value"])


def _is_text(kind: str | None) -> bool:
    return kind is None or kind.startswith("text/") or kind.endswith(("html", "+xml"))


def _body(detail: Said, base: str) -> dict[str, str]:
    value = clean(detail.get("value") or "")
    if detail.get("type") == _PLAIN:
        return {"content_text": value}
    return {"content_html": _absolute(value, detail.get("base") or "", base)}


def _absolute(markup: str, said: str, base: str) -> str:
    """An xml:base holds for this text alone, so it is used up here; without one, the article's address counts."""
    if not said or not _HERE.search(markup) or (whole := address(said, base)) is None:
        return markup
    from lxml import etree, html

    try:
        tree = html.fragment_fromstring(markup, create_parent="div")
        tree.make_links_absolute(whole, handle_failures="ignore")
        written = html.tostring(tree, encoding="unicode")
    except (etree.LxmlError, ValueError, AssertionError):
        return markup
    return str(written).removeprefix("<div>").removesuffix("</div>")


def more(said: Said, base: str) -> dict[str, Any]:
    """What JSON Feed has no key for."""
    source = said.get("source") or {}
    return pruned(
        {
            "publisher": line(source, "title"),
            "rights": line(said, "rights"),
            "credit": credit(said),
            "subjects": _subjects(said),
            "origin": _origin(source, base),
            "episode": episode(said, base),
        }
    )


def _origin(source: Said, base: str) -> dict[str, Any]:
    """RFC 4287, section 4.2.11, or RSS's `source`: the feed that the entry was taken from."""
    links = {it.get("rel"): it.get("href") for it in source.get("links") or []}
    found = pruned(
        {
            "title": line(source, "title"),
            "url": address(links.get("self") or source.get("href") or source.get("url"), base),
            "id": one_line(str(source.get("id") or ""), 500),
            "updated": one_line(str(source.get("updated") or ""), 60),
        }
    )
    return found if {"title", "url"} & found.keys() else {}


def _subjects(said: Said) -> list[dict[str, str]]:
    found = []
    for it in said.get("tags") or []:
        term, scheme = one_line(it.get("term") or "", 200), one_line(it.get("scheme") or "", 500)
        name = one_line(text_of(it.get("label") or term), 200)
        if name and term and ":" in scheme:
            found.append({"name": name, "term": term, "scheme": scheme})
    return found


def _tags(said: Said) -> list[str]:
    terms = (it.get("label") or it.get("term") or "" for it in said.get("tags") or [])
    return _once(one_line(text_of(term), 200) for term in terms)


def _once(them: Iterable[str]) -> list[str]:
    return list({it.casefold(): it for it in them if it}.values())


def _language(said: Said, feed: Said) -> str | None:
    """Its own, where that is not simply the feed's."""
    details = [*(said.get("content") or []), said.get("title_detail") or {}, said.get("summary_detail") or {}]
    found = said.get("language") or next((it["language"] for it in details if it.get("language")), None)
    if not isinstance(found, str) or found == (feed.get("title_detail") or {}).get("language") == feed.get(
        "language"
    ):
        return None
    return one_line(found, 40)


def _dates(said: Said) -> tuple[str | None, str | None]:
    """Outside of Atom there is one date, and feedparser takes it for that of a change."""
    published = _date(said, "published") or _date(said, "created")
    modified = _date(said, "updated") if "updated" in said else None
    return published or modified, modified if published else None


def _date(said: Said, name: str) -> str | None:
    """ISO 8601 where the date is plain, with its own offset; else what feedparser understood; else as it is."""
    raw = one_line(str(said.get(name) or ""), 200)
    if _ISO.fullmatch(raw):
        return raw
    if _RFC822.fullmatch(raw):
        try:
            return parsedate_to_datetime(raw).replace(microsecond=0).isoformat()
        except (ValueError, TypeError, IndexError):
            return raw
    understood = _moment(said.get(f"{name}_parsed"))
    if not understood:
        return raw or None
    return understood if _CLOCK.search(raw) else understood[:10]


def _moment(parsed: Any) -> str:
    if not parsed:
        return ""
    try:
        year, month, day, hour, minute, second = parsed[:6]
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC).isoformat()
    except (ValueError, TypeError):
        return ""
