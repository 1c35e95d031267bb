from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from feeder.server import build
from feeder.server.parts import Health
from tests.server.asking import ask
from tests.server.conftest import running

if TYPE_CHECKING:
    from tests.server.conftest import Site


def test_the_start_page_leads_to_what_there_is(site: Site) -> None:
    empty = ask(site.address, "/")
    assert (empty.status, empty["content-type"]) == (200, "text/html; charset=utf-8")
    assert 'href="feeds/"' not in empty.body.decode()
    site.write("index.html")
    page = ask(site.address, "/").body.decode()
    assert 'href="feeds/"' in page
    assert 'href="listen/"' in page
    assert "<h1>The Harbour Post</h1>" in page


def test_the_start_page_names_no_receiver_where_there_is_none_and_takes_its_title_as_text(site: Site) -> None:
    with running(build(site.parts(receiver=None, title="<b>Post</b>"))) as address:
        page = ask(address, "/").body.decode()
    assert "listen/" not in page
    assert "&lt;b&gt;Post" in page


def test_the_start_page_has_a_strict_policy(site: Site) -> None:
    reply = ask(site.address, "/")
    assert "default-src 'none'" in reply["content-security-policy"]
    assert "frame-ancestors 'none'" in reply["content-security-policy"]
    assert reply["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("health", "live", "ready"),
    [
        (Health(live=True, ready=True), 200, 200),
        (Health(live=True, ready=False, problems=("feeds were not written yet",)), 200, 503),
        (Health(live=False, ready=False, problems=("the store does not answer",)), 503, 503),
    ],
)
def test_health_says_whether_to_restart_and_whether_to_send_traffic(
    site: Site, health: Health, live: int, ready: int
) -> None:
    site.health = health
    for path, status in (("/health/live", live), ("/health/ready", ready)):
        reply = ask(site.address, path)
        said = {"status": "ok" if status == 200 else "failing", "problems": list(health.problems)}
        assert (reply.status, json.loads(reply.body)) == (status, said)
        assert reply["cache-control"] == "no-store"
        assert ask(site.address, path, method="HEAD").status == status
        assert ask(site.address, path, method="POST").status == 405
