"""The paragraphs of an article -> those that belong to it, and what stood behind its end. Nothing is lost."""

from __future__ import annotations

import re
from itertools import accumulate

from feeder.extractors._prose import ends, is_bullet, is_prose, words
from feeder.extractors._words import is_agency, is_noise, is_press

# The end of an article, whatever stands behind it.
_STOP = re.compile(
    r"(?:#{3,}|#\s#\s#(?:\s#)*|-+\s?30\s?-+|[-–—]\s?0\s?[-–—]"
    r"|[-–—\[(\s]*(?:ends?|the end|fin|ende|fine|slut|конец|完)[-–—\])\s.]*)\Z"
    r"|the post .{1,300} appeared first on\b"
    r"|(?:view|see) (?:the )?(?:original|source) (?:version|content|article)"
    r"|_{3,}\Z|--\s?\Z"
    r"|【(?:责任编辑|編輯|编辑)|(?:责任编辑|責任編輯|编辑)[:：]|.{0,80}무단\s?전재"
    r"|copyright\s?(?:[©ⓒ(]|\d{4}\b)|[©ⓒ]\s?\d{4}|\(c\)\s?\d{4}",
    re.IGNORECASE,
)
# What usually stands behind the end, and cuts only where less than half of the text would go.
_SOFT = re.compile(
    r"(?:related|latest|recent|more (?:from|on|in|stories|news)|most (?:read|popular)|you may also like"
    r"|recommended"
    r"|share (?:this|on)|tags|filed under|comments|leave a (?:reply|comment)|subscribe|newsletter|sign up"
    r"|follow us"
    r"|(?:media |press )?contacts?|for (?:more|further) information|notes? (?:to|for) editors?"
    r"|original sources?|sources?|references|external links|further reading"
    r"|about the (?:author|writer|company)|forward-looking statements|safe harbor"
    r"|(?:presse)?kontakt|rückfragen|über (?:uns|den autor|die autorin)|originaltext|weitere (?:meldungen|artikel)"
    r"|mehr zum thema|contact presse|à propos (?:de|d’)|sur le même (?:sujet|thème)|contacto|acerca de"
    r"|más información|noticias relacionadas|contatti|informazioni su|contato|sobre (?:a|o) |perscontact"
    r"|over de auteur|читайте также|читайте також|関連記事|相关新闻|相关阅读|관련\s?기사)\b.{0,60}\Z"
    r"|(?:tags|source|quelle|fuente|fonte|via)\s?[:：].{1,200}\Z"
    r"|(?:this (?:press )?release|certain statements).{0,200}forward-looking",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:About|Über|À propos de|Acerca de|Sobre|Informazioni su|Over)\s+[A-ZÀ-Ý][^.!?]{1,80}:?\Z"
    r"|About [A-Z][\w&. -]{1,50}: [A-Z]"
)
# One line or paragraph that is none of the article's, wherever it stands.
_LINE = re.compile(
    r"\((?:additional )?(?:reporting|writing|editing|compiled|produced|translated|graphic"
    r"|with inputs?)\b.{0,300}\)\Z"
    r"|(?:reporting|writing) by .{1,120}; ?(?:additional reporting|editing|writing) by .{1,160}\Z"
    r"|our standards: the thomson reuters"
    r"|.{3,160}\bcontributed (?:reporting )?to this (?:report|story|article)\b.{0,80}\Z"
    r"|with (?:files|inputs?|reporting) from .{2,100}\Z|(?:first )?published in .{2,60}\d{4}\.?\Z"
    r"|this (?:report|story|article|dispatch) by .{2,80}(?:first )?published .{3,60}\Z"
    r"|follow .{2,80} on (?:facebook|twitter|x|instagram|youtube|whatsapp|bluesky|mastodon|telegram)\b.{0,120}\Z"
    r"|translated (?:from|by) .{2,100}\Z"
    r"|this (?:article|story) (?:was )?(?:first|originally) (?:appeared|published) .{2,160}\Z"
    r"|[a-z]{2,5}(?:\s?[/+]\s?[a-z]{2,5}){1,5}/?\s*\Z"
    r"|(?:read (?:more|also|next)|also read|see also|watch(?: also)?|listen|more|related(?: story| article)?"
    r"|lesen sie auch|siehe auch|mehr dazu|à lire aussi|lire aussi|lea también|leia (?:também|mais)|leggi anche"
    r"|lees ook|läs (?:också|mer|även)|les også|læs også|lue myös|czytaj też|читайте также|читайте також"
    r"|延伸阅读|関連記事|相关阅读|관련\s?기사)\s?[:：|>»].{1,300}\Z"
    r"|all rights reserved\b.{0,100}\Z|(?:click|tap) here to .{1,120}\Z|story continues below.{0,60}\Z"
    r"|\[?(?:advertisement|anzeige|publicité|publicidad)\]?\Z",
    re.IGNORECASE,
)


# A mark behind the last sentence: that the text ends, who sent it, who wrote it.
_MARK = re.compile(
    r"\s*(?:[(（](?:end|ends|完|了|終|terminé|fin|fine|schluss|конец)[)）](?:\s*\w{2,4}(?:/\w{2,4}){0,3})?|[■◼□▪●]|/\.|//|"
    r"(?<=\s)enditem(?:/\w{1,3})?)\s*\Z",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(?:\s*[(/（]\s?(?P<bracket>[^()/（）]{2,30}?)\s?[)/）]\.?|\s*--\s?(?P<dash>[A-Z][A-Za-z]{2,20})|"
    r"\s+(?P<wire>PTI|UNI|IANS|ANI)(?:\s[A-Z]{2,4}){1,4}|(?:^|\s)(?P<hindi>भाषा|वार्ता)(?:\s\S{2,12}){1,3})\s*\Z"
)


_DAY = re.compile(r"\d{1,2}\. [^\W\d_]{3,12} \d{4}\Z")  # 14. Januar 2026


def signed(body: list[str]) -> tuple[list[str], str | None, list[str]]:
    """Marks behind the last sentence taken away, the agency that signed there, and what was taken."""
    kept, agency, marks = list(body), None, list[str]()
    for _ in range(3):
        found = (_MARK.search(kept[-1][-60:]) or _signature(kept[-1][-60:])) if kept else None
        if found is None:
            break
        agency = agency or next((name for name in found.groupdict().values() if name), None)
        at = len(kept[-1]) - len(kept[-1][-60:]) + found.start()
        marks.append(kept[-1][at:].strip())
        kept[-1:] = [kept[-1][:at].rstrip()] if kept[-1][:at].strip() else []
    return (kept, agency, marks) if kept else (body, None, [])


def _signature(end: str) -> re.Match[str] | None:
    found = _SIGNED.search(end)
    names = [name for name in found.groupdict().values() if name] if found else []
    return found if any(map(is_agency, names)) else None


def agency_of(line: str) -> str | None:
    """`/ritzau/`, `(AFP)`, `-- BERNAMA`: an agency that signs on a line of its own."""
    name = line.strip(" /()[].-–—")
    return name if is_agency(name) or is_agency(name.upper()) else None


def publisher_of(line: str) -> str | None:
    """The house that a line of rights or of first publication names."""
    for row in _RIGHTS:
        if found := row.match(line[:200]):
            name = found["name"].strip(" .,")
            sure = is_press(name) or is_agency(name) or not found["weak"]
            return name if sure and 1 <= words(name) <= 6 else None
    return None


_RIGHTS = (
    re.compile(
        r"(?i)(?:copyright )?(?P<weak>[©ⓒ]|\(c\)|copyright)\s*(?:\d{4}(?:[-–]\d{4})?,?\s)?(?:by )?"
        r"(?P<name>[^\d|.:;]{2,60}?)(?:\s\d{4})?(?=[.|,;]|\Z)"
    ),
    re.compile(r"(?i)(?P<weak>)(?:first )?published in (?P<name>[^,]{2,50}),? .{0,40}\d{4}"),
    re.compile(
        r"(?i)(?P<weak>)this (?:report|story|article|dispatch) by (?P<name>.{2,60}?) was (?:first )?published"
    ),
)


def cut(body: list[str]) -> tuple[list[str], list[str]]:
    """The article, and what was cut from it."""
    kept: list[str] = []
    notes: list[str] = []
    end = _end(body)
    for index, line in enumerate(body[:end]):
        stray = (
            index > 0
            and len(line) < 400
            and (_LINE.match(line) is not None or (len(line) < 60 and is_noise(line)))
        )
        (notes if stray else kept).append(line)
    notes += body[end:]
    last = _trailing(kept)
    return kept[:last], kept[last:] + notes


def _end(body: list[str]) -> int:
    """The index of the first paragraph that is not of the article any more."""
    prose = list(accumulate(words(line) if is_prose(line) else 0 for line in body))
    short = 0
    for index, line in enumerate(body):
        short = short + 1 if _is_short(line) else 0
        if index == 0:
            continue
        behind = prose[-1] - prose[index]
        if _STOP.match(line[:400]) and len(line) < 400 and behind <= prose[index] * 2:
            return index
        if behind * 2 >= prose[-1] or not prose[index]:
            continue
        if _SOFT.match(line[:400]) or _ABOUT.match(line[:400]):
            return index
        if short >= 4 and _foreign(body, index - 3):
            return index - 3
    return len(body)


def _is_short(line: str) -> bool:
    return (
        len(line) < 100
        and words(line) <= 8
        and not ends(line)
        and (not is_bullet(line) or _DAY.match(line) is not None)
    )


def _foreign(body: list[str], index: int) -> bool:
    """A list that the text announces with a colon is its own."""
    return index > 0 and not body[index - 1].rstrip().endswith((":", "："))


def _trailing(kept: list[str]) -> int:
    """Where the short lines begin that end a text of prose: names of links, signatures."""
    index = len(kept)
    while index > 1 and _is_short(kept[index - 1]):
        index -= 1
    if index == len(kept) or not any(is_prose(line) for line in kept[:index]) or not _foreign(kept, index):
        return len(kept)
    return index
