"""feedgen, mended: the only place that imports it.

Each repair names the defect of feedgen 1.0.0 that it answers; tests/formats/test_feedgen_defects.py shows that the
defect is there, so that we notice when it is mended. `Entry.atom_entry` and `Entry.rss_entry` make the element of
an article, which `_xml.rendered` turns into a fragment; an opening is the document of a `Generator` without
articles, less the closing. tests/formats/test_fragments.py shows that both together are what a `Generator` makes
of all.
"""

from __future__ import annotations

from datetime import UTC
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml.etree import SubElement

from feeder import __version__
from feeder.formats._xml import declared, element

if TYPE_CHECKING:
    from datetime import datetime

    from lxml.etree import _Element as Element

    from feeder.formats._format import Head

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ATOM_LINK = "{http://www.w3.org/2005/Atom}link"


class Entry(FeedEntry):  # type: ignore[misc]  # feedgen has no types
    """`extras` are elements that feedgen does not know, or does not write as they should be."""

    def __init__(self, language: str | None = None) -> None:
        super().__init__()
        self.language = language
        self.extras: list[Element] = []
        self._FeedEntry__atom_updated = None  # is the time of the build; without one we want the error

    def published(self, published: datetime | None = None) -> Any:
        """As feedgen's, less the RSS date, for which feedgen sets the locale of the whole process."""
        result = super().published(published)
        self._FeedEntry__rss_pubDate = None
        return result

    def atom_entry(self, extensions: bool = True) -> Element:  # noqa: FBT001, FBT002  feedgen's signature
        """As feedgen's, with the attributes that links lose (rel, type, length, title) and the language."""
        made: Element = super().atom_entry(extensions)
        for node, link in zip(made.findall("link"), self.link() or [], strict=True):
            for name, value in link.items():
                if value and name != "href":
                    node.set(name, value)
        if self.language:
            made.set(LANG, self.language)
        for extra in self.extras:
            made.append(extra)
        return made

    def rss_entry(self, extensions: bool = True) -> Element:  # noqa: FBT001, FBT002  feedgen's signature
        made: Element = super().rss_entry(extensions)
        if published := super().published():
            SubElement(made, "pubDate").text = format_datetime(published)
        made.extend(self.extras)
        return made


class Generator(FeedGenerator):  # type: ignore[misc]  # feedgen has no types
    """`extras` stand behind all that feedgen writes of the feed; `uses` are prefixes to declare beside its own."""

    def __init__(self) -> None:
        super().__init__()
        self.extras: list[Element] = []
        self.uses: frozenset[str] = frozenset()
        self._FeedGenerator__atom_updated = None  # both are the time of the build
        self._FeedGenerator__rss_lastBuildDate = None

    def updated(self, updated: datetime | None = None) -> Any:
        """As feedgen's, less the RSS date, for which feedgen sets the locale of the whole process."""
        result = super().updated(updated)
        self._FeedGenerator__rss_lastBuildDate = None
        return result

    def rss_str(self, **options: Any) -> bytes:
        """As feedgen's, with the references that the RSS profile asks for in plain text."""
        return profiled(super().rss_str(**options))

    def _create_atom(self, extensions: bool = True) -> tuple[Element, Any]:  # noqa: FBT001, FBT002  feedgen's
        root, document = super()._create_atom(extensions)
        _insert(root, "entry", self.extras)
        declared(root, self.uses)
        return root, document

    def _create_rss(self, extensions: bool = True) -> tuple[Element, Any]:  # noqa: FBT001, FBT002  feedgen's
        root, document = super()._create_rss(extensions)
        channel = root.find("channel")
        changed = element("lastBuildDate", format_datetime(self.updated()))
        _insert(channel, "item", [changed, *self._links(channel), *self.extras])
        declared(root, self.uses)
        return root, document

    def _links(self, channel: Element) -> list[Element]:
        """`link` is the last link given, whatever its rel; of the others only the first `self` is written."""
        for node in channel.findall(ATOM_LINK):
            channel.remove(node)
        channel.find("link").text = next(  # type: ignore[union-attr]  # feedgen always writes one
            (link["href"] for link in self.link() if link["rel"] == "alternate"), None
        )
        return [element("atom:link", None, **link) for link in self.link() if link["rel"] != "alternate"]


def generator(head: Head, media_type: str, updated: datetime) -> Generator:
    """A generator that knows everything but the articles."""
    made = Generator()
    made.id(head.id)
    made.title(head.title)
    made.updated(updated.astimezone(UTC))
    made.generator("feeder", version=__version__)
    made.link(href=head.home, rel="alternate", type="text/html")
    for rel, address in (("self", head.address), ("current", head.current), ("prev-archive", head.previous)):
        if address:
            made.link(href=address, rel=rel, type=media_type)
    for hub in head.hubs:
        made.link(href=hub, rel="hub")
    if head.language:
        made.language(head.language)
    if head.rights:
        made.rights(head.rights)
    if head.current:
        made.extras.append(element("fh:archive"))
    return made


def profiled(body: bytes) -> bytes:
    """Nothing in it is CDATA, so these references can only be text."""
    return body.replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;").replace(b"&gt;", b"&#x3E;")


def _insert(parent: Element, article: str, extras: list[Element]) -> None:
    """Before the first article; appended where there are none."""
    articles = parent.findall(article)
    parent.extend(extras)
    parent.extend(articles)
