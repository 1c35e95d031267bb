"""Texts of many layouts beside what a reader must find in them."""

from __future__ import annotations

import json
import re
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from feeder.extractors import read
from tests.extractors.paper import document, hints

DATA = Path(__file__).parent / "data"
SEED = Path(__file__).parents[3] / "shared" / "seed"
PLAIN = ("title", "publisher", "tagline", "caption", "place", "language", "summary")


def paragraphs(html: str) -> list[str]:
    return [unescape(text) for text in re.findall(r"<p>(.*?)</p>", html, re.DOTALL)]


@pytest.mark.parametrize("path", sorted(DATA.glob("*.json")), ids=lambda path: path.stem)
def test_a_text_is_read_as_its_expectation_says(path: Path) -> None:
    want: dict[str, Any] = json.loads(path.read_text())
    arrived = datetime.fromisoformat(want.get("arrived", "2026-01-15T09:00:00+00:00"))
    reading = read(document(path.with_suffix(".txt").read_bytes(), key=path.stem + ".txt"), hints(arrived=arrived))
    content, body = reading.content, paragraphs(reading.content.html)

    assert {name: getattr(content, name) for name in PLAIN if name in want} == {
        n: want[n] for n in PLAIN if n in want
    }
    assert "published" not in want or (reading.published and reading.published.isoformat()) == want["published"]
    assert "authors" not in want or [person.name for person in content.authors] == want["authors"]
    assert "categories" not in want or list(content.categories) == want["categories"]
    assert body[0].startswith(want["first"])
    assert body[-1].endswith(want["last"])
    assert len(body) == want["paragraphs"]
    assert [text for text in want.get("absent", ()) if text in content.html] == []
    assert [text for text in want.get("noted", ()) if text not in content.notes] == []
    assert want.get("warned", "") in " ".join(reading.warnings)


@pytest.mark.skipif(not SEED.is_dir(), reason=f"the real articles are not at {SEED}")
def test_the_real_articles_are_read_as_their_publishers_meant_them() -> None:
    for path in sorted(SEED.glob("*.json")):
        want = json.loads(path.read_text())
        reading = read(document(path.with_suffix(".txt").read_bytes()), hints())
        content, body = reading.content, paragraphs(reading.content.html)
        for name in ("title", "publisher", "tagline", "caption", "place", "language"):
            assert getattr(content, name) == want[name], name
        assert reading.published is not None
        assert reading.published.isoformat() == want["published"]
        assert content.authors == ()
        assert len(body) == want["paragraphs"]
        assert body[0].startswith(want["first_paragraph_begins"])
        assert body[-1].endswith(want["last_paragraph_ends"])
        assert body[0].startswith(content.summary.removesuffix("…")[:250])
        assert [text for text in want["must_not_be_in_the_body"] if text in content.html] == []
