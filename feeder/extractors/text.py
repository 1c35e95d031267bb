"""Plain text -> Reading: head, dateline, body and tail are told apart by what each line says."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from feeder.errors import Unreadable
from feeder.extractors import _dateline, _dateline_local
from feeder.extractors._charset import decode
from feeder.extractors._date_line import dated_line
from feeder.extractors._dates import find, moment
from feeder.extractors._draft import Draft, name_day
from feeder.extractors._envelope import open_envelope, refuse
from feeder.extractors._head import is_data, known_names, sort_head, take_passed
from feeder.extractors._labels import put_label, read_label, take_labels
from feeder.extractors._language import language
from feeder.extractors._people import byline, is_name
from feeder.extractors._prose import ends, first_sentence, is_prose, paragraphs, regular, words
from feeder.extractors._tail import agency_of, cut, publisher_of, signed
from feeder.extractors._words import CREDIT, is_agency, is_institution, is_noise, is_press
from feeder.text import clean

if TYPE_CHECKING:
    from feeder.extractors._dateline import Dateline
    from feeder.extractors._dates import Stated
    from feeder.model.document import Document, Hints, Reading

_DATELINE_WITHIN, _PROSE_BEFORE, _HEAD = 30, 2, 60
_TOLD = re.compile(
    r"(?i)(?:this .{2,90})?\b(?:first )?(?:published|posted|publié|mis en ligne|veröffentlicht|erschienen|"
    r"publicado|pubblicato|gepubliceerd|publicerad|publiceret|publisert|julkaistu|opublikowano|опубликовано|опубліковано)\b"
)
_PROSE_WITHIN = 40  # a release has its contacts between headline and text
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
    labelled = bool(draft.published or draft.authors)
    head, body, dateline = _split(lines, hints, spoken, labelled=labelled)
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


def _without_suffix(lines: list[str], draft: Draft) -> list[str]:
    """`Headline | Site` that is said once: the bar alone tells, a dash only before the name of a house."""
    for found in reversed(list(_BAR.finditer(lines[0])) if len(lines[0]) < 320 else []):
        title, site = lines[0][: found.start()], lines[0][found.end() :]
        sure = found["bar"] in {"|", "::"} or found["wide"] == "｜" or is_press(site) or is_institution(site)
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


def _split(
    lines: list[str], hints: Hints, spoken: str | None, *, labelled: bool
) -> tuple[list[str], list[str], Dateline | None]:
    """Head, body and dateline; `labelled` lines that were taken already said a date or an author."""
    names = known_names(lines[:15], hints)
    prose = 0
    for index, line in enumerate(lines[:_DATELINE_WITHIN]):
        found = _dateline.read(line, hints, names, spoken)
        if found and words(found.rest[:400]) >= _least(line) and not _dateline.alone(line, hints, names, spoken):
            return lines[:index], [found.rest, *lines[index + 1 :]], found
        prose += is_prose(line)
        if prose > _PROSE_BEFORE:
            break
    start = _start(lines, hints)
    if start < len(lines) and (found := _local(lines, start, hints, spoken, labelled=labelled)):
        return lines[:start], [found.rest, *lines[start + 1 :]], found
    return lines[:start], lines[start:], None


def _least(line: str) -> int:
    """How many words must follow a dateline; a wire's is one whatever follows."""
    return 1 if line[:3].isupper() else 5


def _local(lines: list[str], start: int, hints: Hints, spoken: str | None, *, labelled: bool) -> Dateline | None:
    """The dateline of a local paper, at the first paragraph alone."""
    others = "\n".join(lines[:start] + lines[start + 1 : start + 40])
    signed = labelled or any(is_data(line, hints) for line in lines[:start])
    return _dateline_local.read(lines[start], others, spoken, signed=signed)


def _start(lines: list[str], hints: Hints) -> int:
    """Where the body begins in a text without a dateline."""
    first = next(
        (i for i, line in enumerate(lines[:_HEAD]) if is_prose(line) and not CREDIT.search(line[:300])), None
    )
    if first is None:
        first = 1 if len(lines) > 1 else 0
    data = [i for i in range(len(lines[:10])) if is_data(lines[i], hints)]
    behind = max(
        (i + 1 for i in data if i >= first and sum(map(is_prose, lines[:i])) < _PROSE_BEFORE), default=first
    )
    if 0 < first < behind < len(lines):
        return behind
    while (
        first > 1
        and first - 1 not in data
        and _is_sentence(lines[first - 1])
        and not _is_caption(lines, first - 1)
    ):
        first -= 1
    if (
        first == 2
        and not data
        and words(lines[1]) <= 4
        and not _is_house(lines[1])
        and not CREDIT.search(lines[1])
    ):
        return 1  # a cross-heading in a note that has nothing of a newspaper
    return first


def _is_house(line: str) -> bool:
    return is_noise(line) or is_agency(line) or is_press(line)


def _is_caption(lines: list[str], index: int) -> bool:
    """The sentence under or above the line that names the photographer."""
    return any(CREDIT.search(line[:300]) for line in lines[max(0, index - 1) : index + 2])


def _is_sentence(line: str) -> bool:
    return ends(line) and words(line) >= 4 and not line.rstrip().endswith("?") and not CREDIT.search(line[:300])


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
