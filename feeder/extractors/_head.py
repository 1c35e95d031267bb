"""The lines above the body -> title, publisher, tagline, caption, byline, date; the rest goes to the notes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feeder.extractors import _dateline
from feeder.extractors._date_line import dated_line, take_date
from feeder.extractors._language import is_stop_word
from feeder.extractors._people import byline, is_name, is_role
from feeder.extractors._place import is_caps, is_place, titled
from feeder.extractors._places import is_city, is_region
from feeder.extractors._prose import ends, is_caseless, words
from feeder.extractors._words import CREDIT, STAFF, is_agency, is_institution, is_noise, is_press, is_section

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from feeder.extractors._draft import Draft
    from feeder.model.document import Hints

_RELEASE = re.compile(
    r"(?i)(?:for immediate release|press release|pressemitteilung|communiqué de presse|eilmeldung)"
    r"\s*[:–—-]\s*(?=\S)"
)
_HEADING = re.compile(r"#{1,2}\s+(?=\S)")
_FROM = re.compile(r"[^\W\d_](?P<sure> in |, | [–—-] )(?P<place>[^\W\d_][^\d,]{2,30})\Z")
_TOKEN = re.compile(r"[^\W\d_]{3,}")
_ELIDED = re.compile("(?:d|l|dell|nell|sull|all|dall)['’]")
_ARTICLES = {"dello", "della", "delle", "degli"}
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


def is_data(line: str, hints: Hints) -> bool:
    """A byline, a date or a dateline on a line of its own: the body begins behind it."""
    if len(line) > 160:
        return False
    return bool(byline(line) or dated_line(line, hints, None) or _dateline.alone(line, hints))


def sort_head(
    lines: list[str], body: str, draft: Draft, hints: Hints, publisher: str | None, language: str | None
) -> None:
    """Fill the draft from the head lines of a text whose dateline named `publisher`, if any."""
    candidates = _without_data(
        lines, draft, hints, {*known_names(lines, hints), (publisher or "").casefold()}, language
    )
    known = {name.casefold() for name in (publisher, hints.publisher, draft.publisher) if name}
    if draft.title:
        chosen = next((i for i, line in enumerate(candidates) if line.casefold() == draft.title.casefold()), None)
        above, below = (candidates[:chosen], candidates[chosen + 1 :]) if chosen is not None else ([], candidates)
    elif (chosen := _title(candidates, body, known)) is not None:
        heading = _HEADING.sub("", candidates[chosen])
        draft.put(
            "title", _RELEASE.sub("", heading), "heading" if heading != candidates[chosen] else _rule(chosen)
        )
        above, below = candidates[:chosen], candidates[chosen + 1 :]
    else:
        above, below = candidates, []
    if draft.origins.get("publisher") == "line under the title" and any(map(_masthead, above)):
        draft.publisher = None  # `Post Report`, `News from Bulgaria` below a masthead
    _above(above, f"{draft.title} {body}", draft, known)
    _below(below, draft)


def take_passed(lines: Sequence[str], draft: Draft, hints: Hints, language: str | None) -> None:
    """A release has its date above the headline, where a page has its navigation: only dates with a year count."""
    for line in reversed(lines[-12:]):
        dated = dated_line(line, hints, language)
        if dated and dated[0].year:
            draft.put("published", dated[0].when, "date above the headline")


def known_names(lines: Sequence[str], hints: Hints) -> set[str]:
    """What a dateline may repeat as the publisher: short head lines and the site's own name; casefolded."""
    names = {line.casefold() for line in lines if words(line[:200]) <= 6 and not ends(line)}
    return names | ({hints.publisher.casefold()} if hints.publisher else set())


def _rule(index: int) -> str:
    return "first line" if index == 0 else "head line"


def _without_data(
    lines: list[str], draft: Draft, hints: Hints, names: Collection[str], language: str | None
) -> list[str]:
    """The lines that are no navigation, date, byline or credit; those are put where they belong."""
    left: list[str] = []
    sure = {name.casefold() for name in (draft.publisher, hints.publisher) if name}  # a paper may be `World`
    beside = False  # the line before was a date or a role, or the one behind is
    for index, whole in enumerate(lines):
        line = _without_noise(whole)
        behind = lines[index + 1] if index + 1 < len(lines) else ""
        if is_noise(line) or (
            is_section(line) and not _HEADING.match(line) and line.casefold() not in sure and len(lines) > 1
        ):
            draft.note(line)
            continue
        headed = bool(left or draft.title)
        if headed and is_name(line) and _is_author(line) and (beside or _is_beside(behind, hints, language)):
            _put_byline(line, "name beside a date", draft)
        elif not _took_data(line, draft, hints, frozenset(names), language, first=not headed):
            left.append(line)
        beside = _is_beside(line, hints, language)
    return left


def _without_noise(line: str) -> str:
    """`European Commission - Press release` without what it is."""
    crumbs = re.split(r"\s[›»>]\s", line)
    if len(crumbs) > 1 and is_press(crumbs[0]) and not is_section(crumbs[0]):
        return crumbs[0]
    first, _, last = line.partition(" - ")
    return first if last and is_noise(last) and words(first[:200]) <= 6 else line


def _is_author(line: str) -> bool:
    return (
        words(line) <= 4
        and "," not in line
        and not (is_press(line) or is_institution(line) or is_city(line) or is_agency(line))
    )


def _is_beside(line: str, hints: Hints, language: str | None) -> bool:
    """A date or a role: the name on the next line is the author's."""
    return is_role(line) or bool(dated_line(line, hints, language)) or bool(_dateline.alone(line, hints))


def _took_data(
    line: str, draft: Draft, hints: Hints, names: frozenset[str], language: str | None, *, first: bool
) -> bool:
    if len(line) > 300:
        return False
    if CREDIT.search(line):
        draft.put("caption", line, "credit line")
        return True
    if alone := _dateline.alone(line, hints, names, language):
        draft.put("place", alone.place, "dateline")
        draft.put("published", alone.stated.when if alone.stated else None, "dateline")
        draft.put("publisher", alone.publisher or alone.agency, "dateline")
        return True
    if dated := dated_line(line, hints, language):
        return take_date(line, *dated, draft, names)
    return not first and _took_name(line, draft)


def _took_name(line: str, draft: Draft) -> bool:
    """A line below the title that names who wrote it, for whom, or where."""
    name, _, house = (part.strip() for part in re.sub(r"\s[|/–—-]\s", ", ", line, count=1).partition(", "))
    if (
        is_name(name)
        and house
        and (is_agency(house) or (is_press(house) and words(house) <= 4 and not is_role(house)))
    ):
        draft.put("authors", byline(f"By: {name.removeprefix('By ')}"), "byline")
        draft.put("publisher", house, "byline")
    elif STAFF.match(name) and is_place(house):  # Our Correspondent, Sylhet
        draft.put("authors", byline(name), "byline")
        draft.put("place", titled(house), "byline")
    elif byline(line):
        _put_byline(line, "byline", draft)
    elif is_role(line):
        draft.note(line)
    elif words(line[:200]) <= 5 and (
        is_agency(name) or (is_press(line) and not ends(line) and (_is_titled(line) or words(line) <= 3))
    ):
        draft.put("publisher", name if is_agency(name) else line, "line under the title")
    elif _is_place_line(line):
        draft.put("place", ", ".join(titled(part) for part in line.strip(" .:").split(", ")), "place line")
    else:
        return False
    return True


def _put_byline(line: str, origin: str, draft: Draft) -> None:
    place = _place_behind(line)
    name = line[: line.rindex(" in ")] if place and " in " in line else line
    draft.put("authors", byline(name) or byline(f"By: {name}"), origin)
    draft.put("place", place, origin)


def _place_behind(line: str) -> str | None:
    """`By Una Ward in Tralee`; behind a comma there are roles too."""
    found = _FROM.search(line) if len(line) < 120 else None
    if found is None or not is_place(found["place"]) or is_role(found["place"]):
        return None
    return titled(found["place"]) if found["sure"] == " in " or is_city(found["place"]) else None


def _is_place_line(line: str) -> bool:
    name, _, region = line.strip(" .:").partition(", ")
    if len(line) > 60 or not is_place(name):
        return False
    return is_region(region) if region else is_city(name) and (is_caps(name) or not name.isupper())


def _title(candidates: list[str], body: str, known: Collection[str]) -> int | None:
    """Which is the title: the first long one that speaks of what the body speaks of, else the best of all."""
    marked = next((i for i, line in enumerate(candidates) if _HEADING.match(line)), None)
    if marked is not None or not candidates:
        return marked
    open_to = [i for i, line in enumerate(candidates) if line.casefold() not in known and not _is_aside(line)]
    titles = [i for i in open_to if not _masthead(candidates[i])] or open_to
    vocabulary = _vocabulary(body[:8000])
    shares = {i: _share(candidates[i], vocabulary) for i in titles}
    fitting = next((i for i in titles if _fits(candidates, i, shares[i])), None)
    if fitting is not None or not titles:
        return fitting
    return max(titles, key=lambda i: (shares[i] + min(words(candidates[i][:400]), 10) / 20 - i * 0.04, -i))


def _is_aside(line: str) -> bool:
    return line.startswith("(") and line.endswith(")")


def _fits(candidates: list[str], index: int, share: float) -> bool:
    """A longer line is less likely a kicker, and needs to share less, unless it may be the motto of a masthead."""
    count = words(candidates[index][:400])
    motto = ends(candidates[index]) or (0 < index < len(candidates) - 1 and _masthead(candidates[index - 1]))
    return count >= 4 and share >= (0.34 if count < 6 or motto else 0.2)


def _masthead(line: str) -> bool:
    return is_press(line) and words(line) <= 6 and not ends(line) and _is_titled(line)


def _is_titled(line: str) -> bool:
    """All but short words begin with capitals, where there are any."""
    parts = (_ELIDED.sub("", word) for word in line.split() if len(word) > 3 and word not in _ARTICLES)
    return not any(word[:1].islower() for word in parts)


def _vocabulary(text: str) -> set[str]:
    """Beginnings of words, so that `meets` and `meeting` agree; pairs of characters where there are no spaces."""
    folded = text.casefold()
    return {word.removesuffix("s")[:5] for word in _TOKEN.findall(folded) if not is_stop_word(word)} | {
        folded[i : i + 2] for i in range(len(folded)) if _WIDE.match(folded[i])
    }


def _share(line: str, vocabulary: set[str]) -> float:
    own = _vocabulary(line[:400])
    return len(own & vocabulary) / len(own) if own else 0.0


def _kicker(line: str, story: str) -> bool:
    """`Flood` above a story of a flood is no newspaper."""
    return words(line) <= 2 and _share(line, _vocabulary(story)) == 1


def _above(lines: list[str], story: str, draft: Draft, known: Collection[str]) -> None:
    """Publisher, then tagline."""
    masthead = next((line for line in lines if line.casefold() in known), None) or next(
        filter(_masthead, lines), None
    )
    masthead = masthead or next((line for line in lines if is_institution(line) and _is_titled(line)), None)
    masthead = masthead or next(
        (
            line
            for line in lines
            if words(line) <= (8 if _WIDE.search(line) else 5)
            and (
                is_caseless(line)
                or line.istitle()
                or (words(line) > 1 and line[:1].isupper() and _is_titled(line))
            )
            and not ends(line)
            and line[-1] != ":"
            and not _kicker(line, story)
        ),
        None,
    )
    if masthead is None:
        draft.note(*lines)
        return
    draft.put("publisher", masthead, "masthead")
    behind = lines[lines.index(masthead) + 1 :]
    draft.put("tagline", behind[0] if behind else "", "line under the masthead")
    draft.note(*(line for line in lines if line not in {draft.publisher, draft.tagline}))


def _below(lines: list[str], draft: Draft) -> None:
    """A caption is short, a standfirst is longer; the standfirst is also kept whole, for a summary may be cut."""
    for line in lines:
        if words(line[:200]) <= 4 and draft.origins.get("caption") != "line under the title":
            draft.caption = (
                f"{line}. {draft.caption}" if draft.caption else line
            )  # the credit line is a part of it
            draft.origins["caption"] = "line under the title"
            continue
        if not draft.summary:
            draft.put("summary", line, "standfirst")
            if len(line) <= 300:
                continue
        draft.note(line)
