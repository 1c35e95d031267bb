"""The HTML of a mail -> the same without what programs and lists put into it, and what that was."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feeder.extractors._mail_words import PERSONAL
from feeder.extractors._tree import tree
from feeder.text import one_line

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_PROGRAMS = (
    "//*[contains(@class, 'gmail_signature') or contains(@class, 'moz-signature') or @id='AppleMailSignature' or "
    "@id='Signature' or @id='ms-outlook-mobile-signature' or contains(@class, 'moz-cite-prefix') or "
    "contains(@class, 'gmail_attr') or @id='divRplyFwdMsg']"
)
_QUOTES = "//blockquote[@type='cite'] | //*[contains(@class, 'gmail_quote')]"
_HIDDEN = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|max-height\s*:\s*0(?:px)?\s*(?:;|$)|"
    r"font-size\s*:\s*0(?:px)?\s*(?:;|$))",
    re.IGNORECASE,
)
_BLOCKS = frozenset({"p", "td", "tr", "table", "div", "li", "center", "footer", "font", "span", "small"})
_FOOTER, _NOTE = 600, 2000  # characters
_MOST = 30  # of what is dropped, each of which costs a look at the whole page


def trimmed(html: str, *, forwarded: bool = False) -> tuple[str, list[str]]:
    """`forwarded`: what is quoted is what the mail is about. Raises Unreadable for what is no HTML."""
    from lxml.html import tostring

    page = tree(html)
    notes: list[str] = []
    _drop_hidden(page)
    for path in (_PROGRAMS, *(() if forwarded else (_QUOTES,))):
        for node in page.xpath(path)[:_MOST]:
            _drop(node, notes, page)
    for link in [link for link in page.iter("a") if _is_personal(link)][:_MOST]:
        _drop(_footer(link), notes, page)
    return tostring(page, encoding="unicode"), notes


def _is_personal(link: HtmlElement) -> bool:
    said = "".join(text[:200] for text, _ in zip(link.itertext(), range(20), strict=False))
    return PERSONAL.search(f"{one_line(said)} {(link.get('href') or '')[:500]}") is not None


def _drop_hidden(page: HtmlElement) -> None:
    """Lines for previews, and pictures that only count who looks."""
    for node in list(page.iter()):
        small = node.tag == "img" and "1" in {node.get("width", "").strip(), node.get("height", "").strip()}
        if (small or _HIDDEN.search(node.get("style", "")[:1000])) and node.tag != "body":
            _remove(node)


def _footer(link: HtmlElement) -> HtmlElement:
    """The largest block around a link that holds little else."""
    found = link
    for above, _ in zip(link.iterancestors(), range(8), strict=False):
        if above.tag not in _BLOCKS or len(one_line(above.text_content()[: 4 * _FOOTER])) > _FOOTER:
            break
        found = above
    return found


def _drop(node: HtmlElement, notes: list[str], page: HtmlElement) -> None:
    """Never all that there is to read."""
    text = one_line(node.text_content(), _NOTE)
    if len(text) * 10 < len(page.text_content()) * 9:
        notes.append(text)
        _remove(node)


def _remove(node: HtmlElement) -> None:
    if node.getparent() is not None:
        node.drop_tree()
