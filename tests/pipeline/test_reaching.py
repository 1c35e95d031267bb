"""What the configuration says of headers and ways is what a delivery is sent with, and stays secret."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from feeder.daemon.opening import say_guard
from feeder.secret import Secret
from tests.config.files import SITE, loaded
from tests.pipeline.outside import Post, answered, hook

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.store import Store

CANARY = "canary7c1f"
PROXY = f"http://us:{CANARY}@proxy.example:3128"


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_delivery_goes_with_its_headers_through_the_proxy(store: Store, tmp_path: Path) -> None:
    with Post(store, tmp_path, hook("partner", headers={"X-Key": CANARY, "X-Short": "a"})) as post:
        post.dispatcher.use(replace(post.outside, proxy=Secret(PROXY)))
        post.sender.script = (replace(answered(401), body=f"a bad key {CANARY}".encode()),)
        post.owe()
        post.round()
        [sent], [attempt] = post.sender.sent, post.attempts()
    assert (dict(sent.headers)["X-Key"], sent.way.proxy) == (CANARY, PROXY)
    assert attempt.body == "a bad key …", "receivers repeat what they were sent; it is not stored"


def test_that_the_proxy_is_the_guard_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    say_guard(loaded(tmp_path, SITE))
    assert caplog.text == ""
    say_guard(loaded(tmp_path, SITE + f"network: {{proxy: '{PROXY}'}}\n"))
    assert "the proxy http://proxy.example:3128 is the guard now" in caplog.text
    assert CANARY not in caplog.text
