"""The documents of the corpus, built once, as trees and as bytes."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from feeder.formats import FORMATS
from tests.feeds_rules.corpus import ALL, FEEDS
from tests.formats.reading import xml
from tests.formats.samples import article

if TYPE_CHECKING:
    from feeder.model.article import Content

A = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"
ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
PODCAST = "{https://podcastindex.org/namespace/1.0}"
MEDIA = "{http://search.yahoo.com/mrss/}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
GRAMMAR = Path(__file__).parents[3] / "shared" / "atom.rng"

each_format = pytest.mark.parametrize("form", sorted(FORMATS))
each_feed = pytest.mark.parametrize("name", sorted(FEEDS))


@cache
def body(form: str, name: str = "full") -> bytes:
    """The whole corpus in one feed."""
    built = FORMATS[form].build(FEEDS[name], ALL)
    assert built.skipped == ()
    return built.body


def atom(name: str = "full") -> Any:
    return xml(body("atom", name))


def channel(name: str = "full") -> Any:
    return xml(body("rss", name)).find("channel")


def document(name: str = "full") -> Any:
    return json.loads(body("json", name))


def entry(content: Content, name: str = "full") -> Any:
    """The one entry of an Atom feed."""
    return xml(FORMATS["atom"].build(FEEDS[name], [article(1, content)]).body).find(f"{A}entry")


def item(content: Content, name: str = "full") -> Any:
    """The one item of an RSS feed."""
    return xml(FORMATS["rss"].build(FEEDS[name], [article(1, content)]).body).find("channel/item")


@cache
def grammar() -> etree.RelaxNG:
    if not GRAMMAR.exists():
        pytest.skip(f"the grammar of RFC 4287 is not at {GRAMMAR}")
    return etree.RelaxNG(etree.parse(GRAMMAR))
