"""A feed that moves takes its readers along. https://www.w3.org/TR/websub/#subscription-migration"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.hub.scene import Scene, Subscriber

if TYPE_CHECKING:
    from pathlib import Path

STORE, SITE = "sqlite:///feeder.db", "https://post.example"


def scene(path: Path, *names: str, **moved: str) -> Scene:
    """At an address that stays, whatever the port."""
    output = {"path": "feeds/", "url": f"{SITE}/feeds/", "moved": moved}
    return Scene(path, STORE, feeds={name: {"title": name} for name in names}, output=output)


def test_rule_79_the_old_topic_leads_to_the_new_one_which_names_its_own_self_and_hub(
    tmp_path: Path, reader: Subscriber
) -> None:
    with scene(tmp_path, "old", "other") as before:
        old, other = before.topic(name="old"), before.topic(name="other")
        before.subscribe(f"{reader.url}/old", old)
        before.subscribe(f"{reader.url}/other", other)
    with scene(tmp_path, "new", old="new") as after:
        new = after.topic(name="new")
        reply = after.get("/feeds/old.atom")
        assert (reply.status, reply["location"]) == (301, new)
        links = ", ".join(after.get("/feeds/new.atom").all("link"))
        assert re.findall(r'<([^>]+)>; rel="(hub|self)"', links) == [(f"{SITE}/hub", "hub"), (new, "self")]
        assert (after.tidy(), after.verify()) == (2, 0)
        denied = [it.said for it in reader.asked if it.said["hub.mode"] == "denied"]
        told = {it["hub.topic"]: it["hub.reason"] for it in denied}
        assert told == {old: f"this feed is now at {new}", other: "this feed has ended"}
        assert after.ask(reader.url, topic=old).status == 404
        after.subscribe(reader.url, new)
        assert after.publish("The second story") == 1
