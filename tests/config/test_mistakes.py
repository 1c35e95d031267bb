from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeder.config import load
from feeder.errors import ConfigError
from tests.config.files import SITE, loaded, problems

if TYPE_CHECKING:
    from pathlib import Path

ONE_MISTAKE = {
    "a misspelt key": (
        SITE + "webhoks: {}\n",
        'config.yaml:2:1: webhoks: unknown key; did you mean "webhooks"?',
    ),
    "a misspelt key of a kind": (
        SITE + "sources:\n  news: {type: shelf, path: x, max_size: 1KiB}\n",
        'config.yaml:3:32: sources.news.max_size: unknown key; did you mean "max-size"?',
    ),
    "a key like no other": (
        SITE + "server: {xyz: 1}\n",
        "config.yaml:2:10: server.xyz: unknown key; there are hub, listen, receiver, rss-cloud, token, url",
    ),
    "a key without its value": (
        "site:\n  title:\n  url: https://post.example/\n",
        "config.yaml:2:9: site.title: is missing, and there is no default for it",
    ),
    "a missing key": (
        "server: {listen: off}\noutput: {url: http://a.example}\nsite:\n  title: The Post\n",
        "config.yaml:3:1: site.url: is missing, and there is no default for it",
    ),
    "a key given twice": (
        SITE + "server:\n  hub: true\n  hub: false\n",
        "config.yaml:4:3: server.hub: is given a second time; the first is in line 3",
    ),
    "a wrong number": (
        SITE + "feeds: {all: {limit: many}}\n",
        'config.yaml:2:22: feeds.all.limit: "many" is not a whole number',
    ),
    "a number too small": (
        SITE + "feeds: {all: {limit: 0}}\n",
        'config.yaml:2:22: feeds.all.limit: "0" is too small; the least is 1',
    ),
    "a wrong duration": (
        SITE + "sources: {desk: {type: push, every: 10 minutes}}\n",
        'config.yaml:2:37: sources.desk.every: "10 minutes" is not a duration; write one as 30s, 10m, 2h or 1d',
    ),
    "a schedule that never rests": (
        SITE + "sources: {desk: {type: push, every: 0s}}\n",
        "config.yaml:2:37: sources.desk.every: is too often; the least is 1s",
    ),
    "two schedules": (
        SITE + 'sources:\n  desk: {type: push, every: 10m, cron: "@daily"}\n',
        "config.yaml:3:40: sources.desk.cron: stands beside every; keep one of the two",
    ),
    "a wrong cron line": (
        SITE + "sources: {desk: {type: push, cron: 0 25 * * *}}\n",
        'config.yaml:2:36: sources.desk.cron: "0 25 * * *" has 25 as hour, which goes from 0 to 23',
    ),
    "an unknown type": (
        SITE + "sources: {desk: {type: pusch}}\n",
        'config.yaml:2:24: sources.desk.type: unknown type "pusch"; did you mean "push"? (there are push, shelf)',
    ),
    "no type": (
        SITE + "sources:\n  desk: {every: 1m}\n",
        "config.yaml:3:3: sources.desk.type: is missing; there are push, shelf",
    ),
    "an entry that is no mapping": (
        SITE + "sources:\n  desk: push\n",
        'config.yaml:3:9: sources.desk: "push" must be made of "key: value" lines, with a type: among them',
    ),
    "a section that is no mapping": (
        SITE + "server: [8000]\n",
        'config.yaml:2:9: server: must be made of "key: value" lines',
    ),
    "a name with a space": (
        SITE + "feeds: {All of it: {}}\n",
        "config.yaml:2:9: feeds.All of it: is no name; take up to 64 of a-z, 0-9, - and _, no sign first",
    ),
    "a name that the output needs": (
        SITE + "feeds: {index: {}}\n",
        "config.yaml:2:9: feeds.index: is a name of feeder's own files (archive, articles, index); take another",
    ),
    "an unknown word": (
        SITE + "feeds: {all: {formats: [atom, rsss]}}\n",
        'config.yaml:2:31: feeds.all.formats[1]: "rsss" is not known; did you mean "rss"?',
    ),
    "braces without quotes": (
        SITE + "feeds: {by: {for-each: category, title: {category}}}\n",
        "config.yaml:2:41: feeds.by.title: must be a text; quote it if it begins with { or [",
    ),
    "one title for many feeds": (
        SITE + 'feeds: {by: {for-each: category, title: "{catgory}"}}\n',
        'config.yaml:2:41: feeds.by.title: needs "{category}" in it, to tell one feed from the next',
    ),
    "a source that is not there": (
        SITE + "sources: {desk: {type: push}}\nfeeds: {all: {where: {source: dask}}}\n",
        'config.yaml:3:31: feeds.all.where.source: "dask" is no configured source; did you mean "desk"?',
    ),
    "a wrong regular expression": (
        SITE + 'feeds: {all: {where: {not: {any: [title: "/*/"]}}}}\n',
        'config.yaml:2:42: feeds.all.where.not.any[0].title: "/*/" is not a regular expression: nothing to repeat',
    ),
    "an unknown word of where": (
        SITE + "feeds: {all: {where: {any: [{titel: x}]}}}\n",
        'config.yaml:2:30: feeds.all.where.any[0].titel: unknown key; did you mean "title"?',
    ),
    "a where that says nothing": (
        SITE + "feeds: {all: {where: {category: []}}}\n",
        "config.yaml:2:33: feeds.all.where.category: is an empty list; name something, or leave the key out",
    ),
    "a wrong time zone": (
        "site: {title: x, url: https://post.example/, timezone: Europe/Brussel}\n",
        'config.yaml:1:56: site.timezone: "Europe/Brussel" is not a time zone; did you mean "Europe/Brussels"?',
    ),
    "a date that is a number": (
        SITE + "webhooks: {w: {type: hook, url: https://w.example/, since: 20260101}}\n",
        'config.yaml:2:60: webhooks.w.since: "20260101" is not a date; write one as 2026-01-31',
    ),
    "a place nobody can listen at": (
        SITE + "server: {listen: 8000}\n",
        'config.yaml:2:18: server.listen: "8000" is not a place to listen; write one as 127.0.0.1:8000, or off',
    ),
    "bits beyond the prefix": (
        SITE + "network: {allow: [10.0.0.1/8]}\n",
        'config.yaml:2:19: network.allow[0]: "10.0.0.1/8" has bits beyond its prefix; did you mean "10.0.0.0/8"?',
    ),
    "no server and no address": (
        SITE + "server: {listen: off}\n",
        "config.yaml:1:1: output.url: is missing; with server.listen off, say where the folder is published",
    ),
    "an unknown database": (
        SITE + "store: mysql://me:canary@host/x\n",
        "config.yaml:2:8: store: is no store; write sqlite:///feeder.db or postgresql://user:password@host/name",
    ),
    "cron without quotes": (
        SITE + "sources: {desk: {type: push, cron: */5 * * * *}}\n",
        'config.yaml:2:37: a value that begins with * or & needs quotes, as in "*/5 * * * *"',
    ),
    "a nickname without quotes": (
        SITE + "sources: {desk: {type: push, cron: @daily}}\n",
        "config.yaml:2:36: a value that begins with @, ` or % needs quotes",
    ),
    "a tab": (
        "site:\n\ttitle: x\n",
        "config.yaml:2:1: a tab stands where YAML wants spaces; indent with spaces",
    ),
    "a quote that stays open": (
        'site:\n  title: "x\n  url: https://post.example/\n',
        "config.yaml:2:10: a quote is opened here and never closed",
    ),
    "a bracket that stays open": (
        SITE + "feeds: {all: {}\n",
        "config.yaml:2:8: a bracket is opened here and not closed, or a comma is missing",
    ),
    "a wrong indentation": (
        "site:\n    title: x\n  url: y\n",
        "config.yaml:3:3: this does not fit the lines above; mend the indentation, a quote or a bracket",
    ),
    "a colon too many": (
        "site: {}\nstore: a: b\n",
        'config.yaml:2:9: a ":" stands where none can; quote the value or mend the indentation',
    ),
    "two documents": (SITE + "---\n" + SITE, "config.yaml:2:1: there can be only one document"),
    "an alias of nothing": (
        "site: *canary\n",
        "config.yaml:1:7: this names nothing above; quote a value that begins with *",
    ),
    "a tag": (
        "site: !!python/object:os.system {}\n",
        "config.yaml:1:7: a tag such as !this has no meaning here; quote a value that begins with !",
    ),
    "a key that is a list": (
        SITE + "[a, b]: c\n",
        "config.yaml:2:1: a key must be a word; quote a value that begins with { or [",
    ),
    "a list for a file": ("- a\n- b\n", 'config.yaml:1:1: must be made of "key: value" lines'),
    "an empty file": ("# nothing yet\n", 'config.yaml:1:1: is empty; "feeder init" writes one to begin with'),
    "a control character": ("site:\n  title: a\x01b\n", "config.yaml:2:11: a control character cannot stand here"),
    "an escaped control character": (
        'site: {title: "a\\0b", url: https://post.example/}\n',
        "config.yaml:1:15: site.title: holds a control character",
    ),
    "deep brackets": ("a: " + "[" * 10_000, "config.yaml:1:28: this is nested more than 24 levels deep"),
}


@pytest.mark.parametrize(("content", "problem"), ONE_MISTAKE.values(), ids=ONE_MISTAKE)
def test_a_mistake_is_told_with_its_place_and_what_would_be_right(
    tmp_path: Path, content: str, problem: str
) -> None:
    assert problems(tmp_path, content) == [problem]


def test_all_problems_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    content = """\
site:
  titel: The Post
  url: post.example
store: ${STORE}
sources:
  desk: {type: pusch}
  disk: {type: shelf, every: soon}
feeds:
  all: {limit: 0, limit: 1}
webhooks:
  w: {type: hook, on: [publishd]}
"""
    assert problems(tmp_path, content) == [
        "config.yaml:1:1: site.title: is missing, and there is no default for it",
        'config.yaml:2:3: site.titel: unknown key; did you mean "title"?',
        'config.yaml:3:8: site.url: "post.example" is not an http or https address; write it as https://host/path',
        "config.yaml:4:8: store: the environment variable STORE is not set; set it, or write ${STORE:-a default}",
        'config.yaml:6:16: sources.desk.type: unknown type "pusch"; did you mean "push"? (there are push, shelf)',
        "config.yaml:7:3: sources.disk.path: is missing, and there is no default for it",
        'config.yaml:7:30: sources.disk.every: "soon" is not a duration; write one as 30s, 10m, 2h or 1d',
        'config.yaml:9:16: feeds.all.limit: "0" is too small; the least is 1',
        "config.yaml:9:19: feeds.all.limit: is given a second time; the first is in line 9",
        "config.yaml:11:3: webhooks.w.url: is missing, and there is no default for it",
        'config.yaml:11:24: webhooks.w.on[0]: "publishd" is not known; did you mean "published"?',
    ]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r'config.yaml:1:1: there is no such file; "feeder init" writes one'):
        load(tmp_path / "config.yaml", sources={}, webhooks={}, environ={})


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(tmp_path, sources={}, webhooks={}, environ={})


def test_a_file_that_is_not_utf_8_is_told_where(tmp_path: Path) -> None:
    content = "site:\n  title: Le Canard enchaîné\n".encode("latin-1")
    assert problems(tmp_path, content) == ["config.yaml:2:25: is not UTF-8 here; save the file as UTF-8"]


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert loaded(tmp_path, b"\xef\xbb\xbf" + SITE.encode()).site.title == "The Post"


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    content = SITE + "#" * 300_000
    assert problems(tmp_path, content) == ["config.yaml:1:1: is longer than 256 KiB, which no configuration needs"]


def test_aliases_that_multiply_are_refused(tmp_path: Path) -> None:
    lines = (
        f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    (problem,) = problems(tmp_path, "a: &a [x]\n" + "".join(lines))
    assert "aliases repeat too often" in problem


def test_an_alias_is_the_same_value_again(tmp_path: Path) -> None:
    feeds = "feeds:\n  a: &usual {limit: 7}\n  b: *usual\n"
    assert loaded(tmp_path, SITE + feeds).feeds["b"].limit == 7


WORDS = st.sampled_from([
    "site:", "title:", "url:", "https://post.example/", "sources:", "desk:", "type:", "push", "shelf", "path:",
    "feeds:", "all:", "where:", "category:", "not:", "any:", "/x/i", "webhooks:", "w:", "hook", "every:", "10m",
    "cron:", '"@daily"', "${X}", "${", "$${", "- ", "[", "]", "{", "}", ", ", "\n", "\n  ", "\n    ", "&a ", "*a",
    '"', "'", "#", "|", ">", "!", "%", "@", "\t", "on:", "off", "~", "? ", ": ", "server:", "listen:", "store:",
])  # fmt: skip


@given(st.one_of(st.binary(), st.text().map(str.encode), st.lists(WORDS).map("".join).map(str.encode)))
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_are_a_configuration_or_told_as_wrong(tmp_path: Path, content: bytes) -> None:
    _config_or_problems(tmp_path, content)


def _nested(children: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.lists(children, max_size=3) | st.dictionaries(_KEYS, children, max_size=5)


_KEYS = st.text(max_size=5) | st.sampled_from([
    "site", "title", "url", "sources", "feeds", "webhooks", "store", "output", "path", "server", "listen", "hub",
    "token", "network", "allow", "desk", "all", "type", "every", "cron", "where", "category", "not", "any",
    "source", "on", "since", "backfill", "limit", "formats", "for-each", "timezone", "author",
])  # fmt: skip
_SCALARS = st.text(max_size=12) | st.sampled_from(
    ["push", "hook", "off", "${X}", "1m", "https://post.example", "/a/"]
)


@given(st.dictionaries(_KEYS, st.recursive(_SCALARS, _nested, max_leaves=20)))
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], deadline=None)
def test_any_yaml_is_a_configuration_or_told_as_wrong(tmp_path: Path, data: dict[str, object]) -> None:
    _config_or_problems(tmp_path, _flow(data).encode("utf-8", "surrogatepass"))


def _flow(data: object) -> str:
    if isinstance(data, dict):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(value)}" for key, value in data.items()) + "}"
    if isinstance(data, list):
        return "[" + ", ".join(map(_flow, data)) + "]"
    return "'" + str(data).replace("'", "''") + "'"


def _config_or_problems(folder: Path, content: bytes) -> None:
    told = problems(folder, content)
    assert all(re.match(r"config\.yaml:\d+:\d+: ", problem) for problem in told)
    assert not any("pydantic" in problem or "Input should" in problem for problem in told)
