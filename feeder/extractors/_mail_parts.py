"""The parts of a mail -> the texts that its reader is shown, mails that it carries along, and what is left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import Message

from feeder.errors import Unreadable
from feeder.extractors._mail_flowed import unflowed
from feeder.extractors._mail_parse import decoded, text_of
from feeder.text import one_line

PLAIN, HTML = "text/plain", "text/html"
_TEXTS = {PLAIN: PLAIN, HTML: HTML, "text/markdown": PLAIN, "application/xhtml+xml": HTML}
_SEALED = {
    "multipart/encrypted",
    "application/pkcs7-mime",
    "application/x-pkcs7-mime",
    "application/pgp-encrypted",
}
_SIGNATURES = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
_SIGNATURES |= {"application/pgp-keys", "application/ms-tnef"}
_LEFT_OUT = "attachment left out: "
_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Text:
    """One text; `plain` is another form of it in plain text, where there is one."""

    kind: str
    text: str
    plain: str = ""


@dataclass(slots=True)
class Parts:
    """`attached` are texts that count only where there is no other."""

    texts: list[Text] = field(default_factory=list)
    attached: list[Text] = field(default_factory=list)
    mails: list[Message] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sealed: bool = False
    invitation: bool = False


def parts_of(mail: Message, expected: str | None = None) -> Parts:
    """Raises Unreadable where no text can be had, and says what there is instead."""
    found = Parts()
    _walk(mail, found, expected, 0)
    if found.sealed and not found.texts:
        raise Unreadable("it is an encrypted mail; ask its sender for a plain one")
    if found.invitation:
        raise Unreadable("it is an invitation of a calendar, not an article")
    if not found.texts and not found.mails:
        found.texts = found.attached[:1]
    if not found.texts and not found.mails:
        files = [it.removeprefix(_LEFT_OUT) for it in found.notes[:3]]
        raise Unreadable(f"it is a mail without a text{', only with files: ' if files else ''}{', '.join(files)}")
    return found


def _walk(part: Message, found: Parts, expected: str | None, depth: int) -> None:
    kind = part.get_content_type()
    payload = part.get_payload()
    inner = [it for it in payload if isinstance(it, Message)] if isinstance(payload, list) else None
    if kind in _SEALED:
        found.sealed = True
    elif kind == "message/rfc822" and inner is not None:
        found.mails += inner[:1]
    elif inner is not None:
        _walk_all(kind, inner, found, expected, depth + 1)
    elif kind in _TEXTS and (part.get_content_disposition() != "attachment" or depth == 0):
        found.texts += _read(part, _TEXTS[kind], expected)
    elif kind == "text/calendar" and not _name(part):
        found.invitation = True
    elif kind not in _SIGNATURES and not _is_inline_picture(part, kind):
        found.attached += _read(part, _TEXTS[kind], expected) if kind in _TEXTS else []
        found.notes.append(f"{_LEFT_OUT}{_name(part) or 'without a name'} ({one_line(kind, 60)})")


def _walk_all(kind: str, inner: list[Message], found: Parts, expected: str | None, depth: int) -> None:
    if depth > _DEPTH:
        raise Unreadable(f"it is a mail with more than {_DEPTH} parts within parts")
    if kind.startswith("message/"):  # a report's
        return
    if kind != "multipart/alternative":
        for part in inner:
            _walk(part, found, expected, depth)
        return
    forms = []
    for part in inner:
        forms.append(Parts(attached=found.attached, mails=found.mails, notes=found.notes))
        _walk(part, forms[-1], expected, depth)
        found.sealed |= forms[-1].sealed
        found.invitation |= forms[-1].invitation
    found.texts += _best([text for form in forms for text in form.texts])


def _best(forms: list[Text]) -> list[Text]:
    """The last form is the fullest (RFC 2046, section 5.1.4); of ours that is always the HTML, if there is one."""
    plain = "\n\n".join(form.text for form in forms if form.kind == PLAIN)
    pages = [form for form in forms if form.kind == HTML]
    if not pages:
        return [Text(PLAIN, plain)] if plain else []
    return [Text(HTML, "\n".join(page.text for page in pages), plain)]


def _read(part: Message, kind: str, expected: str | None) -> list[Text]:
    text = text_of(part, expected)
    if kind == PLAIN and _parameter(part, "format") == "flowed":
        text = unflowed(text, delete_space=_parameter(part, "delsp") == "yes")
    return [Text(kind, text)] if text.strip() else []


def _parameter(part: Message, name: str) -> str:
    value = part.get_param(name)
    return value.strip().lower() if isinstance(value, str) else ""


def _is_inline_picture(part: Message, kind: str) -> bool:
    return kind.startswith("image/") and "content-id" in part and part.get_content_disposition() != "attachment"


def _name(part: Message) -> str:
    return one_line(decoded(one_line(part.get_filename() or "")), 120)
