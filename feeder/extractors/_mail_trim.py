"""The plain text of a mail -> what its writer wrote, and what programs put above and below it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from feeder.errors import Unreadable
from feeder.extractors._mail_words import ATTRIBUTION, FIELDS, FOOTER, FORWARDED, GREETING, HEAD
from feeder.text import one_line

_SEALED = "-----BEGIN PGP MESSAGE-----"
_SIGNED, _SIGNATURE = "-----BEGIN PGP SIGNED MESSAGE-----\n", "\n-----BEGIN PGP SIGNATURE-----"
_BEGIN = re.compile(r"^begin [0-7]{3} ([^\n]{1,200})\n", re.MULTILINE)
_FIELD = re.compile(r"[*\s]*(?P<name>[^\W\d_][^:：\n]{0,20}?)\s?[*]?[:：][*]?\s*(?P<value>.*)\Z")
_RULE = re.compile(r"[_=*~-]{20,}\s*\Z")
_LIST = re.compile(r"https?://|\S@\S|mailing list|liste de diffusion|mailingliste|lista de correo", re.IGNORECASE)
_SHORT, _LONG, _FAR = 12, 30, 200  # lines of a signature without its space, with it, and of what lists add
_NOTE = 2000  # characters
_COVER = 60  # words above a mail that is forwarded


@dataclass(frozen=True, slots=True)
class Trimmed:
    """`head` is what stands above a mail that was forwarded within the text: from, subject, date."""

    text: str
    notes: tuple[str, ...] = ()
    head: tuple[tuple[str, str], ...] = ()


def trim(text: str, *, forwards: bool = False, answers: bool = False) -> Trimmed:
    """`forwards` and `answers`: what the mail says that it does with another. Raises Unreadable if encrypted."""
    if text.lstrip().startswith(_SEALED):
        raise Unreadable("it is an encrypted mail; ask its sender for a plain one")
    text, notes = _without_files(_without_armour(text.replace("\r\n", "\n").replace("\r", "\n")))
    text, head, beside = _forwarded(text, forwards=forwards, answers=answers)
    lines = text.split("\n")
    for end in (_quote, _footer, _signature, _footer):
        at = end(lines)
        beside.append("\n".join(lines[at:]))
        lines = lines[:at]
    start = _start(lines)
    beside.append("\n".join(lines[:start]))
    notes += [line for it in beside if (line := one_line(it, _NOTE))]
    return Trimmed("\n".join(lines[start:]), tuple(notes), tuple(head.items()))


def _without_armour(text: str) -> str:
    """The text that a PGP signature is of: RFC 4880, section 7."""
    begin = text.find(_SIGNED)
    end = text.find(_SIGNATURE, begin) if begin >= 0 else -1
    start = text.find("\n\n", begin) + 2
    if begin < 0 or not begin < start <= end:
        return text
    return text[:begin] + re.sub(r"^- ", "", text[start:end], flags=re.MULTILINE)


def _without_files(text: str) -> tuple[str, list[str]]:
    """Without files in uuencoding, from before there were attachments."""
    out, notes = "", []
    while found := _BEGIN.search(text):
        end = text.find("\nend\n", found.end() - 1)
        if end < 0:
            break
        notes.append(f"attachment left out: {one_line(found[1], 120)}")
        out, text = out + text[: found.start()], text[end + 5 :]
    return out + text, notes


def _forwarded(text: str, *, forwards: bool, answers: bool) -> tuple[str, dict[str, str], list[str]]:
    """The text of a mail that is forwarded within this one, its head, and what was written above it."""
    marks = [found for rule in (FORWARDED, HEAD) if (found := rule.search(text))]
    if not marks:
        return text, {}, []
    found = min(marks, key=lambda it: it.start())
    before, after = text[: found.start()].strip(), text[found.end() :].strip("\n")
    if forwards or not before or (not answers and len(before.split()) <= _COVER):
        head, inner = _inner_head(_unquoted(after))
        return inner, head, [before]
    return before, {}, [after]  # an answer, and below it what it answers


def _unquoted(text: str) -> str:
    lines = text.split("\n")
    if all(line.startswith(">") for line in lines if line.strip()):
        return "\n".join(line.removeprefix(">").removeprefix(" ") for line in lines)
    return text


def _inner_head(text: str) -> tuple[dict[str, str], str]:
    """The lines `From: …` above a forwarded text, and the text."""
    head: dict[str, str] = {}
    lines = text.split("\n")
    at = 0
    while at < len(lines) and at < 20:
        found = _FIELD.match(lines[at])
        if found is None and lines[at].strip() and not lines[at].startswith((" ", "\t")):
            break
        if found and (name := FIELDS.get(found["name"].strip().lower())):
            head.setdefault(name, found["value"].strip())
        at += 1
        if head and at < len(lines) and not lines[at].strip():
            break
    return (head, "\n".join(lines[at:])) if head else ({}, text)


# ---------------------------------------------------------------- where it ends


def _quote(lines: list[str]) -> int:
    """Where the mail begins that is answered, if nothing stands below it."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].startswith(">")):
        end -= 1
    if not any(line.startswith(">") for line in lines[end:]):
        return len(lines)
    for height in (1, 2):  # `On Wednesday, Ida wrote:` is often broken
        above = [line for line in lines[:end] if line.strip()][-height:]
        if ATTRIBUTION.match(" ".join(above)) and above:
            return max(index for index in range(end) if lines[index] == above[0])
    return end


def _signature(lines: list[str]) -> int:
    for at, line in enumerate(lines):
        left = len(lines) - at - 1
        strict = line == "-- "
        if (strict or line.rstrip() == "--") and left <= (_LONG if strict else _SHORT) and any(lines[:at]):
            return at
    return len(lines)


def _footer(lines: list[str]) -> int:
    """What lists and newsletters put below, and what lawyers do; never more than the last part of a text."""
    for at in range(max(1, min(len(lines) * 6 // 10, len(lines) - _SHORT), len(lines) - _FAR), len(lines)):
        rest = [line for line in lines[at + 1 :] if line.strip()]
        ruled = _RULE.match(lines[at]) and len(rest) <= _SHORT and _LIST.search("\n".join(rest))
        if (ruled or FOOTER.match(lines[at].lstrip(" *[(<|>#"))) and any(line.strip() for line in lines[:at]):
            return at
    return len(lines)


def _start(lines: list[str]) -> int:
    """Behind the greeting, unless nothing is."""
    at = next((index for index, line in enumerate(lines) if line.strip()), 0)
    greets = at + 1 < len(lines) and GREETING.fullmatch(lines[at].strip())
    return at + 1 if greets and any(line.strip() for line in lines[at + 1 :]) else 0
