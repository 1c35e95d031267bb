"""Why a request to the API is refused -> its answer in JSON: a word for programs and a line for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

FRESH = {"Cache-Control": "no-store"}
# The words of https://www.w3.org/TR/micropub/#error-response, and what they have none for.
_WORDS = {
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "timeout",
    409: "conflict",
    410: "gone",
    412: "precondition_failed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "unprocessable",
    501: "not_implemented",
    503: "temporarily_unavailable",
}


class Refusal(Exception):
    """`facts` are said beside the line."""

    def __init__(
        self,
        status: int,
        text: str,
        headers: Mapping[str, str] | None = None,
        facts: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(text)
        self.status, self.text, self.headers, self.facts = status, text, dict(headers or {}), dict(facts or {})

    def answer(self) -> Response:
        said = {"error": _WORDS.get(self.status, "invalid_request"), "error_description": self.text}
        return JSONResponse(said | self.facts, self.status, FRESH | self.headers)
