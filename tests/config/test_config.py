from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from feeder.config import Listen
from feeder.model.delivery import Kind
from feeder.model.where import EVERYTHING
from tests.config.files import SITE, loaded, problems

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.config import OutputOptions


def test_a_title_and_an_address_are_enough(tmp_path: Path) -> None:
    config = loaded(tmp_path, SITE)
    assert config.site.author.name == "The Post"
    assert (config.site.language, config.site.timezone) == ("en", ZoneInfo("UTC"))
    assert config.store.reveal() == f"sqlite:///{tmp_path}/feeder.db"
    assert config.output.path == tmp_path / "feeds"
    assert config.output.url == "http://127.0.0.1:8000/feeds/"
    assert config.server.listen == Listen("127.0.0.1", 8000)
    assert (config.server.token, config.server.hub, config.server.receiver) == (None, True, False)
    assert config.network.allow == ()
    assert (config.sources, config.webhooks) == ({}, {})
    assert [(name, feed.title) for name, feed in config.feeds.items()] == [("all", "The Post")]


def test_the_defaults_of_a_feed_and_a_webhook(tmp_path: Path) -> None:
    config = loaded(tmp_path, SITE + "feeds:\n  all:\nwebhooks: {w: {type: hook, url: https://w.example/x}}\n")
    feed, webhook = config.feeds["all"], config.webhooks["w"]
    assert (feed.formats, feed.limit, feed.content) == (("atom", "rss", "json"), 50, "full")
    assert (feed.where, feed.for_each, feed.description) == (EVERYTHING, None, "")
    assert (webhook.where, webhook.on) == (EVERYTHING, tuple(Kind))
    assert (webhook.since, webhook.backfill, webhook.concurrency, webhook.enabled) == (None, None, 2, True)
    assert (webhook.schedule.every, webhook.schedule.cron) == (None, None)


def test_what_a_webhook_may_say(tmp_path: Path) -> None:
    entry = (
        "{type: hook, url: https://w.example/x, on: withdrawn, since: 2026-01-02, backfill: 20, cron: '@weekly'}"
    )
    webhook = loaded(tmp_path, SITE + f"webhooks: {{w: {entry}}}\n").webhooks["w"]
    assert webhook.on == (Kind.WITHDRAWN,)
    assert (webhook.since, webhook.backfill) == (date(2026, 1, 2), 20)
    assert str(webhook.schedule.cron) == "0 0 * * sun"


def test_a_key_in_python_has_an_underline_and_in_yaml_a_hyphen(tmp_path: Path) -> None:
    config = loaded(tmp_path, SITE + "sources: {s: {type: shelf, path: in, max-size: 2KiB, every: 90s}}\n")
    source = config.sources["s"]
    assert source.model_dump(include={"max_size", "path"}) == {"max_size": 2048, "path": tmp_path / "in"}
    assert source.schedule.every == timedelta(seconds=90)


def test_words_that_yaml_takes_for_something_else_stay_words(tmp_path: Path) -> None:
    config = loaded(tmp_path, "site: {title: 2026, url: https://post.example/, language: no}\n")
    assert (config.site.title, config.site.language) == ("2026", "no")


def test_the_digest_is_that_of_the_file(tmp_path: Path) -> None:
    config = loaded(tmp_path, SITE)
    assert config.path == tmp_path / "config.yaml"
    assert config.digest == hashlib.sha256(SITE.encode()).hexdigest()


def test_what_the_site_says_of_rights_and_pictures_holds_for_feeds_that_say_nothing(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        "site: {title: The Post, url: https://post.example/, rights: © The Post, icon: https://post.example/i.png}\n"
        "feeds:\n  all: {}\n  own: {rights: CC0, logo: https://post.example/l.png}\n",
    )
    assert (config.feeds["all"].rights, config.feeds["own"].rights) == ("© The Post", "CC0")
    assert config.feeds["own"].icon == config.feeds["all"].icon == "https://post.example/i.png"
    assert (config.feeds["all"].logo, config.feeds["own"].logo) == (None, "https://post.example/l.png")


def test_what_is_wrong_with_a_podcast_is_said_with_its_place(tmp_path: Path) -> None:
    podcast = "{image: https://post.example/c.svg, categories: [Newz], explicit: clean}"
    told = "\n".join(problems(tmp_path, SITE + f"feeds:\n  all:\n    podcast: {podcast}\n"))
    assert "feeds.all.podcast.image" in told
    assert 'did you mean "News"' in told
    assert "feeds.all.podcast.explicit" in told


def test_a_feed_for_each_is_titled_by_the_site_and_the_word(tmp_path: Path) -> None:
    config = loaded(tmp_path, SITE + "feeds: {by-author: {for-each: author}}\n")
    assert config.feeds["by-author"].title == "The Post: {author}"


@pytest.mark.parametrize(
    ("server", "output", "url"),
    [
        ("0.0.0.0:80", "", "http://127.0.0.1:80/feeds/"),
        ("'[::]:8000'", "", "http://[::1]:8000/feeds/"),
        ("'[::1]:8000'", "", "http://[::1]:8000/feeds/"),
        ("feeder.internal:8000", "", "http://feeder.internal:8000/feeds/"),
        ("off", "https://feeds.post.example", "https://feeds.post.example/"),
        ("off", "https://post.example/feeds//", "https://post.example/feeds/"),
    ],
)
def test_the_address_of_the_feeds_ends_in_a_slash(tmp_path: Path, server: str, output: str, url: str) -> None:
    assert _output(tmp_path, f"server: {{listen: {server}}}\noutput: {{url: {output}}}\n").url == url


def _output(folder: Path, sections: str) -> OutputOptions:
    return loaded(folder, SITE + sections).output


@pytest.mark.parametrize("key", ["hub", "receiver"])
def test_what_needs_the_server_is_not_without(tmp_path: Path, key: str) -> None:
    sections = f"server: {{listen: off, {key}: true}}\noutput: {{url: https://feeds.example/}}\n"
    (problem,) = problems(tmp_path, SITE + sections)
    assert f"server.{key}: needs the server, and server.listen is off" in problem


def test_hubs_may_be_true_or_addresses(tmp_path: Path) -> None:
    assert loaded(tmp_path, SITE + "server: {hub: yes}\n").server.hub is True
    hubs = loaded(tmp_path, SITE + "server: {hub: [https://hub.example/]}\n").server.hub
    assert hubs == ("https://hub.example/",)
    (problem,) = problems(tmp_path, SITE + "server: {hub: [https://hub.example/, hub]}\n")
    assert problem.startswith('config.yaml:2:38: server.hub[1]: "hub" is not an http or https address')


@pytest.mark.parametrize(
    ("store", "absolute"),
    [
        ("sqlite:///news.db", "sqlite:///{folder}/news.db"),
        ("sqlite:////var/lib/feeder.db", "sqlite:////var/lib/feeder.db"),
        ("postgresql://me:pass@db.example/news", "postgresql://me:pass@db.example/news"),
    ],
)
def test_the_file_of_the_store_is_found_beside_the_configuration(
    tmp_path: Path, store: str, absolute: str
) -> None:
    assert loaded(tmp_path, SITE + f"store: {store}\n").store.reveal() == absolute.format(folder=tmp_path)


def test_a_configuration_cannot_be_changed(tmp_path: Path) -> None:
    config = loaded(tmp_path, SITE)
    with pytest.raises(ValueError, match="frozen"):
        config.site.title = "Another"
    with pytest.raises(AttributeError):
        config.digest = ""  # type: ignore[misc]
