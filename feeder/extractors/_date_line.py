"""A line above the body that has a date -> the date, and what may stand beside one: names, places, the issue."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feeder.extractors._dates import Stated, find
from feeder.extractors._months import WEEKDAYS
from feeder.extractors._people import byline, is_name, is_role
from feeder.extractors._place import is_caps, is_place, is_town_name, titled
from feeder.extractors._places import is_city, is_region
from feeder.extractors._prose import words
from feeder.extractors._words import is_agency, is_noise, is_press, is_section

if TYPE_CHECKING:
    from feeder.extractors._draft import Draft
    from feeder.model.document import Hints

_DATE_LABEL = re.compile(
    r"(?i)(?<![^\W_])(?:(?:first |last )?(?:published|posted|updated?|modified|created|issued|released|date|"
    r"publication date)|"
    r"on|at|um|"
    r"veröffentlicht|erschienen|aktualisiert|stand|vom|am|den|uhr|publié|modifié|mis à jour|mise à jour|le|à|"
    r"publicado|actualizado|el|em|às|atualizado|pubblicato|aggiornato|modifica|il|alle|ore|gepubliceerd|bijgewerkt|op|om|"
    r"publicerad|uppdaterad|publiceret|udgivet|opdateret|publisert|oppdatert|kl|klo|julkaistu|päivitetty|"
    r"opublikowano|aktualizacja|godz|vydáno|publikováno|közzétéve|frissítve|publicat|actualizat|ora|objavljeno|ažurirano|"
    r"опубликовано|обновлено|опубліковано|оновлено|публикувана|в|о|об|yayınlanma|güncelleme|saat|tarihi?|"
    r"פורסם|עודכן|نشر|تاريخ|منتشر|प्रकाशित|প্রকাশিত|เผยแพร่|đăng|cập nhật|lúc|diterbitkan|pukul|wib|"
    r"发布时间|发布|時間|时间|日期|公開|掲載|配信|更新|(?:기사)?입력|승인|등록|송고|수정|최종수정|"
    r"(?:eastern|central|mountain|pacific|atlantic|local)(?: standard| daylight)? time|"
    r"[CEWMPI][ES]?[SDK]?T|GMT|UTC|MSK|JST|KST|ICT|PHT|SGT|HKT|[CEW]AT|SAST|NZ[SD]T|A[CEW][SD]T|r\.?|г\.?|р\.?|m\.|"
    r"\d{1,2}[:.h]\d{2}(?:\s?[ap]\.?m\.?)?|[ap]\.?m\.?)(?![^\W_])\.?|[:：]"
)
_LABELLED = re.compile(r"[^\W\d_]+(?:\s[^\W\d_]+){0,2}\s?[:：]\s*\Z")  # `Stand: `, whatever the language
_SOURCE = re.compile(
    r"(?i)(?:source|quelle|fonte|fuente|bron|källa|kilde|来源|來源|出典|출처)\s?[:：]\s?"
    r"(?P<name>[^\s|:：]{2,30}(?: [A-Z][^\s|:：]{1,20}){0,3})"
)
_AGO = re.compile(  # Atualizado há 2 horas
    r"(?i)(?:há|hace|il y a|vor)?\s?\b\d{1,2}\s(?:min\w*|h|hours?|horas?|heures?|stunden?|ore|timmar|days?|"
    r"d[ií]as?|jours?|tagen?|giorni)\b(?:\s(?:ago|fa|sedan))?"
)
_PARTS = re.compile(r"\s+[-–—/]+\s+|[|·•;]|\s[-–—]|[-–—]\s|,\s(?=\|)|(?<=\|)\s?,")
_ISSUE_WORDS = """
vol volume no nr num issue edition price ausgabe jahrgang nummer année numéro año número anno numero jaargang
årgång årgang rok číslo год cent cents pence euro euros eur usd rs page late final city morning evening
"""
_ISSUE = frozenset(_ISSUE_WORDS.split())
_LETTERS = re.compile(r"[^\W\d_]+")
_ROMAN = re.compile(r"[ivxlc]{1,7}\Z")
_UPDATED = re.compile(
    r"(?i)\s*(?:last )?(?:updated|modified|aktualisiert|mis à jour|actualizado|aggiornato|bijgewerkt|обновлено|"
    r"更新|수정|modifié|update\b|oppdatert|opdateret|uppdaterad|päivitetty|frissítve|עודכן)\b"
)


def dated_line(line: str, hints: Hints, language: str | None) -> tuple[Stated, list[str]] | None:
    """The date of a line that has nothing else, or only what stands beside a date: names, places, the issue."""
    if len(line) > 160 or not any(char.isdigit() for char in line) or not (found := find(line, hints, language)):
        return None
    label = _LABELLED.match(line[: found[0].start])
    rest = " " * label.end() + line[label.end() :] if label else line
    for stated in reversed(found):
        rest = f"{rest[: stated.start]} | {rest[stated.end :]}"
    parts = [
        part
        for piece in _PARTS.split(_DATE_LABEL.sub(_unlabelled, _AGO.sub(" ", rest)))
        for part in _beside_parts(piece)
    ]
    year = any(stated.year for stated in found)
    labelled = year and _DATE_LABEL.match(line) is not None
    signed = year and any(byline(part) or is_name(part) for part in parts)
    headed = year and parts == [line[found[-1].end :].strip(" |·•")] and " " not in parts[0]  # its section
    good = headed or (
        len(parts) <= 5
        and all(
            _stands_beside(part, year) or (labelled and _is_town(part)) or (signed and _may_be_town(part))
            for part in parts
        )
    )
    return (found[0], parts) if good else None


def _unlabelled(label: re.Match[str]) -> str:
    """`le 14 janvier` goes, `Le Courrier` stays."""
    behind = label.string[label.end() : label.end() + 20].split()
    name = (
        label[0] in {"Le", "El", "Il"} and behind and behind[0].istitle() and behind[0].casefold() not in WEEKDAYS
    )
    return label[0] if name else " "


def _beside_parts(piece: str) -> list[str]:
    piece = " ".join(part for part in piece.split() if any(map(str.isalnum, part))).strip(" ,.()")
    if len(piece) < 2 or piece.casefold() in WEEKDAYS or _is_issue(piece) or is_noise(piece) or _is_update(piece):
        return []
    return [piece] if byline(piece) else [part for part in piece.split(", ") if part.casefold() not in WEEKDAYS]


def _is_issue(piece: str) -> bool:
    """`Vol. XII No. 3`, `Price 50 cents`, a bare number."""
    return all(word in _ISSUE or _ROMAN.match(word) for word in _LETTERS.findall(piece.casefold()))


def _is_update(piece: str) -> bool:
    """`Atualizado há 2 horas`, and what Chinese papers set behind the date: `来源 … 作者 …`."""
    return (_UPDATED.match(piece) is not None and words(piece) <= 6) or piece.startswith(("来源", "來源"))


def _stands_beside(part: str, year: bool) -> bool:  # noqa: FBT001 - whether the date beside it has one
    """Without a year, `Fed Meeting January 28` is a headline."""
    if byline(part) or is_agency(part) or is_role(part) or is_section(part) or is_city(part) or is_region(part):
        return True
    return (year and is_name(part)) or (is_press(part) and words(part) <= 5)


def _is_town(part: str) -> bool:
    """`Published - January 14, 2026 09:12 pm IST - HUBBALLI`: one word of capitals behind a labelled date."""
    return " " not in part and is_caps(part) and not is_section(part)


def _may_be_town(part: str) -> bool:
    """`Una Ward | Ormsgill | 14 January 2026`: one word beside a name, or one that towns have."""
    return (" " not in part or is_town_name(part)) and len(part) > 3 and is_place(part) and not part.isupper()


def is_age(line: str) -> bool:
    """`Last update: about 3 hours ago`, which says no date."""
    return (
        words(line[:100]) <= 8 and bool(_AGO.search(line)) and bool(_UPDATED.match(line) or _AGO.fullmatch(line))
    )


def take_date(line: str, stated: Stated, parts: list[str], draft: Draft, names: frozenset[str]) -> bool:
    if _UPDATED.match(line):
        draft.put("revised", stated.when, "date of the update")
        draft.note(line)
        return True
    draft.put("published", stated.when, "date line")
    if source := _SOURCE.search(line):
        draft.put("publisher", source["name"], "date line")
    signed = any(byline(part) or is_name(part) for part in parts)
    for part in parts:
        authors = byline(part)
        if part.casefold() in names or is_agency(part) or (is_press(part) and not authors):
            draft.put("publisher", part, "date line")
        elif is_city(part) or _is_town(part) or (signed and _may_be_town(part) and not is_role(part)):
            draft.put("place", titled(part), "date line")
        elif authors or (is_name(part) and not is_role(part)):
            draft.put("authors", authors or byline(f"By: {part}"), "date line")
    return True
