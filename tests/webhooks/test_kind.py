"""What any kind of webhook may be told to add to its requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feeder.model.delivery import STRAIGHT, Way
from feeder.secret import Secret
from feeder.webhooks import WEBHOOKS
from tests.webhooks.events import AT, event

if TYPE_CHECKING:
    from pathlib import Path

HOOK = {"type": "json", "url": "https://a.example/", "secret": "whsec_" + "A" * 44}


def test_headers_of_the_configuration_stand_beside_those_of_the_kind() -> None:
    options = WEBHOOKS["json"].options.model_validate(
        HOOK | {"headers": {"Authorization": "Bearer x", "X-A": "b"}}
    )
    bare = WEBHOOKS["json"].request(event(), options, AT)
    whole = WEBHOOKS["json"].whole_request(event(), options, AT)
    assert whole.headers == (*bare.headers, ("Authorization", "Bearer x"), ("X-A", "b"))
    assert (whole.method, whole.url, whole.body, whole.way) == (bare.method, bare.url, bare.body, STRAIGHT)


def test_a_header_of_the_kind_is_not_displaced() -> None:
    options = WEBHOOKS["json"].options.model_validate(HOOK)
    sly = options.model_copy(update={"headers": {"WEBHOOK-ID": Secret("other"), "content-type": Secret("x")}})
    whole = WEBHOOKS["json"].whole_request(event(), sly, AT)
    assert whole.headers == WEBHOOKS["json"].request(event(), options, AT).headers


def test_a_request_knows_its_way(tmp_path: Path) -> None:
    for name in ("us.pem", "us.key", "ca.pem"):
        (tmp_path / name).touch()
    words = {
        "certificate": {"file": tmp_path / "us.pem", "key": tmp_path / "us.key"},
        "authority": tmp_path / "ca.pem",
    }
    options = WEBHOOKS["json"].options.model_validate(HOOK | words)
    whole = WEBHOOKS["json"].whole_request(event(), options, AT, Secret("http://proxy.example:3128"))
    assert whole.way == Way(
        certificate=str(tmp_path / "us.pem"),
        key=str(tmp_path / "us.key"),
        authority=str(tmp_path / "ca.pem"),
        proxy="http://proxy.example:3128",
    )
