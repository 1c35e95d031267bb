"""What an item says that JSON Feed has no key for -> the draft.

_feeder.subjects  [{"name", "term", "scheme"}]: the word of a vocabulary (an IRI) for the category `name`
_feeder.origin    {"title", "url", "id", "updated"}: the feed that the article was taken from
_feeder.episode   {"number", "season", "kind", "explicit", "transcript", "chapters"}: of a podcast
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from feeder.extractors._draft import absolute
from feeder.extractors._item_facts import FEED, ITEM, exact
from feeder.model.article import Episode, Origin, Subject
from feeder.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feeder.extractors._draft import Draft
    from feeder.extractors._item_values import Values
    from feeder.model.document import Hints


def take_more(item: Values, base: str, draft: Draft, hints: Hints) -> None:
    own, feed = item.inner("_feeder"), item.inner("_feed")
    draft.put("subjects", tuple(_subjects(own)), ITEM)
    draft.put("origin", _origin(own.inner("origin"), base, hints), ITEM)
    draft.put("origin", _taken_from(feed, base), FEED)
    draft.put("episode", _episode(own.inner("episode"), base), ITEM)


def _subjects(own: Values) -> Iterator[Subject]:
    for it in own.objects("subjects"):
        name, scheme = one_line(it.text("name"), 100), it.text("scheme")
        if name and scheme:
            yield Subject(name, one_line(it.text("term"), 200) or name, scheme)


def _origin(it: Values, base: str, hints: Hints) -> Origin | None:
    url, title = it.text("url"), one_line(it.text("title"), 300)
    address = absolute(url, base) if url else None
    if not (title or address):
        return None
    updated = exact(it.text("updated"), hints)
    when = updated if isinstance(updated, datetime) else None
    return Origin(title or address or "", address, it.text("id") or None, when)


def _taken_from(feed: Values, base: str) -> Origin | None:
    """The feed itself, of which only one that was fetched knows its address."""
    url = feed.text("feed_url")
    address = absolute(url, base) if url else None
    return (
        Origin(one_line(feed.text("title"), 300) or address, address, feed.text("id") or None) if address else None
    )


def _episode(it: Values, base: str) -> Episode | None:
    transcript, chapters = it.text("transcript"), it.text("chapters")
    made = Episode(
        number=it.size("number"),
        season=it.size("season"),
        kind=it.text("kind").lower() or "full",
        explicit=it.flag("explicit") if "explicit" in it.said else None,
        transcript=absolute(transcript, base) if transcript else None,
        chapters=absolute(chapters, base) if chapters else None,
    )
    return made if made != Episode() else None
