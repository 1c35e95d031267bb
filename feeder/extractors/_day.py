"""What a page says of its date, in many places -> the day it came out, with its time where that is stated."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from feeder.extractors._dates import parse
from feeder.text import one_line

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from feeder.extractors._meta import Declared
    from feeder.model.document import Hints


def day(
    page: HtmlElement, said: Declared, hints: Hints, url: str | None, language: str | None
) -> tuple[date | datetime | None, str]:
    """The date and which rule found it. Where the page and htmldate disagree, htmldate is right twice as often.

    Only a page of the web is searched for a day that it does not mark: what a person wrote may speak of any day.
    """
    stated = [(when, origin, raw) for raw, origin in _stated(page, said) if (when := parse(raw, hints, language))]
    found = _found(page, hints, url)
    if found is None:
        return (stated[0][0], stated[0][1]) if stated else (None, "")
    for when, origin, raw in stated:
        if isinstance(when, datetime) and (when.date() == found or raw.startswith(found.isoformat())):
            return when, origin
    agrees = next((origin for when, origin, _ in stated if when == found), "htmldate")
    return found, agrees


def _stated(page: HtmlElement, said: Declared) -> list[tuple[str, str]]:
    """Declared dates, then what readers see in `time`."""
    times = [node for _, node in zip(range(20), page.iter("time"), strict=False)]
    times.sort(key=lambda node: "publi" not in f"{node.get('itemprop')} {node.get('class')} {node.get('pubdate')}")
    seen = [(one_line(node.get("datetime") or node.text_content()), "time") for node in times]
    return said["published"] + [(value, origin) for value, origin in seen if 0 < len(value) < 100]


def _found(page: HtmlElement, hints: Hints, url: str | None) -> date | None:
    from htmldate import find_date

    latest = hints.arrived + timedelta(days=1)
    with suppress(ValueError, TypeError, OverflowError, AttributeError):  # its own mistakes on hostile dates
        found = find_date(page, extensive_search=url is not None, original_date=True, url=url, max_date=latest)
        return date.fromisoformat(found) if found else None
    return None
