"""The colours of our pages, in daylight and at night: https://www.w3.org/TR/WCAG22/#contrast-minimum"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from feeder import formats

STYLE = (Path(formats.__file__).parent / "templates" / "style.css").read_text("utf-8")
DAY, NIGHT = (
    dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", block)) for block in re.findall(r":root \{([^}]*)\}", STYLE)
)


def luminance(colour: str) -> float:
    """Relative, between 0 and 1."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (it / 12.92 if it <= 0.04045 else ((it + 0.055) / 1.055) ** 2.4 for it in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [DAY, NIGHT], ids=["day", "night"])
@pytest.mark.parametrize("ground", ["paper", "soft"])
def test_words_can_be_read_and_edges_be_seen(colours: dict[str, str], ground: str) -> None:
    assert set(DAY) == set(NIGHT)
    for name in ("text", "quiet", "link"):
        assert contrast(colours[name], colours[ground]) >= 4.5, name
    assert contrast(colours["edge"], colours[ground]) >= 3


def test_the_measure_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_no_colour_stands_outside_the_two_sets() -> None:
    beyond = re.sub(r":root \{[^}]*\}", "", STYLE)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", beyond) == ["#000"]  # behind films
