"""A podcast and its episodes in RSS, as Apple and the Podcasting 2.0 namespace ask for it.

https://help.apple.com/itc/podcasts_connect/#/itcb54353390 and https://podcasting2.org/docs/podcast-namespace
"""

from __future__ import annotations

import mimetypes
import uuid
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from feeder.formats._plain import unmarked
from feeder.formats._xml import element
from feeder.model.address import uri
from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

    from feeder.formats._format import Head
    from feeder.model.article import Article, Enclosure, Episode
    from feeder.model.feed import Podcast

_GUIDS = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
_TRANSCRIPTS = {"vtt": "text/vtt", "srt": "application/x-subrip", "json": "application/json"}
_ART = (".jpg", ".jpeg", ".png")
_TYPES = mimetypes.MimeTypes()


def guid(address: str) -> str:
    """Of the feed at this address: without scheme and trailing slashes, so that https makes no other podcast."""
    return str(uuid.uuid5(_GUIDS, address.partition("://")[2].rstrip("/")))


def channel(podcast: Podcast, head: Head) -> Iterator[Element]:
    author, owner = unmarked(one_line(podcast.author)) or head.author.name, podcast.owner or head.author
    yield element("itunes:author", author)
    if owner.email:
        name, email = element("itunes:name", one_line(owner.name) or author), element("itunes:email", owner.email)
        yield element("itunes:owner", None, name, email)
    if art := uri(podcast.image) or head.icon:
        yield element("itunes:image", None, href=art)
    for above, below in podcast.categories:
        inner = [element("itunes:category", None, text=below)] if below else []
        yield element("itunes:category", None, *inner, text=above)
    yield element("itunes:explicit", _truth(podcast.explicit))
    yield element("itunes:type", podcast.kind)
    if podcast.complete:
        yield element("itunes:complete", "Yes")
    if moved := uri(podcast.moved):
        yield element("itunes:new-feed-url", moved)
    yield from _namespace(podcast, head)


def _namespace(podcast: Podcast, head: Head) -> Iterator[Element]:
    if podcast.guid or head.address:
        yield element("podcast:guid", podcast.guid or guid(head.current or head.address or ""))
    owner = (podcast.owner or head.author).email
    yield element("podcast:locked", "yes" if podcast.locked else "no", owner=owner)
    if podcast.funding and (url := uri(podcast.funding[0])):
        yield element("podcast:funding", one_line(podcast.funding[1], 128), url=url)
    yield element("podcast:medium", podcast.medium)


def is_played(file: Enclosure) -> bool:
    return file.media_type.startswith(("audio/", "video/"))


def episode(article: Article, file: Enclosure) -> Iterator[Element]:
    """Of an article whose recording is `file`."""
    content = article.content
    yield element("itunes:title", unmarked(content.title))
    if file.duration:
        yield element("itunes:duration", str(file.duration))
    if content.authors:
        yield element("itunes:author", ", ".join(unmarked(person.name) for person in content.authors))
    if content.image and urlsplit(content.image).path.lower().endswith(_ART):
        yield element("itunes:image", None, href=content.image)
    if content.episode:
        yield from _numbered(content.episode)
    for person in content.authors:
        yield element("podcast:person", unmarked(person.name), role="host", href=person.url)


def _numbered(said: Episode) -> Iterator[Element]:
    for name, number in (("season", said.season), ("episode", said.number)):
        if number:
            yield element(f"itunes:{name}", str(number))
            yield element(f"podcast:{name}", str(number))
    if said.kind != "full":
        yield element("itunes:episodeType", said.kind)
    if said.explicit is not None:
        yield element("itunes:explicit", _truth(said.explicit))
    if said.transcript:
        yield element("podcast:transcript", None, url=said.transcript, type=_transcript(said.transcript))
    if said.chapters:
        yield element("podcast:chapters", None, url=said.chapters, type="application/json+chapters")


def _transcript(url: str) -> str:
    """Python knows none of the usual types of captions on every version."""
    path = urlsplit(url).path.lower()
    return _TRANSCRIPTS.get(path.rpartition(".")[2]) or _TYPES.guess_type(path)[0] or "text/plain"


def _truth(value: bool) -> str:  # noqa: FBT001  a value to be written, not a switch
    return "true" if value else "false"
