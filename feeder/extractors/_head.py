"""The lines above the body -> title, publisher, tagline, caption, byline, date; the rest goes to the notes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feeder.extractors import _dateline
from feeder.extractors._caption import is_picture
from feeder.extractors._date_line import dated_line, is_age, take_date
from feeder.extractors._head_names import is_town_line, put_byline, took_name
from feeder.extractors._people import byline, is_name, is_role
from feeder.extractors._place import titled
from feeder.extractors._places import is_city
from feeder.extractors._prose import ends, is_caseless, words
from feeder.extractors._title import HEADING, WIDE, is_masthead, is_titled, share_of, title, vocabulary_of
from feeder.extractors._words import CREDIT, is_agency, is_institution, is_noise, is_press, is_section

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from feeder.extractors._draft import Draft
    from feeder.model.document import Hints

_RELEASE = re.compile(
    r"(?i)(?:for immediate release|press release|pressemitteilung|communiqué de presse|eilmeldung)"
    r"\s*[:–—-]\s*(?=\S)"
)


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
        lines, body, draft, hints, {*known_names(lines, hints), (publisher or "").casefold()}, language
    )
    known = {name.casefold() for name in (publisher, hints.publisher, draft.publisher) if name}
    if draft.title:
        chosen = next((i for i, line in enumerate(candidates) if line.casefold() == draft.title.casefold()), None)
        above, below = (candidates[:chosen], candidates[chosen + 1 :]) if chosen is not None else ([], candidates)
    elif (chosen := title(candidates, body, known)) is not None:
        heading = HEADING.sub("", candidates[chosen])
        draft.put(
            "title", _RELEASE.sub("", heading), "heading" if heading != candidates[chosen] else _rule(chosen)
        )
        above, below = candidates[:chosen], candidates[chosen + 1 :]
    else:
        above, below = candidates, []
    if draft.origins.get("publisher") == "line under the title" and any(map(is_masthead, above)):
        draft.publisher = None  # `Post Report`, `News from Bulgaria` below a masthead
    _above(above, f"{draft.title} {body}", draft, known)
    _below(below, draft, body)


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
    lines: list[str], body: str, draft: Draft, hints: Hints, names: Collection[str], language: str | None
) -> list[str]:
    """The lines that are no navigation, date, byline or credit; those are put where they belong."""
    left: list[str] = []
    sure = {name.casefold() for name in (draft.publisher, hints.publisher) if name}  # a paper may be `World`
    beside = False  # the line before was a date or a role, or the one behind is
    for index, whole in enumerate(lines):
        line = _without_noise(whole)
        behind = lines[index + 1] if index + 1 < len(lines) else ""
        if (
            is_noise(line)
            or is_age(line)
            or (is_section(line) and not HEADING.match(line) and line.casefold() not in sure and len(lines) > 1)
        ):
            draft.note(line)
            continue
        headed = bool(left or draft.title)
        story = "\n".join([*left, body])
        labelled = draft.origins.get("published") == "label" and not draft.authors  # its line was taken away
        beside = beside or labelled or _is_beside(behind, hints, language)
        near = beside + _is_signed(lines, index)
        if headed and near and not draft.place and is_town_line(line, story, between=near > 1):
            draft.put("place", titled(line.strip(" .:").partition(", ")[0]), "place line")
        elif headed and is_name(line) and _is_author(line) and beside:
            put_byline(line, "name beside a date", draft, story)
        elif not _took_data(line, draft, hints, frozenset(names), language) and not (
            headed and len(line) <= 300 and took_name(line, draft, story)
        ):
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


def _is_signed(lines: list[str], index: int) -> bool:
    """Above or below it stands who wrote the text."""
    return any(byline(line) for line in lines[max(0, index - 1) : index + 2] if line != lines[index])


def _took_data(line: str, draft: Draft, hints: Hints, names: frozenset[str], language: str | None) -> bool:
    if len(line) > 300:
        return False
    if CREDIT.search(line):
        draft.put("caption", line, "credit line")
        return True
    if alone := _dateline.alone(line, hints, names, language):
        draft.put("place", alone.place, "dateline")
        draft.put("published", alone.stated.when if alone.stated else None, "dateline")
        draft.put("publisher", alone.publisher or alone.agency, "dateline")
        draft.put("authors", byline(f"By: {alone.byline}") if alone.byline else (), "dateline")
        return True
    if dated := dated_line(line, hints, language):
        return take_date(line, *dated, draft, names)
    return False


def _kicker(line: str, story: str) -> bool:
    """`Flood` above a story of a flood is no newspaper."""
    return words(line) <= 2 and share_of(line, vocabulary_of(story)) == 1


def _above(lines: list[str], story: str, draft: Draft, known: Collection[str]) -> None:
    """Publisher, then tagline."""
    masthead = next((line for line in lines if line.casefold() in known), None) or next(
        filter(is_masthead, lines), None
    )
    masthead = masthead or next((line for line in lines if is_institution(line) and is_titled(line)), None)
    masthead = masthead or next(
        (
            line
            for line in lines
            if words(line) <= (8 if WIDE.search(line) else 5)
            and (
                is_caseless(line) or line.istitle() or (words(line) > 1 and line[:1].isupper() and is_titled(line))
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


def _below(lines: list[str], draft: Draft, body: str) -> None:
    """A caption is short, a standfirst is longer; the standfirst is also kept whole, for a summary may be cut."""
    for line in lines:
        if is_picture(line, body):
            draft.put("caption", line, "line under the title")
        elif words(line[:200]) <= 4 and draft.origins.get("caption") != "line under the title":
            draft.caption = (
                f"{line}. {draft.caption}" if draft.caption else line
            )  # the credit line is a part of it
            draft.origins["caption"] = "line under the title"
        elif draft.summary or len(line) > 300:
            draft.put("summary", line, "standfirst")
            draft.note(line)
        else:
            draft.put("summary", line, "standfirst")
