"""Front matter -> the fields of a Draft."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from feeder.errors import NotYet
from feeder.extractors._dates import moment, parse
from feeder.extractors._draft import absolute
from feeder.extractors._language import tag
from feeder.extractors._people import people
from feeder.extractors._sound import take_sound
from feeder.model.article import Person

if TYPE_CHECKING:
    from datetime import datetime

    from feeder.extractors._draft import Draft
    from feeder.model.document import Hints

_DATES = ("date", "publishdate", "published", "publish_date", "pubdate", "datepublished")
_REVISIONS = ("lastmod", "modified", "updated", "last_modified_at", "date_modified", "datemodified", "lastupdated")
_EXPIRIES = ("expirydate", "expires", "expiry_date", "unpublishdate")
_ALIASES = ("aliases", "alias", "redirect_from")  # Hugo's, and those of Jekyll's jekyll-redirect-from
_URLS = ("url", "canonical", "canonical_url", "canonicalurl", "permalink", "link")
_IMAGES = ("image", "cover", "featured_image", "featuredimage", "feature_image", "thumbnail", "images")
_CATEGORIES = ("categories", "category", "tags", "tag", "keywords")
_ON = {"true", "yes", "on", "1"}
_MOST_ALIASES = 100
_ORIGIN = "front matter"


def take_fields(values: dict[str, Any], draft: Draft, hints: Hints) -> None:
    """Fill the draft; `NotYet` for a draft and for what has expired."""
    if text(values, "draft").lower() in _ON or text(values, "status").lower() in {"draft", "hidden"}:
        raise NotYet("draft")
    if text(values, "published").lower() in {"false", "no", "off"}:  # Jekyll
        raise NotYet("draft")
    draft.put("expires", _expires(values, hints), _ORIGIN)
    draft.put("title", text(values, "title", "headline"), _ORIGIN)
    draft.put("native", text(values, "id", "guid", "uuid"), _ORIGIN)
    draft.put("slug", text(values, "slug"), _ORIGIN)
    draft.put("summary", text(values, "summary", "description", "excerpt"), _ORIGIN)
    draft.put("language", tag(text(values, "lang", "language", "locale")), _ORIGIN)
    draft.put("authors", _authors(values.get("authors") or values.get("author")), _ORIGIN)
    draft.put("categories", _categories(values), _ORIGIN)
    for name in ("place", "publisher", "tagline", "caption"):
        draft.put(name, text(values, name), _ORIGIN)
    draft.put("credit", text(values, "credit", "image_credit", "photographer"), _ORIGIN)
    draft.put("rights", text(values, "rights", "copyright"), _ORIGIN)
    draft.put("place", text(values, "location"), _ORIGIN)
    _addresses(values, draft, hints)
    take_sound(values, draft, hints)
    _date(values, draft, hints)


def text(values: dict[str, Any], *keys: str) -> str:
    """The first of the keys that has a word."""
    return next((value.strip() for key in keys if isinstance(value := values.get(key), str) and value.strip()), "")


def _expires(values: dict[str, Any], hints: Hints) -> datetime | None:
    """Hugo shows an article until its expiryDate; behind it, it waits for a later one."""
    stated = text(values, *_EXPIRIES)
    until = parse(stated, hints) if stated else None
    expires = moment(until, hints.zone) if until is not None else None
    if expires is not None and expires <= hints.arrived:
        raise NotYet(f"its expiry date is over ({stated[:40]})")
    return expires


def _date(values: dict[str, Any], draft: Draft, hints: Hints) -> None:
    for key in _DATES:
        value = text(values, key)
        if value and value.lower() not in _ON:
            draft.put_date(value, hints, _ORIGIN)
    draft.put("revised", parse(text(values, *_REVISIONS), hints), _ORIGIN)


def _addresses(values: dict[str, Any], draft: Draft, hints: Hints) -> None:
    own = text(values, *_URLS)
    if own and not re.search(r"/:|\{\{", own):  # /:year/:title/ is a pattern, not an address
        draft.put("url", absolute(own, hints.base), _ORIGIN)
    former = [absolute(it, hints.base) for key in _ALIASES for it in _names(values.get(key))[:_MOST_ALIASES]]
    draft.put("aliases", tuple(filter(None, former)), _ORIGIN)
    for key in _IMAGES:
        draft.put("image", _image(values.get(key), draft.url or hints.base), _ORIGIN)


def _image(value: Any, base: str) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = text(value, "image", "url", "src", "path", "filename")
    return absolute(value, base) if isinstance(value, str) and value.strip() else None


def _categories(values: dict[str, Any]) -> tuple[str, ...]:
    return tuple(name for key in _CATEGORIES for name in _names(values.get(key)))


def _names(value: Any) -> list[str]:
    if isinstance(value, list):
        return [item.strip() for item in value if isinstance(item, str)]
    text = value if isinstance(value, str) else ""
    return [name.strip().strip("\"'") for name in re.split(r"[,;]", text.strip("[]")) if name.strip()]


def _authors(value: Any) -> tuple[Person, ...]:
    if isinstance(value, dict):
        name, url = text(value, "name", "display_name"), text(value, "url", "website")
        return (Person(name, text(value, "email") or None, absolute(url, "") if url else None),) if name else ()
    if isinstance(value, list):
        return tuple(person for item in value for person in _authors(item))
    return people(value) if isinstance(value, str) and value.strip() else ()
