"""feedgen, mended: the only place that imports it.

Each repair names the defect of feedgen 1.0.0 that it answers; tests/formats/test_feedgen_defects.py shows that the
defect is there, so that we notice when it is mended. Articles become elements one at a time (`Entry.atom_entry`,
`Entry.rss_entry`); `Generator` writes the head and puts the finished `elements` behind it.
"""

from __future__ import annotations

from datetime import UTC
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from feedgen.entry import FeedEntry
from feedgen.ext.dc import DcEntryExtension, DcExtension
from feedgen.feed import FeedGenerator
from lxml.etree import SubElement

from feeder import __version__

if TYPE_CHECKING:
    from datetime import datetime

    from lxml.etree import _Element as Element

    from feeder.formats._format import Head

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ATOM_LINK = "{http://www.w3.org/2005/Atom}link"


class Entry(FeedEntry):  # type: ignore[misc]  # feedgen has no types
    def __init__(self, language: str | None = None) -> None:
        super().__init__()
        self.language = language
        self._FeedEntry__atom_updated = None  # is the time of the build; without one we want the error
        self.register_extension("dc", DcEntryExtension, atom=False)

    def published(self, published: datetime | None = None) -> Any:
        """As feedgen's, less the RSS date, for which feedgen sets the locale of the whole process."""
        result = super().published(published)
        self._FeedEntry__rss_pubDate = None
        return result

    def atom_entry(self, extensions: bool = True) -> Element:  # noqa: FBT001, FBT002  feedgen's signature
        """As feedgen's, with the attributes that links lose (rel, type, length, title) and the language."""
        element: Element = super().atom_entry(extensions)
        for node, link in zip(element.iterchildren("link"), self.link() or [], strict=True):
            _set(node, link)
        if self.language:
            element.set(LANG, self.language)
        return element

    def rss_entry(self, extensions: bool = True) -> Element:  # noqa: FBT001, FBT002  feedgen's signature
        element: Element = super().rss_entry(extensions)
        if self.published():
            SubElement(element, "pubDate").text = format_datetime(self.published())
        return element


class Generator(FeedGenerator):  # type: ignore[misc]  # feedgen has no types
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._FeedGenerator__atom_updated = None  # both are the time of the build
        self._FeedGenerator__rss_lastBuildDate = None
        self.register_extension("dc", DcExtension, DcEntryExtension, atom=False)

    def updated(self, updated: datetime | None = None) -> Any:
        """As feedgen's, less the RSS date, for which feedgen sets the locale of the whole process."""
        result = super().updated(updated)
        self._FeedGenerator__rss_lastBuildDate = None
        return result

    def rss_str(self, **options: Any) -> bytes:
        """As feedgen's, with the references that the RSS profile asks for in plain text."""
        body: bytes = super().rss_str(**options)
        return body.replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;").replace(b"&gt;", b"&#x3E;")

    def _create_atom(self, extensions: bool = True) -> tuple[Element, Any]:  # noqa: FBT001, FBT002  feedgen's
        root, document = super()._create_atom(extensions)
        root.extend(self.elements)
        return root, document

    def _create_rss(self, extensions: bool = True) -> tuple[Element, Any]:  # noqa: FBT001, FBT002  feedgen's
        root, document = super()._create_rss(extensions)
        channel = root.find("channel")
        SubElement(channel, "lastBuildDate").text = format_datetime(self.updated())
        self._mend_links(channel)
        channel.extend(self.elements)
        return root, document

    def _mend_links(self, channel: Element) -> None:
        """`link` is the last link given, whatever its rel; of the others only the first `self` is written."""
        links = self.link() or []
        for node in channel.findall(ATOM_LINK):
            channel.remove(node)
        for link in links:
            if link["rel"] == "alternate":
                channel.find("link").text = link["href"]  # type: ignore[union-attr]  # feedgen always writes one
            else:
                _set(SubElement(channel, ATOM_LINK), link)


def generator(head: Head, media_type: str, updated: datetime) -> Generator:
    """A generator that knows everything but the articles."""
    made = Generator()
    made.id(head.id)
    made.title(head.title)
    made.updated(updated.astimezone(UTC))
    made.generator("feeder", version=__version__)
    made.link(href=head.home, rel="alternate", type="text/html")
    if head.address:
        made.link(href=head.address, rel="self", type=media_type)
    for hub in head.hubs:
        made.link(href=hub, rel="hub")
    if head.language:
        made.language(head.language)
    return made


def _set(node: Element, link: dict[str, str | None]) -> None:
    for name, value in link.items():
        if value:
            node.set(name, value)
