"""Whether two texts of one source are one article. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from feeder.model.address import canonical
from feeder.model.document import in_utc, moment
from feeder.model.sketch import Sketch, shared, sketch, words

if TYPE_CHECKING:
    from datetime import tzinfo

    from feeder.model.article import Article, Content
    from feeder.model.document import Reading

# Of texts with fewer words than this, likeness says nothing.
WORDY = 24
# At this share of common phrases two texts are one, edited; or the longer is the shorter one, grown.
ALIKE = 0.7
# Below these shares of words in common, titles and texts have nothing to do with each other; where there is hardly
# a text to compare, titles have to be further apart.
_OTHER_TITLE, _OTHER_TEXT, _OTHER_ALONE = 0.7, 0.35, 0.3
_APART = timedelta(days=3)
_RETITLED = 0.6
_LONGEST = 500  # characters of a title


def title_key(content: Content) -> str:
    return " ".join(words(content.title))[:_LONGEST]


def date_key(reading: Reading) -> str | None:
    """The second of publication, or the day where only that is said."""
    stated = reading.published
    if isinstance(stated, datetime):
        return in_utc(stated).isoformat(timespec="seconds")
    return stated.isoformat() if stated else None


def to_the_second(reading: Reading) -> bool:
    """A day or a midnight is that of many articles."""
    stated = reading.published
    return isinstance(stated, datetime) and stated.timetz().replace(tzinfo=None) != time()


def sketch_of(content: Content) -> Sketch | None:
    """The sketch of the text; None when it has too few words to be compared by."""
    return _sketched(content.html)


@lru_cache(maxsize=64)  # one article is asked for it several times while it is taken in
def _sketched(html: str) -> Sketch | None:
    found = words(html)
    return sketch(found) if len(found) >= WORDY else None


def another(it: Article, reading: Reading, zone: tzinfo, *, by_id: bool) -> bool:
    """Whether a source that calls two articles by one name means another one now: all its words are other ones.

    An id that counts places in the feed also has another address; an address as /today has another id, or, where
    there are none, another day.
    """
    if not _unlike(it.content, reading.content):
        return False
    if by_id:
        places = {canonical(it.content.url), canonical(reading.content.url)}
        return len(places) == 2 and None not in places
    return reading.native is not None or not _near(it, reading, zone)


def _unlike(one: Content, other: Content) -> bool:
    titles, mine, theirs = shared(words(one.title), words(other.title)), sketch_of(one), sketch_of(other)
    if mine is None or theirs is None:
        return titles < _OTHER_ALONE
    return titles < _OTHER_TITLE and max(mine.resembles(theirs), mine.contains(theirs)) < _OTHER_TEXT


def _near(it: Article, reading: Reading, zone: tzinfo) -> bool:
    return reading.published is None or abs(moment(reading.published, zone) - it.published) <= _APART


def same_moment(it: Article, reading: Reading, zone: tzinfo) -> bool:
    """What is dated after we took the other in is another: tomorrow's weather has yesterday's words."""
    if reading.published is None:  # then only what is the same to the last word is the same
        return words(it.content.html) == words(reading.content.html)
    stated = moment(reading.published, zone)
    return _near(it, reading, zone) and (stated <= it.taken_in or stated == it.published)


def agree(it: Article, reading: Reading, mine: Sketch | None) -> bool:
    """Texts that can be compared are alike; those that cannot, for want of words, have one title.

    Or most of one, where they were published in the same second.
    """
    theirs = sketch_of(it.content)
    if mine is not None and theirs is not None:
        return max(mine.resembles(theirs), mine.contains(theirs)) >= ALIKE
    titles = title_key(it.content), title_key(reading.content)
    if reading.published != it.published:
        return titles[0] == titles[1]
    texts = words(it.content.html), words(reading.content.html)
    return shared(titles[0].split(), titles[1].split()) >= 0.5 or (len(texts[0]) > 5 and texts[0] == texts[1])


def retitled(it: Article, reading: Reading) -> bool:
    """Whether two short texts that bear one date are one under an edited headline.

    Many articles may bear a day: the titles have most of their words and all of their numbers in common, and what
    there is of a text is hardly another one.
    """
    mine, theirs = words(reading.content.title), words(it.content.title)
    if _numbers(mine) != _numbers(theirs) or shared(mine, theirs) < _RETITLED:
        return False
    texts = words(reading.content.html), words(it.content.html)
    return max(map(len, texts)) < WORDY and shared(*texts) >= 0.5


def _numbers(found: list[str]) -> list[str]:
    return sorted(word for word in found if any(map(str.isdigit, word)))
