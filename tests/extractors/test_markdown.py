"""Markdown, its front matter in five forms, and what it must not become."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from feeder.errors import NotYet, Unreadable
from feeder.extractors import read
from feeder.model.article import Person
from feeder.model.document import Reading  # noqa: TC001 - a function of the test returns it
from tests.extractors.paper import document, hints

BODY = "\n\nThe library lends **drills** from this week, see [the list](/tools?all=1).\n\n![A drill](drill.jpg)\n"
HEADS = {
    "yaml": """---
title: "Tools: on loan"
date: 2026-01-14
authors: [Nellie Bly, Ida B. Wells]
tags: [tools, loans]
---""",
    "toml": """+++
title = "Tools: on loan"
date = 2026-01-14
authors = ["Nellie Bly", "Ida B. Wells"]
tags = ["tools", "loans"]
+++""",
    "json": """{"title": "Tools: on loan", "date": "2026-01-14",
"authors": ["Nellie Bly", "Ida B. Wells"], "tags": ["tools", "loans"]}""",
    "semicolons": """;;;
{"title": "Tools: on loan", "date": "2026-01-14", "author": "Nellie Bly, Ida B. Wells", "tags": "tools, loans"}
;;;""",
    "pelican": """Title: Tools: on loan
Date: 2026-01-14
Authors: Nellie Bly, Ida B. Wells
Tags: tools, loans""",
    "broken yaml": """---
title: Tools: on loan
date: 2026-01-14
author: Nellie Bly and Ida B. Wells
tags: tools, loans
---""",
}


def markdown(text: str, key: str = "tools.md", zone: str = "UTC") -> Reading:
    return read(document(text, "text/markdown", key), hints(zone=zone))


@pytest.mark.parametrize("form", sorted(HEADS))
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_form_of_front_matter_says_the_same(form: str, end: str) -> None:
    reading = markdown("\ufeff" + (HEADS[form] + BODY).replace("\n", end))
    content = reading.content
    assert content.title == "Tools: on loan"
    assert reading.published == date(2026, 1, 14)
    assert content.authors == (Person("Nellie Bly"), Person("Ida B. Wells"))
    assert content.categories == ("tools", "loans")
    assert content.summary == "The library lends drills from this week, see the list."
    assert dict(reading.origins)["title"] == "front matter"
    assert bool(reading.warnings) == (form == "broken yaml")


def test_addresses_become_absolute_against_the_article_itself() -> None:
    html = markdown("---\ntitle: x\nurl: /2026/tools/\nimage: cover.png\n---" + BODY).content
    assert html.url == "https://post.example/2026/tools/"
    assert html.image == "https://post.example/2026/tools/cover.png"
    assert 'href="https://post.example/tools?all=1"' in html.html
    assert 'src="https://post.example/2026/tools/drill.jpg"' in html.html


def test_the_first_heading_is_the_title_and_leaves_the_body() -> None:
    content = markdown("Opening words.\n\n# The *real* title, `code` and all\n\n## A part\n\nText.").content
    assert content.title == "The real title, code and all"
    assert "<h1>" not in content.html
    assert "<h2>A part</h2>" in content.html


def test_a_heading_that_repeats_the_front_matter_leaves_the_body() -> None:
    assert "<h1>" not in markdown("---\ntitle: A title\n---\n# A title\n\nText.").content.html
    assert "<h1>" in markdown("---\ntitle: A title\n---\n# Another\n\nText.").content.html


def test_a_file_name_gives_title_and_day_when_nothing_else_does() -> None:
    reading = markdown("Only text here.", key="posts/2026-01-10-night-train_home.md")
    assert (reading.content.title, reading.published) == ("Night train home", date(2026, 1, 10))


def test_a_bad_date_is_a_warning_and_the_file_name_is_asked() -> None:
    for bad in ("2026-02-31", "0000-01-01", "soon"):
        reading = markdown(f"---\ntitle: x\ndate: {bad}\n---\nText.", key="2026-01-10-x.md")
        assert reading.published == date(2026, 1, 10)
        assert bad in reading.warnings[0]


def test_a_date_without_a_zone_is_of_the_site() -> None:
    reading = markdown("---\ntitle: x\ndate: 2026-01-14 09:30\n---\nText.", zone="Europe/Brussels")
    assert reading.published == datetime(2026, 1, 14, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "head", ["draft: true", "draft: yes", "status: draft", "status: hidden", "published: false"]
)
def test_a_draft_waits(head: str) -> None:
    with pytest.raises(NotYet, match="draft") as caught:
        markdown(f"---\ntitle: x\n{head}\n---\nText.")
    assert caught.value.until is None


@pytest.mark.parametrize("stated", ["2026-01-16", "2026-01-16T00:00:00+01:00"])
def test_a_date_to_come_waits_until_then(stated: str) -> None:
    with pytest.raises(NotYet, match="to come") as caught:
        markdown(f"---\ntitle: x\ndate: {stated}\n---\nText.", zone="Europe/Brussels")
    assert caught.value.until == datetime(2026, 1, 15, 23, tzinfo=UTC)


@pytest.mark.parametrize("head", ["expiryDate: 2026-01-14", "expires: 2026-01-15T08:00:00Z"])
def test_what_has_expired_is_not_published_any_more(head: str) -> None:
    with pytest.raises(NotYet, match="expiry date is over") as caught:
        markdown(f"---\ntitle: x\n{head}\n---\nText.")
    assert caught.value.until is None


@pytest.mark.parametrize("head", ["expiryDate: 2026-03-01", "expiryDate: some day", "expiryDate:"])
def test_what_has_not_expired_is_published(head: str) -> None:
    assert markdown(f"---\ntitle: x\n{head}\n---\nText.").content.title == "x"


@pytest.mark.parametrize("key", ["lastmod", "modified", "updated", "last_modified_at"])
def test_the_date_of_an_update_serves_where_there_is_no_other(key: str) -> None:
    reading = markdown(f"---\ntitle: x\n{key}: 2026-01-12\n---\nText.")
    assert reading.published == date(2026, 1, 12)
    dated = markdown(f"---\ntitle: x\ndate: 2026-01-02\n{key}: 2026-01-12\n---\nText.")
    assert dated.published == date(2026, 1, 2)


def test_words_that_yaml_takes_for_other_things_stay_words() -> None:
    content = markdown("---\ntitle: 1.10\nlang: no\ncategories: [on, 2026-01-14, null]\nid: 0042\n---\nText.")
    assert content.content.title == "1.10"
    assert content.content.language == "no"
    assert content.content.categories == ("on", "2026-01-14", "null")
    assert content.native == "0042"


def test_what_hugo_jekyll_and_authors_with_addresses_write_is_understood() -> None:
    content = markdown(
        "---\ntitle: x\ncover:\n  image: /c.png\n  alt: a\n"
        "author:\n  - name: Nellie Bly\n    email: bly@post.example\n"
        "permalink: /:year/:title/\nkeywords: one, two\nlang: pt_BR\nexcerpt: Short.\n---\nText.\n"
    ).content
    assert content.image == "https://post.example/c.png"
    assert content.authors == (Person("Nellie Bly", "bly@post.example"),)
    assert content.url is None
    assert (content.categories, content.language, content.summary) == (("one", "two"), "pt-BR", "Short.")


def test_html_inside_is_made_safe_and_tables_are_kept() -> None:
    html = markdown(
        "# T\n\n<script>alert(1)</script><b onclick=x style=y>bold</b> <img src=x onerror=alert(1)>\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n"
    ).content.html
    assert "<script" not in html
    assert "alert(1)" not in html
    assert "onclick" not in html
    assert "onerror" not in html
    assert "<b>bold</b>" in html
    assert "<td>2</td>" in html


def test_a_text_without_words_is_refused() -> None:
    with pytest.raises(Unreadable, match="no text"):
        markdown("---\ntitle: x\n---\n")


@pytest.mark.parametrize(
    "head",
    [
        "---\ntitle: A plan\ndraft: true\n\nText without an end of its head.\n",
        "---\ntitle: A plan\n" + "x: y\n" * 20_000 + "draft: true\n---\nText.\n",
        "+++\ntitle = 'A plan'\ndraft = true\n\nText.\n",
    ],
)
def test_front_matter_that_never_ends_is_refused_since_it_may_say_draft(head: str) -> None:
    with pytest.raises(Unreadable, match="front matter never ends"):
        read(document(head, "text/markdown"), hints())


def test_a_draft_under_a_line_that_is_no_yaml_is_a_draft_all_the_same() -> None:
    with pytest.raises(NotYet):
        read(document("---\ntitle: A: plan: indeed\n\tdraft: true\n---\nText.\n", "text/markdown"), hints())


def test_a_line_across_the_page_at_the_top_is_no_front_matter() -> None:
    made = read(document("---\n\n# A plan\n\nText that follows it, and more of it.\n", "text/markdown"), hints())
    assert made.content.title == "A plan"
