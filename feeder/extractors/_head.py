"""The lines above the body -> title, publisher, tagline, caption, byline, date; the rest goes to the notes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feeder.extractors import _dateline
from feeder.extractors._dates import Stated, find
from feeder.extractors._people import byline, is_name, people
from feeder.extractors._prose import ends, words
from feeder.extractors._words import CREDIT, is_noise, is_press, is_section

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from feeder.extractors._draft import Draft
    from feeder.model.document import Hints

_DATE_LABEL = re.compile(
    r"(?i)\b(?:first |last )?(?:published|posted|updated|modified|created|issued|released|date|veröffentlicht|"
    r"erschienen|aktualisiert|stand|vom|am|"
    r"publié|mis à jour|le|publicado|actualizado|el|em|atualizado|pubblicato|aggiornato|il|gepubliceerd|"
    r"bijgewerkt|op|publicerad|uppdaterad|"
    r"julkaistu|on|at|um|uhr|à|den|опубликовано|обновлено|发布时间|时间|日期|公開|更新|입력|수정|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|"
    r"lundi|mardi|mercredi|jeudi|vendredi|"
    r"samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo|(?:mon|tue|wed|thu|fri|sat|sun)|"
    r"[CEWMP][ES]?[SD]?T|GMT|UTC|"
    r"\d{1,2}[:.]\d{2}|[ap]\.?m\.?)(?![^\W_])\.?"
)
_UPDATED = re.compile(
    r"(?i)\s*(?:last )?(?:updated|modified|aktualisiert|mis à jour|actualizado|aggiornato|bijgewerkt|обновлено|"
    r"更新|수정)\b"
)
_RELEASE = re.compile(
    r"(?i)(?:for immediate release|press release|pressemitteilung|communiqué de presse|eilmeldung)"
    r"\s*[:–—-]\s*(?=\S)"
)
_HEADING = re.compile(r"#{1,2}\s+(?=\S)")
_TOKEN = re.compile(r"[^\W\d_]{3,}")
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


def is_data(line: str, hints: Hints) -> bool:
    """A byline, a date or a dateline on a line of its own: the body begins behind it."""
    stated = (
        byline(line) or _dated(line, hints, None) or _dateline.alone(line, hints) if len(line) <= 160 else None
    )
    return bool(stated)


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
    _above(above, draft, known)
    _below(below, draft)


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
    for line in lines:
        if is_noise(line) or (
            is_section(line) and not _HEADING.match(line) and line.casefold() not in names and len(lines) > 1
        ):
            draft.note(line)
        elif _took_data(line, draft, hints, frozenset(names), language, first=not left and not draft.title):
            continue
        else:
            left.append(line)
    return left


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
    if dated := _dated(line, hints, language):
        return _took_date(line, *dated, draft, names)
    if not first and (authors := byline(line)):
        draft.put("authors", authors, "byline")
        return True
    return False


def _dated(line: str, hints: Hints, language: str | None) -> tuple[Stated, str] | None:
    """The date of a line that has nothing else, or a name beside it."""
    if len(line) > 160 or not any(char.isdigit() for char in line) or not (found := find(line, hints, language)):
        return None
    rest = line
    for stated in reversed(found):
        rest = rest[: stated.start] + " | " + rest[stated.end :]
    rest = _DATE_LABEL.sub(" ", rest)
    rest = " ".join(part for part in rest.split() if any(map(str.isalnum, part)))
    return (found[0], rest) if not rest or _beside(rest) else None


def _beside(rest: str) -> bool:
    return bool(byline(rest)) or is_name(rest) or (is_press(rest) and words(rest) <= 5)


def _took_date(line: str, stated: Stated, rest: str, draft: Draft, names: frozenset[str]) -> bool:
    if _UPDATED.match(line):
        draft.note(line)
        return True
    draft.put("published", stated.when, "date line")
    if rest.casefold() in names or (is_press(rest) and not byline(rest)):
        draft.put("publisher", rest, "date line")
    elif rest:
        draft.put("authors", byline(rest) or people(rest), "date line")
    return True


def _title(candidates: list[str], body: str, known: Collection[str]) -> int | None:
    """Which is the title: the first long one that speaks of what the body speaks of, else the best of all."""
    marked = next((i for i, line in enumerate(candidates) if _HEADING.match(line)), None)
    if marked is not None or not candidates:
        return marked
    open_to = [i for i, line in enumerate(candidates) if line.casefold() not in known]
    titles = [i for i in open_to if not _masthead(candidates[i])] or open_to
    vocabulary = _vocabulary(body[:8000])
    shares = {i: _share(candidates[i], vocabulary) for i in titles}
    fitting = next((i for i in titles if words(candidates[i][:400]) >= 4 and shares[i] >= 0.34), None)
    if fitting is not None or not titles:
        return fitting
    return max(titles, key=lambda i: (shares[i] + min(words(candidates[i][:400]), 10) / 20 - i * 0.04, -i))


def _masthead(line: str) -> bool:
    return is_press(line) and words(line) <= 6 and not ends(line)


def _vocabulary(text: str) -> set[str]:
    """Beginnings of words, so that `meets` and `meeting` agree; pairs of characters where there are no spaces."""
    folded = text.casefold()
    return {word[:5] for word in _TOKEN.findall(folded)} | {
        folded[i : i + 2] for i in range(len(folded)) if _WIDE.match(folded[i])
    }


def _share(line: str, vocabulary: set[str]) -> float:
    own = _vocabulary(line[:400])
    return len(own & vocabulary) / len(own) if own else 0.0


def _above(lines: list[str], draft: Draft, known: Collection[str]) -> None:
    """Publisher, then tagline."""
    masthead = next((line for line in lines if line.casefold() in known), None) or next(
        filter(_masthead, lines), None
    )
    masthead = masthead or next(
        (line for line in lines if words(line) <= 5 and line.istitle() and not ends(line)), None
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
