"""What the API tells of articles: one, a page of them, and what Micropub clients ask."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

from feeder.model.article import Article, State
from feeder.pipeline import finding
from feeder.server import _described, _micropub
from feeder.server._refusal import FRESH, Refusal
from feeder.text import clean

if TYPE_CHECKING:
    from feeder.server._asked import Asked
    from feeder.server._micropub import Item
    from feeder.server.parts import Api
    from feeder.store.documents import Known

_MOST, _USUAL = 200, 50
_WAITING = "waiting"
_STATES = (*map(str, State), _WAITING)
_QUERIES = ("config", "source", "syndicate-to")


def found(api: Api, word: str) -> Article | Known:
    it = finding.find(api.inbox, word)
    if it is None:
        raise Refusal(404, "there is no such article")
    return it


def single(api: Api, asked: Asked) -> Response:
    """GET /api/articles/WORD."""
    it = found(api, asked.word)
    if not isinstance(it, Article):
        item = _described.item_in(finding.waiting(api.inbox, it)) or {}
        return JSONResponse({**item, "_feeder": item.get("_feeder", {}) | _described.waiting(it)}, 200, FRESH)
    if it.state in {State.WITHDRAWN, State.RETRACTED}:
        raise gone(api, it)
    tag = etag(it)
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if tag in ", ".join(asked.headers.getlist("if-none-match")):
        return Response(status_code=304, headers=headers)
    return JSONResponse(_described.whole(it, api.link(it)), 200, headers)


def gone(api: Api, it: Article, status: int = 410) -> Refusal:
    text = "it was withdrawn; PUT, or Micropub's undelete, brings it back"
    return Refusal(status, text, facts=_described.brief(it, api.link(it)))


def etag(it: Article) -> str:
    return f'"{it.revision}"'


# ---------------------------------------------------------------- a page of articles


def collection(api: Api, asked: Asked) -> Response:
    """GET /api/articles."""
    query = asked.one("q")
    if query is not None:
        return _micropub_query(api, asked, query)
    state, limit, source = _state(asked), _limit(asked), clean(asked.one("source") or "") or None
    if state == _WAITING:
        known = finding.listed_waiting(api.inbox, limit, source)
        return JSONResponse({"articles": [_described.waiting(it) for it in known]}, 200, FRESH)
    before = _place(asked.one("before"))
    page = finding.listed(api.inbox, limit + 1, State(state), source, before)
    headers = {"Link": _next(asked, page[limit - 1])} if len(page) > limit else {}
    rows = [_described.whole(it, api.link(it)) for it in page[:limit]]
    return JSONResponse({"articles": rows}, 200, FRESH | headers)


def _state(asked: Asked) -> str:
    state = asked.one("state") or str(State.LIVE)
    if state not in _STATES:
        raise Refusal(400, f"state: there are {', '.join(_STATES)}")
    return state


def _limit(asked: Asked) -> int:
    said = asked.one("limit") or str(_USUAL)
    if not (said.isascii() and said.isdigit() and len(said) < 9 and 1 <= int(said) <= _MOST):
        raise Refusal(400, f"limit: 1 to {_MOST} would be right")
    return int(said)


def _next(asked: Asked, last: Article) -> str:
    place = urlsafe_b64encode(f"{last.position.isoformat()} {last.id}".encode()).decode()
    query = [(name, value) for name, value in asked.query if name != "before"] + [("before", place)]
    return f'<{_described.ARTICLES}?{urlencode(query)}>; rel="next"'


def _place(before: str | None) -> tuple[datetime, str] | None:
    if before is None:
        return None
    try:
        moment, _, key = urlsafe_b64decode(before).decode("ascii").partition(" ")
        return datetime.fromisoformat(moment).astimezone(UTC), clean(key)
    except (ValueError, OverflowError):  # no base64, no letters, no moment
        raise Refusal(400, "before: take it from the Link of the page before") from None


# ---------------------------------------------------------------- Micropub


def _micropub_query(api: Api, asked: Asked, query: str) -> Response:
    """https://www.w3.org/TR/micropub/#querying."""
    if query == "config":
        return JSONResponse({"q": _QUERIES, "syndicate-to": [], "post-types": _types()}, 200, FRESH)
    if query == "syndicate-to":
        return JSONResponse({"syndicate-to": []}, 200, FRESH)
    if query != "source":
        raise Refusal(400, f"q: there are {', '.join(_QUERIES)}")
    url = asked.one("url")
    it = finding.find(api.inbox, asked.word_in(url)) if url else None
    if it is None:
        raise Refusal(400, "url: there is no such article")
    properties = _micropub.properties_of(item_of(api, it))
    properties["url"] = [api.link(it)] if isinstance(it, Article) else properties.get("url", [])
    wanted = asked.all("properties[]") + asked.all("properties")
    if wanted:
        return JSONResponse({"properties": {name: properties.get(name, []) for name in wanted}}, 200, FRESH)
    return JSONResponse({"type": ["h-entry"], "properties": properties}, 200, FRESH)


def _types() -> list[dict[str, str]]:
    return [
        {"type": "article", "name": "Article"},
        {"type": "note", "name": "Note"},
        {"type": "photo", "name": "Photo"},
    ]


def item_of(api: Api, it: Article | Known) -> Item:
    """What would make this again: what waits comes before what is published. Raises Refusal."""
    document = finding.waiting(api.inbox, it)
    item: dict[str, Any] | None = _described.item_in(document)
    if item is None and isinstance(it, Article) and document is None:
        return _described.item_of(it, finding.origins(api.inbox, it))
    if item is None:
        raise Refusal(409, "it was sent as a text; PUT all of it anew")
    return item
