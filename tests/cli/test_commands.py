"""What every command says and does."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import pytest

from feeder import __version__
from tests.cli.conftest import WEBHOOK, asked
from tests.daemon.harness import SECRET
from tests.net.receivers import Receiver, answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Said
    from tests.daemon.harness import Newsroom
    from tests.net.receivers import Line

    Feeder = Callable[..., Said]

ARTICLE = {
    *("id", "slug", "source", "revision", "state", "published", "updated", "taken_in", "first_look", "title"),
    *("bar", "story"),
}
FEED = (
    b"<?xml version='1.0'?><rss version='2.0'><channel><title>The Wire</title><link>https://wire.example/</link>"
    b"<item><title>Fog lifts</title><link>https://wire.example/fog</link></item></channel></rss>"
)


# ---------------------------------------------------------------- articles


def test_articles_are_listed(feeder: Feeder, newsroom: Newsroom) -> None:
    found = asked(feeder, newsroom, "articles", "list", "--json").json
    assert [set(it) for it in found] == [ARTICLE, ARTICLE]
    assert {it["title"] for it in found} == {"Rain over the coast", "Sun over the coast"}
    assert len(asked(feeder, newsroom, "articles", "list", "--limit", "1", "--json").json) == 1
    assert asked(feeder, newsroom, "articles", "list", "--source", "other", "--json").json == []
    assert "Rain over the coast" in asked(feeder, newsroom, "articles", "list").out


@pytest.mark.parametrize("state", ["withdrawn", "quarantined", "waiting"])
def test_an_empty_list_is_a_document_and_for_people_a_word(feeder: Feeder, newsroom: Newsroom, state: str) -> None:
    assert asked(feeder, newsroom, "articles", "list", "--state", state, "--json").json == []
    said = asked(feeder, newsroom, "articles", "list", "--state", state)
    assert said.out == ""
    assert said.err.startswith(("None", "No "))


def test_what_is_in_quarantine_is_listed_with_its_reason(feeder: Feeder, newsroom: Newsroom) -> None:
    (newsroom.articles / "noise.txt").write_bytes(bytes(range(256)))
    newsroom.command("run", "--once")
    (found,) = asked(feeder, newsroom, "articles", "list", "--state", "quarantined", "--json").json
    assert set(found) == {"source", "key", "state", "reason", "article", "since", "at", "again"}
    assert (found["key"], found["state"]) == ("noise.txt", "quarantined")
    assert found["reason"] in asked(feeder, newsroom, "articles", "list", "--state", "quarantined").out
    facts = asked(feeder, newsroom, "status", "--json", status=1).json
    assert facts["quarantine"][0]["key"] == "noise.txt"
    assert any(it.startswith("source newsroom: 1 in quarantine; feeder articles list") for it in facts["problems"])


def test_an_article_is_shown_by_its_id_its_slug_a_part_of_it_and_its_file(
    feeder: Feeder, newsroom: Newsroom
) -> None:
    shown = asked(feeder, newsroom, "articles", "show", "rain", "--json").json
    assert set(shown) == ARTICLE | {"content", "origins", "warnings", "feeds", "keys", "revisions"}
    assert (shown["feeds"], [it["kind"] for it in shown["revisions"]]) == (["all"], ["published"])
    for name in (shown["id"], shown["slug"], shown["keys"][0]["key"]):
        assert asked(feeder, newsroom, "articles", "show", name, "--json").json == shown
    people = asked(feeder, newsroom, "articles", "show", "rain").out
    assert "Rain over the coast" in people
    assert shown["id"] in people


def test_an_article_is_withdrawn_once_and_brought_back(feeder: Feeder, newsroom: Newsroom) -> None:
    first = asked(feeder, newsroom, "articles", "withdraw", "rain", "--json").json
    assert set(first) == {"id", "slug", "withdrawn", "changed"}
    assert (first["withdrawn"], first["changed"]) == (True, True)
    assert asked(feeder, newsroom, "articles", "withdraw", "rain", "--json").json["changed"] is False
    (left,) = asked(feeder, newsroom, "articles", "list", "--json").json
    assert left["title"] == "Sun over the coast"
    back = asked(feeder, newsroom, "articles", "withdraw", "rain", "--undo", "--json").json
    assert (back["withdrawn"], back["changed"]) == (False, True)
    assert len(asked(feeder, newsroom, "articles", "list", "--json").json) == 2


def test_a_name_of_several_articles_names_them(feeder: Feeder, newsroom: Newsroom) -> None:
    said = asked(feeder, newsroom, "articles", "show", "coast", status=2)
    assert "not the name of one article but of several" in said.err
    assert "rain-over-the-coast" in said.err


# ---------------------------------------------------------------- add


def test_an_article_is_taken_in_from_standard_input(feeder: Feeder, empty: Newsroom) -> None:
    text = b"A headline of its own\n\nThe council met on Monday and agreed on nothing at all.\n"
    said = feeder("add", "-", "--json", "--config", empty.config, stdin=text)
    assert set(said.json) == {"outcome", "id", "slug", "title"}
    assert (said.json["outcome"], said.json["title"]) == ("published", "A headline of its own")
    again = feeder("add", "-", "--json", "--config", empty.config, stdin=text)
    assert (again.status, again.json["id"]) == (0, said.json["id"])
    assert len(asked(feeder, empty, "articles", "list", "--json").json) == 1


@pytest.mark.parametrize(
    ("what", "status"),
    [("nowhere.txt", 2), ("http://127.0.0.1:9/none", 1), ("http://192.168.7.7/private", 1)],
)
def test_what_is_not_there_or_may_not_be_reached_cannot_be_taken_in(
    feeder: Feeder, empty: Newsroom, what: str, status: int
) -> None:
    said = asked(feeder, empty, "add", what, status=status)
    assert said.err.startswith("feeder: ")
    assert what in said.err
    assert len(said.err.splitlines()) == 1


def test_a_file_of_a_source_is_that_source_s_however_it_is_taken_in(feeder: Feeder, empty: Newsroom) -> None:
    path = empty.story("one.txt", "A headline of its own")
    said = feeder("add", path, "--json", "--config", empty.config)
    feeder("run", "--once", "--config", empty.config)
    (only,) = asked(feeder, empty, "articles", "list", "--json").json
    assert (only["id"], only["source"]) == (said.json["id"], "newsroom")


def test_an_address_that_is_taken_in_keeps_its_secrets(feeder: Feeder, empty: Newsroom) -> None:
    page = b"<title>A headline of its own</title><p>The council met on Monday and agreed on nothing at all.</p>"
    with Receiver(answer(200, page, (("Content-Type", "text/html"),))) as receiver:
        said = feeder("add", f"{receiver.url}?token=canary7c1f", "--json", "--config", empty.config)
    assert said.json["title"] == "A headline of its own"
    shown = asked(feeder, empty, "articles", "show", said.json["slug"], "--json")
    assert "canary7c1f" not in shown.out + said.out


@pytest.mark.parametrize("kind", ["application/rss+xml", "text/xml", "text/html", "application/octet-stream"])
def test_a_feed_is_no_article_and_is_told_how_it_is_taken_in(feeder: Feeder, empty: Newsroom, kind: str) -> None:
    with Receiver(answer(200, FEED, (("Content-Type", kind),))) as server:
        said = asked(feeder, empty, "add", server.url, status=2)
        first, second, last = said.err.splitlines()
        assert (first, "is a feed" in last) == ("sources:", True)
        assert second.endswith(f': {{type: feed, url: "{server.url}"}}')
        hidden = asked(feeder, empty, "add", f"{server.url}?token=canary7c1f", status=2)
    assert "canary7c1f" not in hidden.err
    assert asked(feeder, empty, "articles", "list", "--json").json == []


def test_what_cannot_be_read_is_said_in_one_line(feeder: Feeder, empty: Newsroom) -> None:
    said = feeder("add", "-", "--config", empty.config, stdin=bytes(range(256)))
    assert said.status == 1
    assert len(said.err.splitlines()) == 1


# ---------------------------------------------------------------- status, check, publish, init, version


def test_status_tells_how_everything_stands(feeder: Feeder, newsroom: Newsroom) -> None:
    facts = asked(feeder, newsroom, "status", "--json").json
    assert set(facts) == {
        *("daemon", "store", "articles", "sources", "feeds", "webhooks", "hub", "subscribers"),
        *("backlog", "held", "dead"),
        *("oldest_undelivered", "replays", "leases_lost", "quarantine", "problems"),
    }
    assert (facts["daemon"], facts["articles"], facts["backlog"]) == (None, {"live": 2}, 2)
    assert [set(it) for it in facts["webhooks"]] == [WEBHOOK]
    assert set(facts["sources"][0]) == {
        *("name", "looked_at", "next", "shown", "seen", "read", "waiting", "quarantined", "gone", "articles"),
        *("untold", "owed", "failures", "rest", "gap", "note", "error"),
    }
    assert set(facts["feeds"][0]) == {"name", "articles", "changed"}
    assert "All well." in asked(feeder, newsroom, "status").out


def test_check_looks_at_everything_and_changes_and_sends_nothing(
    feeder: Feeder, empty: Newsroom, receiver: Receiver
) -> None:
    before = sorted(empty.folder.rglob("*"))
    checked = asked(feeder, empty, "check", "--json").json
    assert set(checked) == {"well", "checks"}
    assert [set(it) for it in checked["checks"]] == [{"what", "name", "well", "problem"}] * 5
    kinds = [it["what"] for it in checked["checks"]]
    assert kinds == ["configuration", "store", "output", "source", "webhook"]
    assert (sorted(empty.folder.rglob("*")), receiver.heard) == (before, [])
    assert [line.split()[:2] for line in asked(feeder, empty, "check").out.splitlines()] == [
        ["ok", it] for it in kinds
    ]


def test_the_public_key_of_a_webhook_can_be_found_and_its_private_key_cannot(
    feeder: Feeder, empty: Newsroom, receiver: Receiver
) -> None:
    private = "6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc="
    public = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
    partner = {"type": "json", "url": receiver.url, "secret": [SECRET, f"whsk_{private}"]}
    empty.configure(webhooks={"partner": partner, "plain": partner | {"secret": SECRET}})
    (first, second) = asked(feeder, empty, "webhooks", "list", "--json").json
    assert (first["public_keys"], second["public_keys"]) == ([public], [])
    said = [asked(feeder, empty, *words).out for words in (["webhooks", "list"], ["check"], ["check", "--json"])]
    assert all(f"public key {public}" in one for one in said)
    said += [asked(feeder, empty, *words).out for words in (["webhooks", "test", "partner"], ["status", "--json"])]
    assert all(word not in "".join(said) for word in (private, SECRET.removeprefix("whsec_")))


def test_check_says_what_is_wrong(feeder: Feeder, empty: Newsroom) -> None:
    empty.articles.rmdir()
    checked = asked(feeder, empty, "check", "--json", status=1).json
    assert checked["well"] is False
    (bad,) = [it for it in checked["checks"] if not it["well"]]
    assert bad["what"] == "source"
    assert "cannot be looked at" in bad["problem"]


def test_check_asks_all_sources_at_once_and_tells_of_them_in_their_order(feeder: Feeder, empty: Newsroom) -> None:
    together = threading.Barrier(4, timeout=60)

    def behave(line: Line) -> bool:
        together.wait()  # until all of them ask, nobody gets an answer
        return answer(200, FEED, (("Content-Type", "application/rss+xml"),))(line)

    names = ["wire", "agency", "city", "post"]
    with Receiver(behave) as server:
        empty.configure(sources={name: {"type": "feed", "url": f"{server.url}{name}"} for name in names})
        checked = asked(feeder, empty, "check", "--json").json["checks"]
    assert [it["name"].split()[0] for it in checked if it["what"] == "source"] == names


def test_a_source_that_fails_is_told_of_once(feeder: Feeder, empty: Newsroom) -> None:
    empty.articles.rmdir()
    said = asked(feeder, empty, "run", "--once", status=1)
    assert [line.count("cannot be looked at") for line in said.err.splitlines() if "feeder:" in line] == [1]


def test_a_source_that_fails_again_and_again_is_told_to_who_asks(
    feeder: Feeder, empty: Newsroom, receiver: Receiver
) -> None:
    ops = {"type": "json", "url": receiver.url, "secret": SECRET, "on": ["source.failing", "source.recovered"]}
    empty.configure(webhooks={"ops": ops})
    empty.articles.rmdir()
    for _ in range(4):
        asked(feeder, empty, "run", "--once", status=1)
    empty.articles.mkdir()
    asked(feeder, empty, "run", "--once")
    told = [json.loads(heard.body) for heard in receiver.heard]
    assert [it["type"] for it in told] == ["source.failing", "source.recovered"]
    assert told[0]["data"]["text"].startswith("source newsroom failed 3 times in a row: the folder ")


def test_publish_writes_every_feed_from_the_store(feeder: Feeder, newsroom: Newsroom) -> None:
    published = asked(feeder, newsroom, "publish", "--json").json
    assert published == {
        "written": 9,
        "unchanged": 0,
        "removed": 0,
        "problems": [],
        "folder": str(newsroom.feeds),
    }
    assert sorted(newsroom.titles()) == ["Rain over the coast", "Sun over the coast"]
    assert "0 written, 9 unchanged" in asked(feeder, newsroom, "publish").out


def test_init_makes_a_newsroom_that_is_well_and_changes_nothing_that_is_there(
    feeder: Feeder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SAMPLE_SECRET", raising=False)
    made = feeder("init", tmp_path / "post", "--json").json["made"]
    assert str(tmp_path / "post" / "config.yaml") in made
    assert {it.name for it in (tmp_path / "post").iterdir()} == {"config.yaml", "articles", "feeds"}
    before = {it: it.stat().st_mtime_ns for it in tmp_path.rglob("*")}
    said = feeder("init", tmp_path / "post")
    assert (said.status, said.out) == (2, "")
    assert "is there already" in said.err
    assert {it: it.stat().st_mtime_ns for it in tmp_path.rglob("*")} == before


def test_version_is_said(feeder: Feeder) -> None:
    assert feeder("version").out == feeder("--version").out == f"feeder {__version__}\n"
    assert feeder("version", "--json").json == {"version": __version__}
