"""Connections that are kept, used again, and found dead."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, Any

from feeder.model.delivery import STRAIGHT, Phase, Request
from tests.net.receivers import Receiver, answer, close, exactly, hang, head, reset

if TYPE_CHECKING:
    from feeder.net import Client


def post(client: Client, url: str) -> int | None:
    return client.send(Request("POST", url, (), b"{}")).status


def test_a_connection_is_used_again(client: Client) -> None:
    with Receiver(answer(200, b"ok")) as receiver:
        told = [client.send(Request("POST", receiver.url, (), b"{}")) for _ in range(3)]
    assert [heard.connection for heard in receiver.heard] == [1, 1, 1]
    assert {one.address for one in told} == {"127.0.0.1"}


def test_a_connection_whose_answer_was_not_read_whole_is_not_used_again(client: Client) -> None:
    with Receiver(answer(200, b"x" * 100_000), answer()) as receiver:
        assert [post(client, receiver.url), post(client, receiver.url)] == [200, 204]
    assert [heard.connection for heard in receiver.heard] == [1, 2]


def test_a_connection_whose_answer_contradicts_itself_is_not_used_again(client: Client) -> None:
    with Receiver(answer(200, b"okay", (("content-length", "2"),)), answer()) as receiver:
        assert [post(client, receiver.url), post(client, receiver.url)] == [200, 204]
    assert [heard.connection for heard in receiver.heard] == [1, 2]


def test_a_connection_that_was_closed_meanwhile_is_replaced(client: Client) -> None:
    with Receiver(exactly(head(204)), answer()) as receiver:
        assert [post(client, receiver.url), post(client, receiver.url)] == [204, 204]
    assert [heard.connection for heard in receiver.heard] == [1, 2]


def test_a_connection_that_was_idle_for_long_is_replaced(client: Client) -> None:
    with Receiver() as receiver:
        post(client, receiver.url)
        pool: Any = client._ways.adapter(STRAIGHT)._targets(receiver.url).pool()
        [kept] = [conn for conn in pool.pool.queue if conn is not None]
        kept.parked -= 6
        post(client, receiver.url)
    assert [heard.connection for heard in receiver.heard] == [1, 2]


def test_what_a_receiver_says_unasked_is_not_taken_for_an_answer(client: Client) -> None:
    unasked = answer(204), exactly(head(204) + head(408, [("Connection", "close")])), answer(201)
    with Receiver(*unasked) as receiver:
        assert [post(client, receiver.url) for _ in range(3)] == [204, 204, 201]
    assert [heard.connection for heard in receiver.heard] == [1, 1, 2]


def test_a_kept_connection_that_dies_before_answering_is_resent_once_silently(client: Client) -> None:
    for death in (close(), reset()):
        with Receiver(answer(), death, answer(201)) as receiver:
            assert [post(client, receiver.url), post(client, receiver.url)] == [204, 201]
        assert [heard.connection for heard in receiver.heard] == [1, 1, 2]


def test_the_resend_itself_is_not_resent(client: Client) -> None:
    with Receiver(answer(), close()) as receiver:
        assert [post(client, receiver.url), post(client, receiver.url)] == [204, None]
    assert [heard.connection for heard in receiver.heard] == [1, 1, 2]


def test_a_new_connection_that_dies_is_not_resent(client: Client) -> None:
    with Receiver(close()) as receiver:
        assert post(client, receiver.url) is None
    assert len(receiver.heard) == 1


def test_what_began_to_answer_is_not_resent(client: Client) -> None:
    with Receiver(answer(), exactly(b"HTTP/1.1 20")) as receiver:
        assert [post(client, receiver.url), post(client, receiver.url)] == [204, None]
    assert len(receiver.heard) == 2


def test_silence_on_a_kept_connection_is_not_resent(client: Client) -> None:
    with Receiver(answer(), hang()) as receiver:
        post(client, receiver.url)
        told = client.send(Request("POST", receiver.url, (), b"{}"))
    assert (told.status, told.phase) == (None, Phase.HEAD)
    assert len(receiver.heard) == 2


def test_cookies_are_not_given_back(client: Client) -> None:
    with Receiver(answer(200, b"", (("Set-Cookie", "a=b; Path=/"),))) as receiver:
        post(client, receiver.url)
        post(client, receiver.url)
    assert [heard.headers.get("cookie") for heard in receiver.heard] == [None, None]


def test_one_client_serves_many_threads(client: Client) -> None:
    statuses: list[int | None] = []

    def work(url: str) -> None:
        statuses.extend(post(client, url) for _ in range(20))

    with Receiver() as receiver:
        threads = [Thread(target=work, args=(receiver.url,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert statuses == [204] * 160
    assert receiver.connections <= 8
    assert len(receiver.heard) == 160
