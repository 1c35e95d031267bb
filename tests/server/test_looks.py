"""Our pages in a real browser, from our own server and under its policy."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from tests.chromium import chromium
from tests.formats.showcase import showcase
from tests.programs import npm_package

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chromium import Tab
    from tests.server.conftest import Site

_PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
# What does not fit the width; boxes that scroll by themselves may hold what they like.
_OVERFLOW = """[...document.querySelectorAll('body, body *')].filter(it => !it.closest('pre, table, .skip')
  && (it.getBoundingClientRect().right > innerWidth + 1 || it.getBoundingClientRect().left < -1))
  .map(it => it.tagName + '.' + it.className)
  .concat(document.documentElement.scrollWidth > innerWidth ? ['the page'] : [])"""
_AXE = """axe.run(document, {resultTypes: ['violations'], RULES}).then(it => it.violations.map(
  it => it.id + ': ' + it.nodes.map(node => node.html).slice(0, 3).join(' ')))"""
_EVERY_RULE, _COLOURS = _AXE.replace(", RULES", ""), _AXE.replace("RULES", "runOnly: ['color-contrast']")
_TABBED = "document.activeElement.className + ' ' + getComputedStyle(document.activeElement).outlineStyle"


def test_every_page_fits_a_telephone_says_nothing_in_the_console_and_is_accessible(
    site: Site, tmp_path: Path
) -> None:
    axe = (npm_package("axe-core@4.11") / "axe-core" / "axe.min.js").read_text("utf-8")
    root = "http://{}:{}/feeds/".format(*site.address)
    pages = showcase(f"{root}picture.png")
    for name, body in pages.items():
        site.write(name, body)
    for name in ("picture.png", "picture-lead.png"):
        site.write(name, _PICTURE)
    problems: list[str] = []
    with chromium(tmp_path / "profile") as tab:
        for name in pages:
            for dark in (False, True):
                tab.open(root + name, 360, dark=dark)
                problems += [f"{name}: {it}" for it in [*tab.ask(_OVERFLOW), *tab.said]]
                tab.ask(axe)
                problems += [f"{name}: {it}" for it in tab.ask(_COLOURS if dark else _EVERY_RULE)]
        problems += _by_keyboard(tab, root)
    assert problems == []


def _by_keyboard(tab: Tab, root: str) -> list[str]:
    """The first stop leads past the head of the page, and every stop can be seen."""
    tab.open(f"{root}feed.html", 360)
    stops = []
    for _ in range(12):
        for kind in ("rawKeyDown", "keyUp"):
            tab.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        stops.append(tab.ask(_TABBED))
    unseen = [f"stop {number}: {stop}" for number, stop in enumerate(stops) if not stop.endswith("solid")]
    return unseen + ([] if stops[0].startswith("skip") else [f"first stop: {stops[0]}"])
