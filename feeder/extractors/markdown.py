"""Markdown with or without front matter -> Reading."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feeder.errors import NotYet, Unreadable
from feeder.extractors import _frontmatter
from feeder.extractors._charset import decode
from feeder.extractors._dates import moment
from feeder.extractors._draft import Draft, name_day, name_words
from feeder.extractors._envelope import refuse_wall
from feeder.extractors._fields import take_fields
from feeder.extractors._language import language
from feeder.extractors._prose import regular_lines
from feeder.extractors._sanitise import fragment, sanitise
from feeder.text import one_line

if TYPE_CHECKING:
    from markdown_it.token import Token

    from feeder.model.document import Document, Hints, Reading

_LARGEST = 1_000_000  # characters; a novel, and what markdown-it reads in a few seconds at worst


def read(document: Document, hints: Hints) -> Reading:
    source = regular_lines(decode(document.body, known=hints.encoding))
    refuse_wall(source)
    if len(source) > _LARGEST:
        raise Unreadable(
            f"it has {len(source):,} characters, more than Markdown of {_LARGEST:,} is read; save it as HTML"
        )
    draft = Draft()
    values, body, problem = _frontmatter.split(source)
    draft.warnings += [problem] if problem else []
    take_fields(values, draft, hints)
    _take_day(document.key, draft, hints)
    _wait(draft, hints)
    _take_body(body, draft, hints)
    draft.put("title", name_words(document.key), "file name")
    return draft.finish()


def _take_body(body: str, draft: Draft, hints: Hints) -> None:
    from markdown_it import MarkdownIt

    renderer = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = _without_title(renderer.parse(body), draft)
    draft.html = sanitise(renderer.renderer.render(tokens, renderer.options, {}), draft.url or hints.base)
    shown = fragment(draft.html)
    first = next((one_line(p.text_content()) for p in shown.iter("p") if p.text_content().strip()), "")
    draft.put("summary", first, "first paragraph")
    draft.put("language", language(shown.text_content(), expected=hints.language), "detected")


def _without_title(tokens: list[Token], draft: Draft) -> list[Token]:
    """The first `# heading` is the title, and is taken out; so is one that repeats the front matter's."""
    at = next(
        (
            i
            for i, token in enumerate(tokens)
            if token.type == "heading_open" and token.tag == "h1" and token.level == 0
        ),
        None,
    )
    if at is None:
        return tokens
    heading = _plain(tokens[at + 1])
    if draft.title and one_line(draft.title).casefold() != heading.casefold():
        return tokens
    draft.put("title", heading, "heading")
    return tokens[:at] + tokens[at + 3 :]


def _plain(inline: Token) -> str:
    parts = (
        child.content if child.type in {"text", "code_inline", "image"} else " " for child in inline.children or ()
    )
    return one_line(re.sub(r"\s+(?=[,.;:!?])", "", "".join(parts)))


def _take_day(key: str, draft: Draft, hints: Hints) -> None:
    if draft.published is None and (day := name_day(key)):
        draft.put_date(day, hints, "file name")
    draft.put("published", draft.revised, "front matter, date of the update")


def _wait(draft: Draft, hints: Hints) -> None:
    until = moment(draft.published, hints.zone) if draft.published else hints.arrived
    if until > hints.arrived:
        raise NotYet("its date is to come", until)
