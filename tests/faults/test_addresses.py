"""Rows 14 to 18, 20 and 31: names, addresses and certificates.

The receivers that must not be reached listen on 127.0.0.1, which the guard denies here; the neighbour has
127.0.0.2, which it allows. What the process connects to is heard from Python itself.
"""

from __future__ import annotations

import socket
import ssl
import threading
import warnings
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from feeder.model.delivery import Outcome, Phase
from tests.faults.scene import NEIGHBOUR, Scene, at_the_deadline, hurried
from tests.net.certificates import certificate, expired, server
from tests.net.receivers import Receiver, answer, exactly, head
from tests.pipeline.outside import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.store import Store
    from tests.faults.scene import See

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
ONLY_NEIGHBOUR = (f"{NEIGHBOUR}/32",)


def leads_to(*addresses: str) -> dict[str, list[str]]:
    """One name for each address."""
    return {f"host-{number}.example": [address] for number, address in enumerate(addresses)}


def addressed(names: dict[str, list[str]], port: int) -> dict[str, str]:
    return {f"faulty-{number}": f"http://{name}:{port}/hook" for number, name in enumerate(names)}


def blocked(scene: Scene, names: dict[str, list[str]]) -> None:
    """Nothing was sent to any of them, it is held, and the reason says what would allow it."""
    for number, (address,) in enumerate(names.values()):
        (attempt,) = scene.attempts(f"faulty-{number}")
        assert attempt.phase is Phase.GUARD, address
        assert (attempt.status, attempt.address) == (None, None)
        assert attempt.reason.startswith("blocked: "), address
        assert "to allow it add network: {allow: [" in attempt.reason
        scene.held("blocked", f"faulty-{number}")
        assert scene.webhook(f"faulty-{number}").reason == attempt.reason


def test_row_14_a_name_that_leads_inside_is_blocked_before_a_packet_is_sent(
    store: Store, tmp_path: Path, see: See, connected: set[str]
) -> None:
    names = leads_to(
        *("127.0.0.1", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::", "10.0.0.1", "172.16.0.1", "192.168.0.1"),  # noqa: S104
        *("100.64.0.1", "169.254.169.254", "168.63.129.16", "fd00:ec2::254", "fe80::1"),
    )
    client = hurried(ONLY_NEIGHBOUR, PATIENCE, lookup=names.__getitem__)
    with Receiver() as inside, Scene(store, tmp_path, client, **addressed(names, inside.port)) as scene:
        scene.tell()
        blocked(scene, names)
        assert inside.connections == 0
    assert connected == {NEIGHBOUR}
    see("the webhook blocked, with the line that would allow it", "held, no try spent", "no connection")


def test_row_14_what_was_held_is_sent_when_the_line_stands_in_the_configuration(
    store: Store, tmp_path: Path, see: See
) -> None:
    with (
        Receiver() as inside,
        Scene(store, tmp_path, hurried(ONLY_NEIGHBOUR, PATIENCE), faulty=inside.url) as scene,
    ):
        scene.tell(2)
        scene.held("blocked")
        scene.later(minutes=4)
        assert len(scene.attempts()) == 2
        (line,) = {it.reason.partition("allow: [")[2].rstrip("]}") for it in scene.attempts()}
        allowed = hurried((*ONLY_NEIGHBOUR, line), PATIENCE)
        scene.post.dispatcher.use(replace(scene.post.outside, send=allowed.send))
        scene.later(minutes=1)
        assert [(it.state.value, it.tries) for it in scene.post.newsroom.owed("faulty")] == [("delivered", 1)] * 2
        assert scene.webhook().status == "active"
        allowed.close()
    see("sent within five minutes when it is allowed")


SPELLINGS = (
    *("127.0.0.1", "127.1", "0x7f000001", "0x7f.1", "2130706433", "017700000001", "0177.0.0.1", "0", "127.0.0.1."),
    *("localhost", "LOCALHOST", "localhost.", "[::1]", "[::ffff:127.0.0.1]", "[0:0:0:0:0:0:0:1]", "[::127.0.0.1]"),
    *("name@127.0.0.1", "name:word@127.1", "127。0。0。1", "①②⑦.0.0.1"),
)


def test_row_15_no_spelling_of_an_address_inside_is_connected_to(
    store: Store, tmp_path: Path, see: See, connected: set[str]
) -> None:
    with Receiver() as inside:
        hooks = {f"faulty-{n}": f"http://{it}:{inside.port}/hook" for n, it in enumerate(SPELLINGS)}
        with Scene(store, tmp_path, hurried(ONLY_NEIGHBOUR, PATIENCE), **hooks) as scene:
            scene.tell()
            for name in hooks:
                (attempt,) = scene.attempts(name)
                assert attempt.phase in {Phase.GUARD, Phase.DNS}
                assert attempt.outcome is not Outcome.DELIVERED
                if attempt.outcome is Outcome.BLOCKED:
                    scene.held("blocked", name)
        assert inside.connections == 0
    assert connected == {NEIGHBOUR}
    see("blocked and held, or no such host", "no connection")


def test_row_16_every_connection_is_judged_anew(
    store: Store, tmp_path: Path, see: See, connected: set[str]
) -> None:
    answers = iter([["127.0.0.3"], ["127.0.0.1"], ["10.0.0.1"]])
    client = hurried((*ONLY_NEIGHBOUR, "127.0.0.3/32"), PATIENCE, lookup=lambda _: next(answers))
    with Receiver(exactly(head(204, [("Connection", "close")])), host="127.0.0.3") as public:
        url = f"http://rebinding.example:{public.port}/hook"
        with Scene(store, tmp_path, client, faulty=url) as scene:
            scene.tell()
            scene.tell()
            scene.later(minutes=5)
            first, *others = scene.attempts()
            assert (first.status, first.address) == (204, "127.0.0.3")
            assert [it.phase for it in others] == [Phase.GUARD] * 2
            assert [it.reason.split()[:2] for it in others] == [
                ["blocked:", "127.0.0.1"],
                ["blocked:", "10.0.0.1"],
            ]
            assert (scene.states(), scene.webhook().status) == (["delivered", "pending"], "blocked")
    assert connected == {NEIGHBOUR, "127.0.0.3"}
    see("first delivered, then blocked and held", "no connection to the private address")


def test_row_17_of_mixed_addresses_only_the_public_are_tried(
    store: Store, tmp_path: Path, see: See, connected: set[str]
) -> None:
    mixed = ["10.0.0.1", "::1", "127.0.0.1", "127.0.0.3"]
    client = hurried((*ONLY_NEIGHBOUR, "127.0.0.3/32"), PATIENCE, lookup=lambda _: mixed)
    public = Receiver(host="127.0.0.3")
    url = f"http://mixed.example:{public.port}/hook"
    with public, Scene(store, tmp_path, client, faulty=url) as scene:
        scene.tell()
        assert scene.arrived().address == "127.0.0.3"
    assert connected == {NEIGHBOUR, "127.0.0.3"}
    see("delivered to the public one, which the attempt names")


def test_row_18_a_wrapped_address_is_blocked_like_the_one_within(
    store: Store, tmp_path: Path, see: See, connected: set[str]
) -> None:
    names = leads_to(
        *("64:ff9b::a9fe:a9fe", "64:ff9b:1::a9fe:a9fe", "2002:a9fe:a9fe::1", "2002:7f00:1::", "::169.254.169.254"),
        *("::ffff:169.254.169.254", "2001:0:4136:e378:8000:63bf:5601:5601", "fe80::5efe:a9fe:a9fe"),
    )
    client = hurried(ONLY_NEIGHBOUR, PATIENCE, lookup=names.__getitem__)
    with Receiver() as inside, Scene(store, tmp_path, client, **addressed(names, inside.port)) as scene:
        scene.tell()
        blocked(scene, names)
    assert connected == {NEIGHBOUR}
    see("the webhook blocked", "held, no try spent", "no connection")


def outdated(pem: Path) -> ssl.SSLContext:
    """Nothing newer than TLS 1.0."""
    context = server(pem)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    return context


def test_row_20_nothing_is_sent_without_verification(store: Store, tmp_path: Path, see: See) -> None:
    authority = certificate(tmp_path, "authority", name="DNS:authority.example")
    old, other = expired(tmp_path, "old"), certificate(tmp_path, "other", name="IP:127.0.0.9")
    lone, signed = certificate(tmp_path, "lone"), certificate(tmp_path, "signed", signer=authority)
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(other.read_bytes() + old.read_bytes())
    wrong = {
        "expired": (server(old), "the certificate has expired (X509 10)"),
        "self-signed": (server(lone), "the certificate is self-signed (X509 18)"),
        "unknown": (server(signed), "the certificate comes from an unknown authority (X509 20)"),
        "elsewhere": (server(other), "the certificate is for another address (X509 64)"),
        "outdated": (outdated(other), "TLS failed ("),
    }
    receivers = {name: Receiver(tls=context) for name, (context, _) in wrong.items()}
    with ExitStack() as stack:
        urls = {name: stack.enter_context(it).url for name, it in receivers.items()}
        scene = stack.enter_context(Scene(store, tmp_path, hurried(cafile=trusted), **urls))
        scene.tell()
        for name, (_, reason) in wrong.items():
            attempt = scene.waits(name)
            assert attempt.phase is Phase.TLS, name
            assert attempt.reason.startswith(reason)
        scene.later(hours=1)
        for name in wrong:
            assert [it.phase for it in scene.attempts(name)] == [Phase.TLS] * 2
    assert [it.heard for it in receivers.values()] == [[]] * len(wrong)
    see("failed with the reason, also at the second try", "not a byte of a request sent")


def test_row_31_a_name_that_cannot_be_looked_up_is_tried_again(
    store: Store, tmp_path: Path, see: See, connected: set[str]
) -> None:
    released = threading.Event()

    def lookup(name: str) -> list[str]:
        if name == "hanging.example":
            released.wait(PATIENCE)
        if name == "unknown.example":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if name == "failing.example":
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return ["127.0.0.1"]

    with Receiver(answer()) as well:
        names = ("unknown", "failing", "hanging", "well")
        hooks = {name: f"http://{name}.example:{well.port}/hook" for name in names}
        with Scene(store, tmp_path, hurried(lookup=lookup), **hooks) as scene:
            scene.tell()
            released.set()
            assert scene.waits("unknown").reason == "the host cannot be looked up (EAI_NONAME)"
            assert scene.waits("failing").reason == "the host cannot be looked up (EAI_AGAIN)"
            assert at_the_deadline(scene.waits("hanging"))
            assert {scene.waits(name).phase for name in names[:3]} == {Phase.DNS}
            assert scene.arrived("well").took < scene.waits("hanging").took
    assert connected == {NEIGHBOUR, "127.0.0.1"}
    see("tried again: the host cannot be looked up", "timeout at the deadline", "another name delivered meanwhile")
