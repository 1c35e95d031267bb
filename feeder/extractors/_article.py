"""The tree of a page -> the article that stands in it, without furniture, its images among its words."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from feeder.extractors._found import found
from feeder.extractors._graft import graft
from feeder.extractors._rest import cut_rest
from feeder.text import one_line

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_FURNITURE = (
    "script", "style", "nav", "header", "footer", "aside", "form", "noscript", "template", "iframe", "button",
    "svg", "dialog",
)  # fmt: skip
# Elements; trafilatura takes more than linear time, and the largest of 1,300 articles has 10,106.
_MOST = 20_000
_BY_HAND, _STYLED = 300, 0.25  # elements; share of them that a program's template has given a class
_CLEAR, _FEW_LINKS, _SHORT = 0.6, 0.07, 200


def article(page: HtmlElement, title: str, base: str) -> HtmlElement:
    """What trafilatura finds, unless the page marks its article itself and trafilatura drops most of that."""
    elements = int(page.xpath("count(//*)"))
    whole = _marked(page)
    if elements > _MOST or (elements <= _BY_HAND and _is_plain(page, elements)):
        return _without_title(whole, title)
    chosen = found(page)
    if chosen is None or _is_poor(chosen, whole):
        return _without_title(whole, title)
    cut_rest(chosen)
    graft(chosen, page, base)
    return _without_title(chosen, title)


def _is_plain(page: HtmlElement, elements: int) -> bool:
    """Written by a person, who leaves nothing out for an extractor to find and nothing in for it to cut."""
    styled = sum(1 for node in page.iter("*") if node.get("class") or node.get("style") or node.tag == "script")
    return styled <= elements * _STYLED


def _is_poor(chosen: HtmlElement, whole: HtmlElement) -> bool:
    here, there = len(_text(chosen)), len(_text(whole))
    if here < _SHORT and there > 2 * here:
        return _link_share(whole, there) < 3 * _FEW_LINKS
    return whole.tag != "body" and here < _CLEAR * there and _link_share(whole, there) < _FEW_LINKS


def _link_share(whole: HtmlElement, letters: int) -> float:
    return sum(len(_text(link)) for link in whole.iter("a")) / max(letters, 1)


def _text(node: HtmlElement) -> str:
    return one_line("".join(node.itertext()))


def _marked(page: HtmlElement) -> HtmlElement:
    """The article element with the most text, else main, else the body, without furniture."""
    whole = deepcopy(_container(page))
    whole.tail = None
    for node in list(whole.iter(*_FURNITURE)):
        if node is not whole and node.getparent() is not None:
            node.drop_tree()
    return whole


def _container(page: HtmlElement) -> HtmlElement:
    articles = list(page.iter("article"))[:50]
    if articles:
        return max(articles, key=lambda node: len(node.text_content()))
    marked = next(page.iter("main"), None)
    if marked is None:
        marked = next(iter(page.xpath("//*[@role='main']")), None)
    return marked if marked is not None else next(page.iter("body"), page)


def _without_title(whole: HtmlElement, title: str) -> HtmlElement:
    for node in list(whole.iter("h1", "h2")):
        if _text(node).casefold() == title.casefold() and node is not whole:
            node.drop_tree()
            break
    return whole
