"""A mailbox that somebody else delivers to, as a Maildir or an mbox -> its mails. It is only read, never changed.

What is deleted from the mailbox is not withdrawn: people clear mailboxes.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator

from feeder.config import Duration, LocalPath, Size, SourceOptions
from feeder.config.fields import OneOrMany, wrong
from feeder.errors import Passing, Unreadable
from feeder.model.document import Document
from feeder.sources._mail_box import Rules, digest, head_of
from feeder.sources._maildir import Maildir
from feeder.sources._mbox import Mbox
from feeder.sources._pulled import digest_of
from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from feeder.model.document import Found
    from feeder.sources._mail_box import Box
    from feeder.sources._source import Look, Means, Watch

_SENDER = re.compile(r"[^\s@<>,;\"]*@[^\s@<>,;\"]+")


def _sender(text: str) -> str:
    if not _SENDER.fullmatch(text.strip()):
        raise wrong("is neither an address nor a domain, as @post.example")
    return text.strip().lower()


class Options(SourceOptions):
    """`from` are the senders whose mails are taken in: addresses, or whole domains as `@post.example`.

    Anybody can write any sender into a mail: `from` keeps accidents out, and not people who mean harm. Who may
    deliver to the mailbox is for its mail server to check.
    """

    type: Literal["mail"]
    path: LocalPath
    every: Duration | None = timedelta(minutes=1)
    max_size: Size = 16 * 1024 * 1024
    from_: Annotated[tuple[Annotated[str, AfterValidator(_sender)], ...], OneOrMany] = ()


class Mail:
    exhaustive, foreign, max_age = False, False, None

    def __init__(self, name: str, options: Options) -> None:
        self.name, self._path, self._senders = name, options.path, frozenset(options.from_)
        said = " ".join([str(options.max_size), *sorted(self._senders)])
        rules = Rules(options.max_size, digest_of(said.encode())[:8])
        self._maildir, self._mbox = Maildir(name, self._path, rules), Mbox(name, self._path, rules)

    def look(
        self,
        known: Mapping[str, str],
        only: Collection[str] | None = None,
        *,
        final: bool = False,
        memory: str = "",
    ) -> Look:
        return self._box().look(known, only, memory, final=final)

    def read(self, found: Found) -> Document | None:
        try:
            taken = self._box().take(found)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise Passing(f"cannot be read: {error.strerror}") from None
        if taken is None:
            return None
        body, came = taken
        self._refuse_strangers(body)
        return Document(self.name, found.key, found.stamp, "message/rfc822", body, came, digest(body))

    def watch(self) -> Watch | None:
        """Nobody tells when mail comes."""
        return None

    def _box(self) -> Box:
        return self._maildir if self._path.is_dir() else self._mbox

    def _refuse_strangers(self, body: bytes) -> None:
        sender = head_of(body).sender if self._senders else ""
        if self._senders and sender not in self._senders and f"@{sender.rpartition('@')[2]}" not in self._senders:
            raise Unreadable(f"it is from {one_line(sender, 100) or 'nobody'}, who is not named in from")


def open_mail(name: str, options: Options, _means: Means) -> Mail:
    return Mail(name, options)
