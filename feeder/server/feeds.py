"""output folder -> GET /feeds/…, before anything else looks at the request.

Readers poll, and most of what they get is 304: so a version of a document is made ready once (see document), and a
request costs one look at its file and a choice. What takes long (the disk, packing, telling whether a packed file
beside the document is really of it) is done in threads, once for all who wait for it.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from feeder.errors import StoreError
from feeder.server import media
from feeder.server.coding import IDENTITY, SUFFIXES, holds, packed
from feeder.server.delta import FOLDER, LONGEST, History, history
from feeder.server.document import Delta, Document, opening_of
from feeder.server.files import Folder
from feeder.server.kinds import is_document, linked, media_type
from feeder.server.media import Media, closed
from feeder.server.memory import Memory
from feeder.server.once import Once
from feeder.server.plain import absent, plain, preflight

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from feeder.server.document import Asked, Opening
    from feeder.server.files import File
    from feeder.server.parts import Became, Parts

_log = logging.getLogger(__name__)
PREFIX = "/feeds/"
_KEPT = 64 * 1024 * 1024  # bytes of all that is served from memory
_ARCHIVE = re.compile(r"(archive/.+/)([0-9]{5})(\.[a-z]+)")
_METHODS = ("GET", "HEAD")
_Kept = Document | Media


class Feeds:
    """The files below `parts.folder`; `rest` answers everything else."""

    def __init__(self, parts: Parts, rest: ASGIApp, clock: Callable[[], float] = time.time) -> None:
        self._folder = Folder(parts.folder)
        self._links, self._became = parts.links, parts.became
        self._rest, self._clock = rest, clock
        self._kept: Memory[_Kept] = Memory(_KEPT)
        self._coming: Once[_Kept | Became | None] = Once()
        self._packing: Once[None] = Once()
        self._looking: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._rest(scope, receive, send)
            return
        if scope["method"] not in _METHODS:
            await (preflight(send) if scope["method"] == "OPTIONS" else plain(send, 405))
            return
        path = scope["path"][len(PREFIX) :]
        if not path or path.endswith("/"):
            path += "index.html"
        try:
            await self._serve(path, scope, send)
        except StoreError as error:  # what is there needs no store; what is not, may have moved
            _log.debug("%s: %s", path, error)
            await plain(send, 503)

    async def _serve(self, path: str, scope: Scope, send: Send) -> None:
        kept = self._kept.get(path)
        found: _Kept | Became | None = kept
        if kept is None or not self._folder.still(path, kept.stamp):
            found = await self._found(path, kept)
        if isinstance(found, Document):
            await self._document(path, found, scope, send)
        elif isinstance(found, Media):
            await media.answer(self._folder, path, found, self._clock(), scope, send)
        else:
            await absent(send, found)

    def at_once(self, path: str, headers: list[tuple[bytes, bytes]]) -> tuple[bytes, bytes] | None:
        """What opens the answer to a GET and its body, when nothing has to be waited for: see connection."""
        kept = self._kept.get(path[len(PREFIX) :]) if path.startswith(PREFIX) else None
        now = self._clock()
        if not isinstance(kept, Document) or now >= kept.look_at:
            return None
        if not self._folder.still(path[len(PREFIX) :], kept.stamp):
            return None
        asked = _asked(headers)
        answer = None if kept.wants_history(asked) else kept.answer(asked, now)
        return (answer[0].raw, answer[1]) if isinstance(answer, tuple) else None

    # ------------------------------------------------------------ documents

    async def _document(self, path: str, document: Document, scope: Scope, send: Send) -> None:
        now = self._clock()
        if now >= document.look_at:
            self._look_again(path, document, now)
        asked = _asked(scope["headers"])
        if scope["method"] == "HEAD":
            asked.pop(b"a-im", None)  # 226 says that a GET was fulfilled (RFC 3229, section 10.4.1)
        if document.wants_history(asked):
            document.history = await run_in_threadpool(self._history, path, document.file)
        answer = document.answer(asked, now)
        if isinstance(answer, Delta):
            answer = await self._made(path, document, answer) or document.answer(_without_delta(asked), now)
        if isinstance(answer, str):
            await self._packing.do(str(id(document)), lambda: self._pack(path, document))
            answer = document.answer(asked, now)
        if not isinstance(answer, tuple):
            await plain(send, 406)
            return
        opening, body = answer
        await send(opening.message)
        await send({"type": "http.response.body", "body": body})

    async def _made(self, path: str, document: Document, delta: Delta) -> tuple[Opening, bytes] | None:
        """None when the whole is not more."""
        body = document.kept(delta)
        if body is None:
            bare = document.delta(delta)
            if bare is None:
                return None
            body = bare if delta.coding == IDENTITY else await run_in_threadpool(packed, bare)
            document.keep(delta, body)
            self._keep(path, document)
        return opening_of(delta, body), body

    async def _pack(self, path: str, document: Document) -> None:
        """One that nobody packed beside it."""
        body = await run_in_threadpool(packed, document.file.body or b"")
        document.add({"gzip": body}, self._clock(), sealed=document.sealed)
        self._keep(path, document)

    def _look_again(self, path: str, document: Document, now: float) -> None:
        """For what the publisher had not written yet when we first looked; nobody waits for it."""
        document.postpone(now)
        if document.lacking() or not document.sealed:
            task = asyncio.get_running_loop().create_task(self._looked_again(path, document))
            self._looking.add(task)
            task.add_done_callback(self._looking.discard)

    async def _looked_again(self, path: str, document: Document) -> None:
        found = await run_in_threadpool(self._siblings, path, document.file, document.lacking())
        sealed = document.sealed or await run_in_threadpool(self._sealed, path)
        if found or sealed != document.sealed:
            document.add(found, self._clock(), sealed=sealed)
            self._keep(path, document)

    def _keep(self, path: str, document: Document) -> None:
        if self._kept.get(path) is document:  # it may have been replaced meanwhile
            self._kept.put(path, document)

    # ------------------------------------------------------------ looking

    async def _found(self, path: str, before: _Kept | None) -> _Kept | Became | None:
        """What is there now. Who waits for a look that was begun before it came, makes sure of what that saw."""
        late = path in self._coming
        found = await self._coming.do(path, lambda: self._look(path, before))
        if late and not (isinstance(found, Document | Media) and self._folder.still(path, found.stamp)):
            return await self._look(path, before)
        return found

    async def _look(self, path: str, before: _Kept | None) -> _Kept | Became | None:
        if not is_document(path) and not self._folder.has(path):
            return None
        found = await run_in_threadpool(self._read, path, before)
        if isinstance(found, Document | Media):
            self._kept.put(path, found)
        else:
            self._kept.drop(path)
        return found

    def _read(self, path: str, before: _Kept | None) -> _Kept | Became | None:
        file = self._folder.open(path, before.file if before else None)
        if file is None:
            return self._became(path)
        links = linked(*self._links(path))
        if file.body is None or not is_document(path):
            return closed(file, links)
        described = [(b"content-type", media_type(path).encode()), *links]
        later = before is None or file.modified > before.file.modified or file.hash == before.file.hash
        document = Document(file, described, self._clock(), sealed=self._sealed(path), later=later)
        document.add(self._siblings(path, file, document.lacking()), self._clock())
        return document

    def _history(self, path: str, file: File) -> History | None:
        """The publisher writes it after the document: who asks in between gets the whole."""
        sidecar = self._folder.read(f"{FOLDER}/{path}", LONGEST)
        return history(sidecar, file.hash, file.body or b"") if sidecar else None

    def _siblings(self, path: str, file: File, codings: list[str]) -> dict[str, bytes]:
        """The packed files beside a document that are really of this version of it, and smaller."""
        body, found = file.body or b"", {}
        for coding in codings:
            sibling = self._folder.read(path + SUFFIXES[coding], len(body) - 1)
            if sibling and holds(coding, sibling, body):
                found[coding] = sibling
        return found

    def _sealed(self, path: str) -> bool:
        """A full archive document never changes again: it is full once the next one stands beside it."""
        found = _ARCHIVE.fullmatch(path)
        return found is not None and self._folder.has(f"{found[1]}{int(found[2]) + 1:05}{found[3]}")


def _asked(headers: list[tuple[bytes, bytes]]) -> Asked:
    """Headers that came more than once are one list."""
    asked = dict(headers)
    if len(asked) < len(headers):
        asked = {name: b", ".join(value for other, value in headers if other == name) for name in asked}
    return asked


def _without_delta(asked: Asked) -> Asked:
    return {name: value for name, value in asked.items() if name != b"a-im"}
