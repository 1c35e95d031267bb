from __future__ import annotations

import copy
import json
import logging
import pickle
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.secret import Secret

VALUE = "whsec_bmV2ZXIgc2hvd24="


@dataclass(frozen=True)
class Holder:
    secret: Secret


def test_a_secret_gives_its_value_only_when_it_is_asked_for() -> None:
    assert Secret(VALUE).reveal() == VALUE


@pytest.mark.parametrize(
    "shown",
    [
        str(Secret(VALUE)),
        repr(Secret(VALUE)),
        f"{Secret(VALUE)}",
        f"{Secret(VALUE)!r:>40}",
        "{:}".format(Secret(VALUE)),  # noqa: UP032 - another way to the same hook
        "%s %r" % (Secret(VALUE), Secret(VALUE)),  # noqa: UP031 - and another
        repr(Holder(Secret(VALUE))),
        repr([Secret(VALUE)]),
        json.dumps({"secret": Secret(VALUE)}, default=str),
    ],
)
def test_a_secret_does_not_show_itself(shown: str) -> None:
    assert VALUE not in shown
    assert "****" in shown


def test_a_secret_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        logging.getLogger(__name__).info("signed with %s", Secret(VALUE))
    assert "signed with ****" in caplog.text
    assert VALUE not in caplog.text


@pytest.mark.parametrize("leave", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_secret_does_not_leave_the_process(leave: object) -> None:
    assert callable(leave)
    with pytest.raises(TypeError, match="not pickled") as caught:
        leave(Secret(VALUE))
    assert VALUE not in str(caught.value)


def test_a_secret_has_no_other_attributes() -> None:
    with pytest.raises(TypeError):
        vars(Secret(VALUE))


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(words, words)
def test_secrets_are_equal_when_their_values_are(one: str, other: str) -> None:
    assert (Secret(one) == Secret(other)) == (one == other)
    assert Secret(one) == Secret(one)
    assert len({Secret(one), Secret(one)}) == 1
    assert bool(Secret(one)) == bool(one)


def test_a_secret_is_not_equal_to_its_value() -> None:
    assert Secret(VALUE) != VALUE


def test_secrets_with_bytes_of_the_environment_can_be_compared() -> None:
    assert Secret("\udcff") != Secret("x")
