"""Articles that somebody made to do harm, or that are only unusual: what every feed has to carry, by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from html import escape

from feeder.model.article import Article, Content, Enclosure, Episode, Mention, Origin, Person, Subject
from feeder.model.feed import Feed, Podcast
from tests.formats.samples import FEED, PLAIN, RICH, article

# Of every plane: its first and last characters, and the noncharacters at its end.
PLANES = "".join(chr((plane << 16) + at) for plane in range(1, 17) for at in (0, 1, 0xFFFD, 0xFFFE, 0xFFFF))
CONTROLS = "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0)]))
SCRIPTS = "العربية עברית हिन्दी ไทย 日本語 한국어 ελληνικά русский 👩‍👩‍👧‍👦 🏳️‍🌈 e\u0301 \u202eRTL\u202c"
MEDIATOPIC = "http://cv.iptc.org/newscodes/mediatopic/"
COVER = "https://gazette.example/cover.jpg"


def _text(words: str) -> str:
    return f"<p>{escape(words)}</p>"


AUDIO = Enclosure("https://gazette.example/7.mp3", "audio/mpeg", 9_314_112, "Listen", 1865)
CONTENTS: dict[str, Content] = {
    "plain": PLAIN,
    "rich": RICH,
    "planes": Content(f"Planes {PLANES} end", _text(PLANES), PLANES),
    "controls": Content(f"Controls {CONTROLS} end", _text(f"a{CONTROLS}b"), f"sum{CONTROLS}mary"),
    "basic plane": Content("Every character", _text("".join(map(chr, range(0x10000))))),
    "surrogates": Content("half \ud800 of \udc00", _text("\udfff half"), "\ud83d\ude00"),
    "cdata": Content("a ]]> b", _text("a ]]> b <![CDATA[c]]>"), "]]>]]&gt;", categories=("]]>",)),
    "markup in a title": Content(
        "<b>Bold</b> &amp; <script>alert(1)</script>", _text("t"), "<i>why</i> &lt;b&gt;", categories=("<u>U</u>",)
    ),
    "signs": Content("3 < 4 & 5 > 2 &c <new>", _text("3 < 4 & 5 > 2"), "R&D <new> & so on", categories=("R&D",)),
    "twenty authors": replace(
        PLAIN, authors=tuple(Person(f"Author {n}", f"a{n}@gazette.example") for n in range(20))
    ),
    "authors without an address": replace(
        PLAIN, authors=(Person("Ann"), Person("Bo", None, "https://bo.example"))
    ),
    "thirty enclosures": replace(
        PLAIN,
        enclosures=tuple(
            Enclosure(f"https://gazette.example/{n}.mp3", "audio/mpeg", n * 1000 or None) for n in range(30)
        ),
    ),
    "enclosures of all sorts": replace(
        PLAIN,
        enclosures=(
            Enclosure("https://gazette.example/a b.pdf", "Application/PDF; charset=x", -5),
            Enclosure("javascript:alert(1)", "text/html", 3),
            Enclosure("https://gazette.example/x", "no type", 2**40, "x" * 500),
        ),
    ),
    "IRIs": replace(
        PLAIN,
        url="https://straße.example/ö ü/?q=ß&b=[1]#é",
        image="https://gazette.example/bild ä.png",
        authors=(Person("Ü", url="https://ü.example/ä"),),
    ),
    "right to left": Content("تراجع الضباب عن الميناء", _text("أبحرت العبارة عند الظهر."), "خبر", language="ar"),
    "scripts": Content(SCRIPTS, _text(SCRIPTS), SCRIPTS, categories=tuple(SCRIPTS.split())),
    "languages": replace(PLAIN, language="zh-Hant-x-private"),
    "no language": replace(PLAIN, language="not a language tag"),
    "nothing but a title": Content("The ferry is back", ""),
    "no title": Content("", _text("The quay & the sea.")),
    "long": Content("long " * 2000, _text("word " * 50_000), "summary " * 1000),
    "vocabulary": replace(
        PLAIN,
        categories=("Economy", "Sea", "Local"),
        subjects=(
            Subject("Economy", "medtop:04000000", MEDIATOPIC),
            Subject("Sea", "Sea", "https://gazette.example/topics"),
            Subject("Local", "Local", "no address"),
        ),
    ),
    "picture": replace(RICH, credit="Bo & <Beach>", caption="Quay </b> at dawn"),
    "republished": replace(
        PLAIN,
        rights="© <b>Wire</b> & sons",
        origin=Origin(
            "The Wire & <sons>", "https://wire.example/atom", "urn:wire", datetime(2026, 2, 1, tzinfo=UTC)
        ),
    ),
    "republished from nowhere": replace(PLAIN, origin=Origin("The Wire")),
    "told by others": replace(PLAIN, also_at=(Mention("The <Other>", "https://other.example/a?b=1&c=2"),)),
    "episode": replace(
        RICH,
        enclosures=(AUDIO, Enclosure("https://gazette.example/7.pdf", "application/pdf", 77)),
        episode=Episode(7, 2, "bonus", True, "https://gazette.example/7.vtt", "https://gazette.example/7.json"),
    ),
    "episode with markup": Content(
        "<b>Fog</b> &amp; more", _text("t"), authors=(Person("<i>Ann</i>"),), enclosures=(AUDIO,)
    ),
    "long episode": Content("Hours", _text("word " * 2000), enclosures=(replace(AUDIO, duration=None),)),
}
# With days at the ends of the calendar, zones of a quarter of an hour and of seconds, and fractions.
DATES = {
    "first press": datetime(1605, 1, 1, tzinfo=UTC),
    "before 1970": datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
    "Nepal": datetime(2026, 2, 1, 12, 0, tzinfo=timezone(timedelta(hours=5, minutes=45))),
    "Amsterdam before 1937": datetime(2026, 2, 2, 12, 0, tzinfo=timezone(timedelta(minutes=19, seconds=32))),
    "far east": datetime(2026, 1, 1, 0, 0, tzinfo=timezone(timedelta(hours=14))),
    "fraction": datetime(2026, 2, 3, 12, 0, 0, 123456, tzinfo=UTC),
    "leap day": datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC),
}


def _dated(number: int, when: datetime) -> Article:
    return replace(article(number), published=when, updated=when + timedelta(microseconds=number))


ARTICLES: dict[str, Article] = {
    name: article(100 + number, content) for number, (name, content) in enumerate(CONTENTS.items())
} | {name: _dated(200 + number, when) for number, (name, when) in enumerate(DATES.items())}
ALL = sorted(ARTICLES.values(), key=lambda it: it.published, reverse=True)

PODCAST = Podcast(image=COVER, categories=(("News", "Daily News"), ("Society & Culture", "")))
FEEDS: dict[str, Feed] = {
    "full": replace(FEED, rights="© The Gazette", icon=COVER, logo="https://gazette.example/logo.png"),
    "summary": replace(FEED, content="summary"),
    "both": replace(FEED, content="both"),
    "podcast": replace(FEED, podcast=PODCAST),
}
