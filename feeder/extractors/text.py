"""Plain text -> Reading: head, dateline, body and tail are told apart by what each line says."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from feeder.errors import Unreadable
from feeder.extractors._charset import decode
from feeder.extractors._date_line import dated_line
from feeder.extractors._dates import find, moment
from feeder.extractors._draft import Draft, name_day
from feeder.extractors._envelope import open_envelope, refuse
from feeder.extractors._head import sort_head, take_passed
from feeder.extractors._labels import put_label, read_label, take_labels
from feeder.extractors._language import language
from feeder.extractors._opening import split
from feeder.extractors._people import byline, is_name
from feeder.extractors._prose import ends, first_sentence, is_prose, paragraphs, regular, words
from feeder.extractors._tail import agency_of, cut, publisher_of, signed
from feeder.extractors._title import is_titled
from feeder.extractors._words import is_institution, is_noise, is_press, is_section
from feeder.text import clean

if TYPE_CHECKING:
    from feeder.extractors._dateline import Dateline
    from feeder.extractors._dates import Stated
    from feeder.model.document import Document, Hints, Reading

_TOLD = re.compile(
    r"(?i)(?:this .{2,90})?\b(?:first )?(?:published|posted|publié|mis en ligne|veröffentlicht|erschienen|"
    r"publicado|pubblicato|gepubliceerd|publicerad|publiceret|publisert|julkaistu|opublikowano|опубликовано|опубліковано)\b"
)
_PROSE_WITHIN = 40  # a release has its contacts between headline and text
_ARTICLES = {"The", "Le", "La", "Les", "El", "Los", "Las", "Il", "Lo", "O", "A", "De", "Het", "Der", "Die", "Das"}
_BAR = re.compile(r"\s+(?P<bar>\||::|[-–—•·])\s+|(?<=[\u3040-\u9fff])\s?(?P<wide>[：｜|])\s?")


def read(document: Document, hints: Hints) -> Reading:
    text = regular(decode(document.body, known=hints.encoding))
    refuse(text)
    return _article(text, document.key, hints)


def _article(text: str, key: str, hints: Hints) -> Reading:
    draft = Draft()
    opened = open_envelope(text, hints)
    lines = paragraphs(clean(opened.text))
    if not lines:
        raise Unreadable("it has no text; an article needs at least one sentence")
    lines, passed = _without_navigation(take_labels(lines, draft, hints), draft)
    sample = "\n".join([line for line in lines if is_prose(line)][:3] or lines)
    spoken = language(sample[:4000], draft.language, hints.language)
    signs = sum(map(bool, (draft.published, draft.authors, draft.publisher)))
    head, body, dateline = split(lines, hints, spoken, signs, titled=bool(draft.title))
    if dateline:
        _take_dateline_names(dateline, draft)
    sort_head(head, " ".join(body)[:8000], draft, hints, draft.publisher, spoken)
    if dateline:
        _take_dateline(dateline, draft, hints)
    take_passed(passed, draft, hints, spoken)
    draft.put("published", opened.published, "wire trailer")
    draft.put("published", dateline.stated.when if dateline and dateline.stated else None, "dateline")
    if day := name_day(key):
        draft.put_date(day, hints, "file name")
    draft.put("published", draft.revised, draft.origins.get("revised", ""))
    draft.note(*opened.around)
    _take_body(body, draft, hints)
    return draft.finish()


def _without_navigation(lines: list[str], draft: Draft) -> tuple[list[str], list[str]]:
    """A page saved as text says its headline twice; what stands between is navigation, and comes second."""
    for index, line in enumerate(lines[:12]):
        found = [(*_again(lines, title, index), title, site) for title, site in _headlines(line)]
        again, taken, title, site = max(found, key=_surest, default=(0, 0, "", None))
        if again:
            draft.put("title", title.strip("# "), "repeated headline")
            draft.put("publisher", site, "page title")
            draft.note(*lines[: again + taken])
            return lines[again + taken :], lines[index + 1 : again]
    return _without_suffix(lines, draft), []


def _surest(found: tuple[int, int, str, str | None]) -> tuple[bool, bool, int]:
    """The longest; but `Headline - House` on two lines is a headline above its house."""
    again, taken, title, site = found
    return again > 0, site is not None or taken == 1, len(title)


def _headlines(line: str) -> list[tuple[str, str | None]]:
    """`Headline | Site` and `Site - Headline` in each way that it may be cut, the whole line first."""
    if len(line) > 320:
        return []
    cuts = [(line[: found.start()], line[found.end() :]) for found in _BAR.finditer(line)]
    pairs = [(line, None), *reversed(cuts), *((site, title) for title, site in cuts)]
    return [
        (title, site)
        for title, site in pairs
        if words(title) >= 4 and not is_prose(title) and (site is None or 1 < len(site) <= 60)
    ]


def _again(lines: list[str], title: str, index: int) -> tuple[int, int]:
    """Where the headline stands for the last time before the text, and on how many lines; 0, 0 is nowhere."""
    wanted = _plain(title)
    found = 0, 0
    for at in range(index + 1, min(len(lines), 200)):
        taken = _repeated(lines, at, wanted)
        if taken and any(map(is_prose, lines[at + taken : at + taken + _PROSE_WITHIN])):
            found = at, taken
        elif found[0] and is_prose(lines[at]):
            break
    return found


def _repeated(lines: list[str], at: int, wanted: str) -> int:
    """How many lines from `at` on say the headline."""
    if not wanted.startswith(_plain(lines[at])[:400]) or not _plain(lines[at]):
        return 0
    return next((n for n in (1, 2, 3) if _plain(" ".join(lines[at : at + n])) == wanted), 0)


def _plain(line: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", line[:400].casefold()))


def _is_house_name(site: str, rest: list[str]) -> bool:
    """`La Voix du Nord`: behind a dash an article in a capital opens a name, of which the text does not speak."""
    article = site.split(" ", 1)[0]
    least = 3 if article in {"Der", "Die", "Das"} else 2
    named = article in _ARTICLES and words(site) >= least and is_titled(site) and not is_section(site)
    return named and not ends(site) and not any(site in line for line in rest[:40])


def _without_suffix(lines: list[str], draft: Draft) -> list[str]:
    """`Headline | Site` that is said once: the bar alone tells, a dash only before the name of a house."""
    for found in reversed(list(_BAR.finditer(lines[0])) if len(lines[0]) < 320 else []):
        title, site = lines[0][: found.start()], lines[0][found.end() :]
        barred = found["bar"] in {"|", "::"} or found["wide"] == "｜"
        sure = barred or is_press(site) or is_institution(site) or _is_house_name(site, lines[1:])
        if (
            sure
            and words(title) >= 4
            and words(site) <= 6
            and not is_prose(title)
            and not any(map(str.isdigit, site))
        ):
            draft.put("publisher", site, "page title")
            return [title, *lines[1:]]
    return lines


def _take_dateline_names(dateline: Dateline, draft: Draft) -> None:
    draft.put("place", dateline.place, "dateline")
    draft.put("publisher", dateline.publisher, "dateline")


def _take_dateline(dateline: Dateline, draft: Draft, hints: Hints) -> None:
    """After the head, which says it better where it says it."""
    stated = dateline.stated
    if stated and stated.year:
        if draft.published and abs((moment(draft.published, hints.zone).date() - stated.day).days) > 3:
            draft.warnings.append(f"its head says {draft.published}, its dateline {stated.day}")
        draft.put("published", stated.when, "dateline")
    if dateline.agency and draft.origins.get("publisher") in {"line under the title", "byline"}:
        draft.publisher = None  # `AP` of the dateline and `Associated Press` under the byline: the first is surer
    draft.put("publisher", dateline.agency, "dateline")
    draft.put("authors", byline(f"By: {dateline.byline}") if dateline.byline else (), "dateline")
    draft.note(dateline.before)


def _take_body(body: list[str], draft: Draft, hints: Hints) -> None:
    kept, tail = cut([line for line in body if line])
    kept, agency, marks = signed(kept)
    draft.put("publisher", agency, "mark at the end")
    tail += marks
    if kept and draft.title and kept[0].strip("# ").casefold() == draft.title.casefold() and len(kept) > 1:
        kept = kept[1:]
    if not draft.title and kept:
        draft.put("title", first_sentence(kept[0], 120), "first sentence")
        draft.warnings.append("it has no title; its first sentence serves as one")
    _take_tail(tail, draft, hints)
    draft.html = "\n".join(f"<p>{escape(line, quote=False)}</p>" for line in kept)
    draft.put("summary", kept[0] if kept else "", "first paragraph")
    draft.put("language", language("\n".join(kept)[:4000], draft.language, hints.language), "detected")
    if draft.published and moment(draft.published, hints.zone) > hints.arrived:
        draft.warnings.append("its date is to come")


def _take_tail(tail: list[str], draft: Draft, hints: Hints) -> None:
    """What stood behind the end may still name the tags, the source or the author."""
    for line in tail:
        label = read_label(line, hints) if len(line) < 300 else None
        if label and label[0] in {"categories", "authors", "url"}:
            put_label(draft, *label, hints)
        else:
            draft.put("authors", byline(line) if line[:3].lower() == "by " else (), "byline")
        draft.put("publisher", publisher_of(line) or agency_of(line), "line at the end")
        if stated := _told(line, hints, first=line in tail[:2]):
            draft.put("published", stated.when, "line at the end")
        draft.note(line)
    if len(tail) == 1 and is_name(tail[0]) and not is_noise(tail[0]):
        draft.put("authors", byline(f"By: {tail[0]}"), "name at the end")


def _told(line: str, hints: Hints, *, first: bool) -> Stated | None:
    """The date of a line that says it was published, or that is but a date and stands right behind the text."""
    if _TOLD.match(line):
        return next(iter(find(line[:200], hints)), None)
    dated = dated_line(line, hints, None) if first else None
    return dated[0] if dated and dated[0].year else None
