"""Datelines of Chinese, Japanese and Korean papers, which set no spaces; each is one row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feeder.extractors._dates import Stated, nearest

if TYPE_CHECKING:
    from datetime import date

    from feeder.model.document import Hints

_NAME = r"[^\s\d,，、。（）()【】\[\]=＝]"
_DAY = r"(?:(?P<year>\d{4})\s?[年년]\s?)?(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일]"
_WIRED = r"(?:电|電|讯|訊)(?:\s?[（(][^）)]{0,60}[）)])?[\s:：]*"
_HAN = r"[\u4e00-\u9fff]"
_REPORTER = r"(?:(?P<byline>[가-힣]{2,4})\s?(?:기자|특파원)\s?=?\s*)?"
_AGENCIES = {"路透": "路透社", "法新": "法新社", "中央": "中央社", "本報": "", "本报": ""}
_ROWS = tuple(
    re.compile(row)
    for row in (
        # 新华社北京1月14日电（记者…）
        f"(?P<agency>{_HAN}{{1,6}}?[社网網报報台])(?P<place>{_HAN}{{2,8}}?){_DAY}{_WIRED}",
        # （中央社台北14日電）、（中央社記者…台北14日電）
        f"[（(](?P<agency>中央社|中新社|中新网)(?:[记記]者(?:{_HAN}{{3}}|{_HAN}{{2}}|{_HAN}{{4}}))?(?P<place>{_HAN}{{2,3}})(?P<day>\\d{{1,2}})日[电電][）)]",
        # 马尼拉，12月3日（路透社）-
        rf"(?P<place>{_NAME}{{2,10}})[，,、]\s?{_DAY}\s?[（(](?P<agency>{_NAME}{{2,16}})[）)]\s?[-–—－:：]*",
        # (서울=연합뉴스) … 기자 =
        rf"[（(\[【](?P<place>{_NAME}{{1,12}})[=＝](?P<agency>{_NAME}{{2,12}}\d?)[)\]】）]\s*{_REPORTER}",
        # 【ソウル共同】、【北京＝共同】
        f"【(?P<place>{_NAME}{{2,10}}?)[=＝]?(?P<agency>共同|時事|ロイター|AFP(?:=時事)?|新华社|新華社)】",
        # ［東京　14日　ロイター］
        rf"[［\[](?P<place>{_NAME}{{2,12}})\s+(?P<day>\d{{1,2}})日\s+(?P<agency>{_NAME}{{2,12}})[］\]]\s*[-–—－]*",
        # 路透北京1月14日 -
        f"(?P<agency>路透|法新|美联社|美聯社|彭博|德新社)[社]?(?P<place>{_HAN}{{2,6}}?){_DAY}[电電]?\\s?[-–—－:：]*\\s*",
        # 【明報專訊】、【本报北京1月14日电】 and the place of the reporter behind it
        f"【(?P<agency>{_HAN}{{2,6}}?)(?:[专專][讯訊]|訊|讯)(?:[/／](?P<place>{_HAN}{{2,4}})[报報][导導道])?】",
        # （北京综合讯）
        f"[（(](?P<place>{_HAN}{{2,4}}?)(?:综合|綜合)?[讯訊电電][）)](?P<agency>)",
        # 北京1月14日电
        f"(?P<place>{_HAN}{{2,6}}?){_DAY}(?P<agency>){_WIRED}",
    )
)


def read(head: str, hints: Hints) -> tuple[int, str | None, Stated | None, str | None, str | None] | None:
    """Where the dateline ends, its place, date, agency and byline."""
    if head.isascii():
        return None
    found = next((found for row in _ROWS if (found := row.match(head))), None)
    if found is None:
        return None
    parts = found.groupdict()
    day = _day(parts, hints)
    stated = Stated(day, bool(parts.get("year")), 0, found.end()) if day else None
    return (
        found.end(),
        parts.get("place"),
        stated,
        _AGENCIES.get(parts["agency"], parts["agency"]) or None,
        parts.get("byline"),
    )


def _day(parts: dict[str, str | None], hints: Hints) -> date | None:
    if not (day := parts.get("day")):
        return None
    month, year = parts.get("month"), parts.get("year")
    if month is None:  # only the day: of the month of the arrival, or of the one before
        now = hints.arrived
        candidates = (nearest(int(day), number, now) for number in (now.month, (now.month - 2) % 12 + 1))
        return max((found for found in candidates if found), default=None)
    found = nearest(int(day), int(month), hints.arrived)
    return found.replace(year=int(year)) if found and year else found
