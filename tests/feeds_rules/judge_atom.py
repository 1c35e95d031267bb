"""What the W3C validator objects to in Atom, beside what the grammar of RFC 4287 says. Reads only the bytes."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from lxml import etree

from tests.feeds_rules.judge_rss import SPACES, markup

if TYPE_CHECKING:
    from collections.abc import Iterator

_A = "{http://www.w3.org/2005/Atom}"
_FH = "{http://purl.org/syndication/history/1.0}"
_KNOWN = {*SPACES, "http://purl.org/atompub/tombstones/1.0"}
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_IRI = re.compile(r"[a-z][a-z0-9+.-]*:[A-Za-z0-9/?#\[\]:@!$&'()*+,;=~._%-]+")
_RELS = {
    "hub", "self", "alternate", "current", "first", "last", "next", "previous", "next-archive", "prev-archive",
    "license", "related", "replies", "via", "enclosure", "edit", "edit-media", "search", "describedby", "payment",
    "service", "up",
}  # fmt: skip
_END_TAG = re.compile(r"</(?:a|b|br|code|div|em|h[1-6]|i|img|li|p|script|span|strong|u|ul)\s*>", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:[a-z]{2,8}|#\d+|#x[0-9a-f]+);", re.IGNORECASE)
_LANGUAGE = re.compile(r"(?:[A-Za-z]{2,8}|x)(?:-[A-Za-z0-9]{1,8})*")
_HISTORY = {"current", "prev-archive", "next-archive", "first", "last", "next", "previous"}
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def objections(body: bytes, address: str | None = None) -> list[str]:
    """`address` is where the document is served."""
    root: Any = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    found = [*_document(body, root), *_feed(root, address), *_one(root, "feed")]
    entries = root.findall(f"{_A}entry")
    for entry in entries:
        found += [f"{entry.findtext(f'{_A}id')}: {it}" for it in (*_one(entry, "entry"), *_entry(entry, root))]
    for name in ("id", "updated"):
        counts = Counter(entry.findtext(_A + name) for entry in entries)
        found += [f"Duplicate {name}: {value}" for value, count in counts.items() if count > 1]
    return found


def _document(body: bytes, root: Any) -> Iterator[str]:
    if not body.startswith(b"<?xml") or b"<!DOCTYPE" in body[:200]:
        yield "declaration or DOCTYPE"
    if re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd\ufffe\uffff]", body.decode()):
        yield "BadCharacters"
    used = {node.tag[1:].partition("}")[0] for node in root.iter()}
    yield from (f"UnknownNamespace: {space}" for space in root.nsmap.values() if space not in _KNOWN)
    yield from (f"namespace declared and not used: {space}" for space in root.nsmap.values() if space not in used)


def _one(node: Any, what: str) -> Iterator[str]:
    """What feeds and entries have in common."""
    counts = Counter(child.tag for child in node)
    yield from (f"MissingElement: {name}" for name in ("id", "title", "updated") if counts[_A + name] != 1)
    once = ("generator", "icon", "logo", "rights", "subtitle", "content", "published", "source", "summary")
    yield from (f"DuplicateElement: {name}" for name in once if counts[_A + name] > 1)
    for name in ("id", "icon", "logo"):
        if not _IRI.fullmatch(node.findtext(_A + name, "x:x")):
            yield f"InvalidFullLink: {what} {name} {node.findtext(_A + name)}"
    for name in ("updated", "published"):
        if not _DATE.fullmatch(node.findtext(_A + name, "2026-01-01T00:00:00Z")):
            yield f"InvalidRFC3339Date: {node.findtext(_A + name)}"
    for name in ("title", "subtitle", "summary", "rights"):
        yield from _plain(node.find(_A + name))
    if not _LANGUAGE.fullmatch(node.get(_LANG, "en")):
        yield f"InvalidLanguage: {node.get(_LANG)}"
    yield from _links(node)
    yield from _categories_and_people(node)


def _categories_and_people(node: Any) -> Iterator[str]:
    for category in node.findall(f"{_A}category"):
        if not category.get("term") or not _IRI.fullmatch(category.get("scheme", "x:x")):
            yield f"InvalidTerm: {dict(category.attrib)}"
    for person in node.findall(f"{_A}author"):
        inner = Counter(child.tag for child in person)
        if inner[f"{_A}name"] != 1 or max(inner.values()) > 1 or not person.findtext(f"{_A}name").strip():
            yield "MissingElement: name of a person"
        if not _IRI.fullmatch(person.findtext(f"{_A}uri", "x:x")):
            yield "InvalidURI: of a person"


def _plain(node: Any) -> Iterator[str]:
    if node is None:
        return
    words = node.text or ""
    if node.get("type", "text") == "text" and (_END_TAG.search(words) or _REFERENCE.search(words)):
        yield f"ContainsUndeclaredHTML: {words[:60]}"
    if node.get("type", "text") not in {"text", "html", "xhtml"}:
        yield "InvalidTextType"


def _links(node: Any) -> Iterator[str]:
    links = [dict(link.attrib) for link in node.findall(f"{_A}link")]
    for link in links:
        if not _IRI.fullmatch(link.get("href", "")):
            yield f"InvalidURIAttribute: {link}"
        if link.get("rel", "alternate") not in _RELS and not _IRI.fullmatch(link["rel"]):
            yield f"UnregisteredAtomLinkRel: {link['rel']}"
        if not link.get("length", "0").isdigit():
            yield "length is no number"
    pairs = Counter(
        (link.get("type"), link.get("hreflang")) for link in links if link.get("rel", "alternate") == "alternate"
    )
    if any(count > 1 for count in pairs.values()):
        yield "DuplicateAtomLink"


def _feed(root: Any, address: str | None) -> Iterator[str]:
    links = [dict(link.attrib) for link in root.findall(f"{_A}link")]
    own = [link for link in links if link.get("rel") == "self"]
    if address and [(link["href"], link.get("type")) for link in own] != [(address, "application/atom+xml")]:
        yield "MissingSelf or SelfDoesntMatchLocation"
    if root.find(f"{_FH}archive") is not None and "current" not in {link.get("rel") for link in links}:
        yield "MissingCurrentInArchive"
    if any(node.get("ref") is None or node.get("when") is None for node in root.iterfind("{*}deleted-entry")):
        yield "deleted-entry without ref or when"


def _entry(entry: Any, root: Any) -> Iterator[str]:
    rels = {link.get("rel", "alternate") for link in entry.findall(f"{_A}link")}
    if entry.find(f"{_A}author") is None and root.find(f"{_A}author") is None:
        yield "MissingElement: author"
    if entry.find(f"{_A}content") is None and ("alternate" not in rels or entry.find(f"{_A}summary") is None):
        yield "MissingContentOrAlternate or MissingSummary"
    if rels & _HISTORY:
        yield "FeedHistoryRelInEntry"
    content = entry.find(f"{_A}content")
    if content is not None:
        if content.get("type") not in {"text", "html", "xhtml"}:
            yield "InvalidMIMEType"
        yield from markup(content.text or "")
    source = entry.find(f"{_A}source")
    if source is not None:
        yield from (f"MissingSourceElement: {it}" for it in _one(source, "source"))
    if any(node.tag.endswith("}group") for node in entry.iter()):
        yield "MediaGroupWithoutAlternatives"
