"""Rules 95 to 100: agencies and podcasts."""

from __future__ import annotations

import io
import uuid
from dataclasses import replace
from typing import Any

import podcastparser
import pytest
from pydantic import ValidationError

from feeder.config.podcast import PodcastOptions
from feeder.formats import FORMATS
from feeder.formats._podcast import guid
from feeder.model.article import Person
from feeder.model.feed import Feed, Podcast
from tests.feeds_rules import judge_rss
from tests.feeds_rules.corpus import AUDIO, CONTENTS, COVER, FEEDS, MEDIATOPIC
from tests.feeds_rules.documents import DC, ITUNES, MEDIA, PODCAST, channel, item
from tests.formats.reading import xml
from tests.formats.samples import FEED, PLAIN, article

WHOLE = Podcast(
    author="The Desk",
    owner=Person("Owner", "owner@gazette.example"),
    image=COVER,
    categories=(("News", "Daily News"), ("TV & Film", "")),
    explicit=True,
    kind="serial",
    locked=True,
    funding=("https://gazette.example/support", "Support us"),
    complete=True,
    moved="https://feeds.gazette.example/there.rss",
)


def head(podcast: Podcast | None, **changes: Any) -> Any:
    feed: Feed = replace(FEED, podcast=podcast, **changes)
    return xml(FORMATS["rss"].build(feed, [article(1, CONTENTS["episode"])]).body).find("channel")


def test_rule_95_vocabularies_pictures_people_and_rights_are_carried_as_agencies_do() -> None:
    assert item(CONTENTS["vocabulary"]).find("category").get("domain") == MEDIATOPIC
    picture = item(CONTENTS["picture"]).find(f"{MEDIA}content")
    assert picture.find(f"{MEDIA}credit") is not None
    assert picture.find(f"{MEDIA}description") is not None
    assert item(CONTENTS["republished"]).findtext(f"{DC}rights") == "© Wire & sons"


def test_rule_96_a_podcast_says_what_apple_asks_for() -> None:
    made = head(WHOLE)
    assert made.findtext(f"{ITUNES}author") == "The Desk"
    assert made.find(f"{ITUNES}image").get("href") == COVER
    assert made.findtext(f"{ITUNES}explicit") == "true"
    assert made.findtext(f"{ITUNES}type") == "serial"
    assert made.findtext(f"{ITUNES}complete") == "Yes"
    assert [it.text for it in made.find(f"{ITUNES}owner")] == ["Owner", "owner@gazette.example"]
    first, second = made.findall(f"{ITUNES}category")
    assert (first.get("text"), first.find(f"{ITUNES}category").get("text")) == ("News", "Daily News")
    assert (second.get("text"), len(second)) == ("TV & Film", 0)
    assert made.findtext("language") == "en"


def test_rule_96_a_description_that_is_too_long_is_cut_by_bytes() -> None:
    description = head(WHOLE, description="é" * 4000).findtext("description")
    assert len(description.encode()) <= 4000
    assert description.endswith("é…")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"categories": ["News > Sport"]}, "Apple"),
        ({"categories": ["Newz"]}, "did you mean"),
        ({"categories": []}, "at least 1"),
        ({"image": "https://gazette.example/cover.svg"}, ".jpg or .png"),
        ({"guid": "mine"}, "no UUID"),
        ({"explicit": "clean"}, "bool"),
        ({"type": "weekly"}, "serial"),
    ],
)
def test_rule_96_what_apple_refuses_is_refused_in_the_configuration(wrong: dict[str, Any], told: str) -> None:
    good: dict[str, Any] = {"image": COVER, "categories": ["News"]}
    assert PodcastOptions.model_validate(good).noun.categories == (("News", ""),)
    with pytest.raises(ValidationError, match=told):
        PodcastOptions.model_validate(good | wrong)


def test_rule_97_an_episode_has_its_file_its_length_and_its_number() -> None:
    made = item(CONTENTS["episode"], "podcast")
    file = made.find("enclosure")
    assert (file.get("url"), file.get("length"), file.get("type")) == (AUDIO.url, str(AUDIO.length), "audio/mpeg")
    assert made.findtext(f"{ITUNES}duration") == "1865"
    assert (made.findtext(f"{ITUNES}episode"), made.findtext(f"{ITUNES}season")) == ("7", "2")
    assert made.findtext(f"{ITUNES}episodeType") == "bonus"
    assert made.findtext(f"{ITUNES}explicit") == "true"
    assert made.findtext("pubDate").endswith("+0000")
    assert len(item(CONTENTS["long episode"], "podcast").findtext("description").encode()) <= 4000


def test_only_a_podcasts_articles_with_something_to_play_are_episodes() -> None:
    assert b"itunes" not in FORMATS["rss"].build(FEED, [article(1, CONTENTS["episode"])]).body
    assert item(PLAIN, "podcast").find(f"{ITUNES}title") is None
    assert item(CONTENTS["enclosures of all sorts"], "podcast").find(f"{ITUNES}title") is None
    for form in ("atom", "json"):
        assert b"itunes:" not in FORMATS[form].build(FEEDS["podcast"], [article(1, CONTENTS["episode"])]).body


def test_podcastparser_reads_the_episode_back() -> None:
    made = FORMATS["rss"].build(replace(FEED, podcast=WHOLE), [article(1, CONTENTS["episode"])]).body
    read = podcastparser.parse(FEED.address("rss"), io.BytesIO(made))
    assert (read["title"], read["link"], read["cover_url"]) == (FEED.title, FEED.site.url, COVER)
    assert (read["itunes_author"], read["explicit"], read["type"]) == ("The Desk", True, "serial")
    (episode,) = read["episodes"]
    assert (episode["guid"], episode["number"]) == (article(1).id, 7)
    assert episode["published"] == int(article(1).published.timestamp())
    assert episode["enclosures"][0] == {"url": AUDIO.url, "file_size": AUDIO.length, "mime_type": "audio/mpeg"}
    assert episode["total_time"] == 1865


def test_rule_99_a_podcasts_guid_is_made_of_its_address_and_can_be_kept() -> None:
    assert guid("https://mp3s.nashownotes.com/pc20rss.xml") == "917393e3-1b1e-5cef-ace4-edaa54e1f810"
    assert guid("http://mp3s.nashownotes.com/pc20rss.xml/") == "917393e3-1b1e-5cef-ace4-edaa54e1f810"
    made = head(WHOLE)
    assert made.findtext(f"{PODCAST}guid") == guid(FEED.address("rss") or "")
    assert uuid.UUID(made.findtext(f"{PODCAST}guid")).version == 5
    kept = "917393e3-1b1e-5cef-ace4-edaa54e1f810"
    assert head(replace(WHOLE, guid=kept)).findtext(f"{PODCAST}guid") == kept


def test_rule_99_a_podcast_says_who_may_take_it_over_and_how_to_help() -> None:
    made = head(WHOLE)
    locked = made.find(f"{PODCAST}locked")
    assert (locked.text, locked.get("owner")) == ("yes", "owner@gazette.example")
    funding = made.find(f"{PODCAST}funding")
    assert (funding.text, funding.get("url")) == ("Support us", "https://gazette.example/support")
    assert made.findtext(f"{PODCAST}medium") == "podcast"


def test_rule_99_an_episode_names_its_people_its_transcript_and_its_chapters() -> None:
    made = item(CONTENTS["episode"], "podcast")
    assert [it.text for it in made.iterfind(f"{PODCAST}person")] == ["Ann Ødegård", "Bo & Co"]
    assert dict(made.find(f"{PODCAST}transcript").attrib) == {
        "url": "https://gazette.example/7.vtt",
        "type": "text/vtt",
    }
    assert made.find(f"{PODCAST}chapters").get("type") == "application/json+chapters"


def test_rule_100_a_podcast_that_moved_says_where_it_is() -> None:
    assert head(WHOLE).findtext(f"{ITUNES}new-feed-url") == WHOLE.moved
    assert head(replace(WHOLE, moved=None)).find(f"{ITUNES}new-feed-url") is None


def test_a_podcast_draws_no_objection() -> None:
    made = FORMATS["rss"].build(replace(FEED, podcast=WHOLE), [article(1, CONTENTS["episode"])]).body
    assert judge_rss.objections(made, FEED.address("rss")) == []
    assert channel("podcast").find(f"{ITUNES}owner") is not None
