"""Document -> Reading, by media type. A new kind is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable

from feeder.errors import FeederError, Unreadable
from feeder.extractors import _envelope, html, item, mail, markdown, text
from feeder.model.document import ITEM, Document, Hints, Reading

Extractor = Callable[[Document, Hints], Reading]

EXTRACTORS: dict[str, Extractor] = {
    ITEM: item.read,
    "message/rfc822": mail.read,
    "text/html": html.read,
    "text/markdown": markdown.read,
    "text/plain": text.read,
}


def kind_of(document: Document) -> str:
    """Its media type; what is named .txt may be more than that."""
    kind = document.media_type.split(";")[0].strip().lower()
    if kind != "text/plain":
        return kind
    return _envelope.kind(document.body[:24000].removeprefix(b"\xef\xbb\xbf").decode("latin-1"))


def read(document: Document, hints: Hints) -> Reading:
    """What the document says; `Unreadable` or `NotYet` when it cannot be an article now."""
    kind = kind_of(document)
    if kind not in EXTRACTORS:
        raise Unreadable(
            f"nothing reads {kind or 'a document without a media type'}; there are {', '.join(EXTRACTORS)}"
        )
    try:
        return EXTRACTORS[kind](document, hints)
    except FeederError:
        raise
    except Exception as error:  # libraries fail in their own ways on hostile input
        raise Unreadable(f"it breaks its reader ({type(error).__name__}); is it really {kind}?") from error
