"""The sample articles at the top of the repository: what a new user sees first."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from feeder.extractors import read
from feeder.model.document import Reading  # noqa: TC001 - hypothesis looks at it
from tests.extractors.paper import document, hints

SAMPLES = Path(__file__).parents[2] / "articles"
KINDS = {".txt": "text/plain", ".md": "text/markdown", ".html": "text/html"}


def sample(name: str) -> Reading:
    path = SAMPLES / name
    return read(document(path.read_bytes(), KINDS[path.suffix], name), hints(datetime(2026, 3, 1, tzinfo=UTC)))


def test_every_sample_is_read_without_a_warning() -> None:
    for path in SAMPLES.iterdir():
        reading = sample(path.name)
        assert reading.warnings == (), path.name
        assert reading.content.language == "en"
        assert reading.content.summary


def test_the_wire_sample_has_its_place_and_day() -> None:
    reading = sample("library-lends-tools.txt")
    assert reading.content.title == "Town library lends drills and saws beside its novels"
    assert (reading.content.place, reading.published) == ("Hasselt", date(2026, 1, 14))
    assert reading.content.html.count("<p>") == 4


def test_the_plain_sample_has_a_title_and_states_no_day() -> None:
    reading = sample("night-train-window.txt")
    assert reading.content.title == "The quiet arithmetic of a night train"
    assert reading.published is None


def test_the_markdown_sample_has_categories_and_a_table() -> None:
    reading = sample("how-an-outbox-works.md")
    assert reading.content.categories == ("Technology", "How it works")
    assert reading.published == datetime(2026, 2, 3, 8, tzinfo=UTC)
    assert reading.slug == "how-an-outbox-works"
    assert "<table>" in reading.content.html


def test_the_page_sample_is_its_article_alone() -> None:
    reading = sample("repair-cafe.html")
    assert reading.content.title == "The repair cafe counts its thousandth toaster"
    assert reading.published == datetime(2026, 1, 31, 15, 30, tzinfo=UTC)
    assert reading.content.categories == ("Neighbourhood", "Repairs")
    assert "<h1>" not in reading.content.html
    assert reading.content.html.count("<li>") == 3
