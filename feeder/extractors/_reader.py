"""Document -> Reading, what is costly or dangerous in a process that may be killed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from feeder.errors import Passing, TooHard, Unreadable
from feeder.extractors._shelf import kind_of, read
from feeder.model.document import ITEM

if TYPE_CHECKING:
    from collections.abc import Callable

    from feeder.model.document import Document, Hints, Reading

# Whole pages of strangers, and letters with such pages in them.
_COSTLY = {"message/rfc822", "text/html"}
# An item is short, unless it carries its page or a book.
_LONG = 64 * 1024


@dataclass(frozen=True, slots=True)
class Reader:
    """`call(function, *arguments)` runs the function elsewhere, and raises TooHard."""

    call: Callable[..., Reading]

    def __call__(self, document: Document, hints: Hints) -> Reading:
        """As `read`."""
        if not _is_costly(document):
            return read(document, hints)
        try:
            return self.call(read, document, hints)
        except TooHard as error:
            trouble = Passing if error.passing else Unreadable
            raise trouble(f"it cannot be read: {error}") from None


def _is_costly(document: Document) -> bool:
    kind = kind_of(document)
    return kind in _COSTLY or (kind == ITEM and len(document.body) > _LONG)
