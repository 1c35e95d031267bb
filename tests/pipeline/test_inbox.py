from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from feeder.errors import StoreError, Unreadable
from feeder.model.article import Article, State
from feeder.model.document import Document
from feeder.pipeline import finding, inbox
from feeder.pipeline.inbox import BUSY, ELSEWHERE, REUSED, STALE, UNCHANGED, WITHDRAWN, Received, Sent
from feeder.pipeline.single import WAITING, take_in
from feeder.store import answered, documents, leases
from feeder.store.answered import Answered
from feeder.store.documents import Known
from tests.pipeline.posting import PAGES, TEXT, Posting, sent
from tests.samples import NOW

if TYPE_CHECKING:
    from feeder.store import Store


@pytest.fixture
def posting(store: Store) -> Posting:
    return Posting(store)


def put(posting: Posting, *words: str, source: str = "desk", **fields: Any) -> Received:
    return inbox.put(posting.inbox, source, sent(*words, **fields))


def the(received: Received) -> Article:
    assert received.article is not None
    return received.article


def test_what_is_handed_over_is_published_and_told_at_once(posting: Posting) -> None:
    received = put(posting, "a-1")
    assert received.outcome == "published"
    assert (the(received).content.title, the(received).source, the(received).revision) == ("Fog lifts", "desk", 1)
    assert posting.told() == [("published", 1)]


def test_the_same_name_is_the_same_article_whatever_it_says(posting: Posting) -> None:
    first = put(posting, "a-1")
    assert put(posting, "a-1").outcome == "unchanged"
    second = put(posting, "a-1", title="Fog stays")
    assert (second.outcome, the(second).id, the(second).revision) == ("updated", the(first).id, 2)
    assert posting.told() == [("published", 1), ("updated", 2)]


def test_another_name_is_another_article_even_with_the_same_words(posting: Posting) -> None:
    one, two = put(posting, "a-1"), put(posting, "a-2")
    assert (one.outcome, two.outcome) == ("published", "published")
    assert the(one).id != the(two).id


def test_a_name_belongs_to_its_source(posting: Posting) -> None:
    assert the(put(posting, "a-1")).id != the(put(posting, "a-1", source="wire")).id


def test_what_has_no_name_is_known_by_what_it_says(posting: Posting) -> None:
    first, again, other = put(posting), put(posting), put(posting, title="Rain falls")
    assert [it.outcome for it in (first, again, other)] == ["published", "unchanged", "published"]
    assert the(first).id == the(again).id != the(other).id


def test_whoever_calls_an_article_by_our_id_for_it_means_that_article(posting: Posting) -> None:
    first = put(posting, "a-1")
    second = put(posting, the(first).id, title="Fog stays")
    assert (second.outcome, the(second).id) == ("updated", the(first).id)


def test_other_kinds_of_texts_are_read_by_their_readers(posting: Posting) -> None:
    text = f"# Fog lifts\n\n{TEXT}\n".encode()
    received = inbox.put(posting.inbox, "desk", Sent("text/markdown", text, name="a-1"))
    assert the(received).content.title == "Fog lifts"
    assert inbox.put(posting.inbox, "desk", Sent("text/markdown", text, name="a-1")).outcome == "unchanged"


def test_what_cannot_be_read_is_refused_and_leaves_nothing(posting: Posting) -> None:
    with pytest.raises(Unreadable):
        put(posting, "a-1", title="", content_text="")
    assert posting.articles() == ()
    assert finding.find(posting.inbox, "a-1") is None


# ---------------------------------------------------------------- requests that name themselves


def test_the_same_request_twice_is_one_article_and_the_same_answer(posting: Posting) -> None:
    first, again = put(posting, "", "k1"), put(posting, "", "k1")
    assert (first.outcome, again.outcome) == ("published", "published")
    assert the(first).id == the(again).id
    assert posting.told() == [("published", 1)]


def test_another_request_under_the_same_key_is_refused(posting: Posting) -> None:
    put(posting, "", "k1")
    assert put(posting, "", "k1", title="Rain falls").outcome == REUSED
    assert [it.content.title for it in posting.articles()] == ["Fog lifts"]


def test_the_same_words_under_two_keys_are_two_articles(posting: Posting) -> None:
    assert the(put(posting, "", "k1")).id != the(put(posting, "", "k2")).id


def test_a_request_may_name_itself_and_its_article(posting: Posting) -> None:
    first = put(posting, "a-1", "k1")
    assert put(posting, "a-1", "k1").outcome == "published"
    assert put(posting, "a-1", "k1", title="Fog stays").outcome == REUSED
    assert put(posting, "a-2", "k1").outcome == REUSED
    changed = put(posting, "a-1", "k2", title="Fog stays")
    assert (changed.outcome, the(changed).id) == ("updated", the(first).id)
    late = put(posting, "a-1", "k1")  # the first request once more: it does not bring the old title back
    assert (late.outcome, the(late).content.title) == ("published", "Fog stays")
    assert posting.told() == [("published", 1), ("updated", 2)]


def test_a_request_that_was_refused_may_be_mended_under_its_key(posting: Posting) -> None:
    with pytest.raises(Unreadable):
        put(posting, "", "k1", title="", content_text="")
    assert put(posting, "", "k1").outcome == "published"


def test_a_key_belongs_to_its_source(posting: Posting) -> None:
    put(posting, "", "k1")
    assert put(posting, "", "k1", source="wire", title="Rain falls").outcome == "published"


def test_keys_are_remembered_over_a_restart(posting: Posting, store: Store) -> None:
    first = put(posting, "", "k1")
    restarted = Posting(store)
    assert the(put(restarted, "", "k1")).id == the(first).id
    assert put(restarted, "", "k1", title="Rain falls").outcome == REUSED


def test_the_same_request_at_the_same_moment_is_told_to_come_again(posting: Posting, store: Store) -> None:
    with store.write() as tx:
        now = store.now(tx)
        assert leases.take(tx, "request desk k1", "another node", now, now + timedelta(seconds=60))
    assert put(posting, "", "k1").outcome == BUSY
    with store.write() as tx:  # that node died, and a minute is over
        leases.take(tx, "request desk k1", "another node", now, now)
    assert put(posting, "", "k1").outcome == "published"


def _refuse_answers(store: Store) -> None:
    """From now on the store does not take what was answered, as if it broke at that very moment."""
    broken = "ALTER TABLE answered ADD CONSTRAINT broken CHECK (false) NOT VALID"
    if store.embedded:
        broken = "CREATE TRIGGER broken BEFORE INSERT ON answered BEGIN SELECT RAISE(ABORT, 'broken'); END"
    with store.write() as tx:
        tx.exec_driver_sql(broken)


@pytest.mark.parametrize("fields", [{}, {"_feeder": {"draft": True}}], ids=["published", "waiting"])
def test_no_article_is_stored_without_what_was_answered(
    posting: Posting, store: Store, fields: dict[str, Any]
) -> None:
    _refuse_answers(store)
    with pytest.raises(StoreError):
        put(posting, "a-1", "k1", **fields)
    assert posting.articles() == ()
    assert finding.find(posting.inbox, "a-1") is None
    assert put(posting, "a-1", **fields).outcome in {"published", WAITING}, "without a key it needs none"


def test_what_was_answered_is_remembered_for_thirty_days(posting: Posting) -> None:
    put(posting, "", "old")
    posting.later(days=20)
    put(posting, "", "new")
    posting.later(days=11)
    posting.look()
    assert put(posting, "", "new", title="Rain falls").outcome == REUSED
    assert put(posting, "", "old", title="Rain falls").outcome == "updated", "a new request for the same article"


def test_old_answers_are_forgotten_a_few_at_a_time(store: Store) -> None:
    with store.write() as tx:
        for number in range(7):
            answered.put(tx, Answered("desk", f"k{number}", "", "published", "", NOW - timedelta(days=number)))
        answered.put(tx, Answered("wire", "k9", "", "published", "", NOW - timedelta(days=9)))
        done = [answered.forget(tx, "desk", NOW - timedelta(days=2, hours=1), 3) for _ in range(3)]
        left = [name for name in ("k0", "k2", "k3", "k6") if answered.get(tx, "desk", name)]
        assert (done, left, answered.get(tx, "wire", "k9") is not None) == ([3, 1, 0], ["k0", "k2"], True)


# ---------------------------------------------------------------- to wait


def test_a_draft_waits_until_it_is_none(posting: Posting) -> None:
    received = put(posting, "a-1", _feeder={"draft": True})
    assert (received.outcome, received.article) == (WAITING, None)
    assert isinstance(finding.find(posting.inbox, "a-1"), Known)
    posting.look()
    assert posting.articles() == ()
    assert put(posting, "a-1").outcome == "published"


def test_a_date_to_come_waits_for_its_time_and_needs_nobody_then(posting: Posting) -> None:
    when = posting.now + timedelta(hours=2)
    received = put(posting, "a-1", date_published=when.isoformat())
    assert received.known is not None
    assert (received.outcome, received.known.again) == (WAITING, when)
    posting.later(hours=1)
    posting.look()
    assert posting.articles() == ()
    posting.later(hours=1)
    posting.look()
    (article,) = posting.articles()
    assert (article.content.title, article.published) == ("Fog lifts", when)
    assert finding.find(posting.inbox, "a-1") == article


def test_what_waits_is_kept_over_a_restart(posting: Posting, store: Store) -> None:
    put(posting, "a-1", date_published=(posting.now + timedelta(hours=2)).isoformat())
    restarted = Posting(store)
    restarted.later(hours=3)
    restarted.look()
    assert [it.content.title for it in restarted.articles()] == ["Fog lifts"]


def test_a_request_that_waits_is_answered_alike_too(posting: Posting) -> None:
    when = (posting.now + timedelta(hours=2)).isoformat()
    first, again = (put(posting, "", "k1", date_published=when) for _ in range(2))
    assert (first.outcome, again.outcome, first.key) == (WAITING, WAITING, again.key)


def test_what_waits_can_be_changed_and_forgotten(posting: Posting) -> None:
    put(posting, "a-1", _feeder={"draft": True})
    known = finding.find(posting.inbox, "a-1")
    assert isinstance(known, Known)
    changed = inbox.change_waiting(posting.inbox, known, sent("a-1", title="Rain falls", _feeder={"draft": True}))
    document = finding.waiting(posting.inbox, known)
    assert (changed.outcome, document and b"Rain falls" in document.body) == (WAITING, True)
    assert [it.key for it in finding.listed_waiting(posting.inbox, 10, "desk")] == ["id:a-1"]
    inbox.forget(posting.inbox, known)
    assert finding.find(posting.inbox, "a-1") is None
    assert finding.listed_waiting(posting.inbox, 10, None) == ()


def test_an_article_that_becomes_a_draft_is_withdrawn_until_it_is_none(posting: Posting) -> None:
    article = the(put(posting, "a-1"))
    draft = inbox.change(posting.inbox, article, sent(_feeder={"draft": True}))
    assert draft.outcome == WAITING
    assert [it.state for it in posting.articles()] == [State.WITHDRAWN]
    assert finding.waiting(posting.inbox, article) is not None
    again = put(posting, "a-1")
    assert (again.outcome, the(again).id, the(again).state) == ("updated", article.id, State.LIVE)


# ---------------------------------------------------------------- change


def test_another_content_takes_the_place_of_the_old_one_under_the_same_name(posting: Posting) -> None:
    article = the(put(posting, "a-1"))
    received = inbox.change(posting.inbox, article, sent(title="Fog stays"))
    assert (received.outcome, the(received).id, the(received).content.title) == (
        "updated",
        article.id,
        "Fog stays",
    )
    assert the(put(posting, "a-1", title="Fog stays")).id == article.id
    assert len(posting.articles()) == 1


def test_only_the_revision_that_was_meant_is_replaced(posting: Posting) -> None:
    article = the(put(posting, "a-1"))
    assert inbox.change(posting.inbox, article, sent(title="B"), frozenset({1})).outcome == "updated"
    stale = inbox.change(posting.inbox, article, sent(title="C"), frozenset({1}))
    assert (stale.outcome, the(stale).revision) == (STALE, 2)


def test_of_many_who_would_change_or_withdraw_one_revision_at_once_one_does(posting: Posting) -> None:
    article, seen = the(put(posting, "a-1")), frozenset({1})
    with ThreadPoolExecutor(8) as pool:
        changed = [pool.submit(inbox.change, posting.inbox, article, sent(title=it), seen) for it in "ABCDEF"]
        gone = [pool.submit(inbox.withdraw, posting.inbox, article, seen) for _ in range(2)]
    outcomes = [it.result().outcome for it in changed] + [it.result() for it in gone]
    assert sorted(outcomes)[:-1] == [STALE] * 7
    (now,) = posting.articles()
    assert now.revision == 2
    # Where the withdrawal was the quickest, the publication was never sent, and there is nothing to take back.
    assert posting.told() == [("published", 1)] + [("updated", 2)] * (now.state is State.LIVE)


def test_what_another_source_holds_is_changed_there(posting: Posting) -> None:
    article = the(put(posting, "a-1", source="newsroom"))
    assert inbox.change(posting.inbox, article, sent(title="B")).outcome == ELSEWHERE


# ---------------------------------------------------------------- withdraw and restore


def test_what_is_withdrawn_stays_away_whatever_is_posted_until_it_is_restored(posting: Posting) -> None:
    article = the(put(posting, "a-1"))
    assert inbox.withdraw(posting.inbox, article) == WITHDRAWN
    assert inbox.withdraw(posting.inbox, article) == UNCHANGED
    assert put(posting, "a-1", title="Fog stays").outcome == "retracted"
    assert inbox.restore(posting.inbox, article)
    assert not inbox.restore(posting.inbox, article)
    (restored,) = posting.articles()
    assert (restored.state, restored.content.title) == (State.LIVE, "Fog lifts")
    assert put(posting, "a-1").outcome == "unchanged"


def test_what_is_put_where_something_was_withdrawn_brings_it_back_in_one_revision(posting: Posting) -> None:
    article = the(put(posting, "a-1"))
    inbox.withdraw(posting.inbox, article)
    received = inbox.change(posting.inbox, article, sent(title="Fog stays"))
    assert (received.outcome, the(received).id, the(received).revision) == ("updated", article.id, 3)
    assert [it.state for it in posting.articles()] == [State.LIVE]


def test_what_cannot_be_read_brings_nothing_back(posting: Posting) -> None:
    article = the(put(posting, "a-1"))
    inbox.withdraw(posting.inbox, article)
    with pytest.raises(Unreadable):
        inbox.change(posting.inbox, article, sent(title="", content_text=""))
    assert [it.state for it in posting.articles()] == [State.RETRACTED]


def test_what_waits_takes_the_place_of_what_was_withdrawn_when_its_time_has_come(posting: Posting) -> None:
    article = the(put(posting, "a-1"))
    inbox.withdraw(posting.inbox, article)
    later = posting.now + timedelta(hours=1)
    received = inbox.change(posting.inbox, article, sent(title="Fog stays", date_published=later.isoformat()))
    assert received.outcome == "waiting"
    posting.later(hours=2)
    posting.look()
    (back,) = posting.articles()
    assert (back.id, back.state, back.content.title) == (article.id, State.LIVE, "Fog stays")


def test_what_was_published_while_somebody_would_forget_it_is_withdrawn(posting: Posting) -> None:
    put(posting, "a-1", date_published=(posting.now + timedelta(hours=1)).isoformat())
    known = finding.find(posting.inbox, "a-1")
    assert isinstance(known, Known)
    posting.later(hours=2)
    posting.look()
    inbox.forget(posting.inbox, known)
    assert [it.state for it in posting.articles()] == [State.RETRACTED]


def test_a_text_with_an_expiry_date_is_withdrawn_when_its_time_comes(posting: Posting) -> None:
    until = posting.now + timedelta(hours=1)
    text = f"---\ntitle: Fog lifts\nexpiryDate: {until.isoformat()}\n---\n{TEXT}\n".encode()
    article = the(inbox.put(posting.inbox, "desk", Sent("text/markdown", text, name="a-1")))
    posting.look()
    assert finding.find(posting.inbox, "a-1") == article
    posting.later(hours=1)
    assert posting.look()["withdrawn"] == 1
    assert [it.state for it in posting.articles()] == [State.WITHDRAWN]
    assert "withdrawn" not in posting.look()


def test_what_no_source_of_the_configuration_holds_expires_too(posting: Posting) -> None:
    until = posting.now + timedelta(hours=1)
    text = f"---\ntitle: Fog lifts\nexpiryDate: {until.isoformat()}\n---\n{TEXT}\n".encode()
    document = Document("added", "fog.md", "1", "text/markdown", text, posting.now, "1")
    take_in(posting.desk, document, posting.now)
    posting.later(hours=2)
    posting.look()
    assert [it.state for it in posting.articles()] == [State.WITHDRAWN]


# ---------------------------------------------------------------- find


def test_an_article_is_found_by_an_address_at_which_it_stood_before(posting: Posting) -> None:
    text = f"---\ntitle: Fog lifts\naliases: [/2019/fog/, https://old.example/fog]\n---\n{TEXT}\n".encode()
    article = the(inbox.put(posting.inbox, "desk", Sent("text/markdown", text, name="a-1")))
    for word in ("https://post.example/2019/fog", "https://old.example/fog/"):
        assert finding.find(posting.inbox, word) == article


def test_an_article_is_found_by_each_of_its_names(posting: Posting) -> None:
    article = the(put(posting, "a-1", url="https://www.post.example/fog/"))
    words = [article.id, article.id.removeprefix("urn:uuid:"), article.slug, "a-1", "id:a-1"]
    words += [f"{PAGES}{article.slug}.html", "https://post.example/fog?utm_source=x"]
    assert {word: finding.find(posting.inbox, word) for word in words} == dict.fromkeys(words, article)
    assert {article.id, "a-1"} <= finding.names(posting.inbox, article)


@pytest.mark.parametrize("word", ["", "fog", "fog-lifts", "%", "urn:uuid:", PAGES, "https://post.example/", "\0"])
def test_nothing_is_found_by_half_a_name(posting: Posting, word: str) -> None:
    put(posting, "a-1")
    assert finding.find(posting.inbox, word) is None


def test_a_page_goes_on_where_the_last_one_ended(posting: Posting) -> None:
    made = []
    for number in range(5):
        posting.later(seconds=1)
        made.append(the(put(posting, f"a-{number}")).id)
    first = finding.listed(posting.inbox, 3, State.LIVE, None, None)
    rest = finding.listed(posting.inbox, 3, State.LIVE, "desk", (first[-1].position, first[-1].id))
    assert [it.id for it in (*first, *rest)] == made[::-1]
    assert finding.listed(posting.inbox, 3, State.LIVE, "wire", None) == ()


def test_what_is_taken_in_is_a_document_of_its_source(posting: Posting, store: Store) -> None:
    article = the(put(posting, "a-1"))
    with store.read() as tx:
        assert [it.key for it in documents.of_article(tx, article.id)] == ["id:a-1"]
