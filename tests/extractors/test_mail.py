"""A mail -> the article in it; and every mail that is none, with one plain reason."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import UTC, date, datetime
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeder.errors import NotYet, Unreadable
from feeder.extractors import read
from feeder.model.article import Person
from tests.extractors.paper import document, hints

if TYPE_CHECKING:
    from feeder.model.document import Reading

HEAD = {
    "From": "Ida Wells <ida@post.example>",
    "To": "desk@paper.example",
    "Subject": "Ferries sail again",
    "Date": "Wed, 14 Jan 2026 09:00:00 +0100",
    "Message-ID": "<fog-1@post.example>",
}
FIRST = "The fog over the harbour lifted on Wednesday, and the ferries to the islands sailed again after two days."
SECOND = "Nobody was hurt, the harbour master said, but eleven lorries with fish had to turn back to the mainland."
BODY = f"{FIRST}\n\n{SECOND}\n"
PAGE = f"<html><body><p>{FIRST}</p><p>{SECOND}</p></body></html>"
WORDS = f"<p>{FIRST}</p>\n<p>{SECOND}</p>"


def mail(body: str = BODY, headers: dict[str, str] | None = None, **content: str) -> str:
    said = HEAD | {"Content-Type": "text/plain; charset=utf-8"} | (headers or {}) | content
    return "".join(f"{name}: {value}\n" for name, value in said.items() if value) + "\n" + body


def opened(source: str | bytes | EmailMessage, key: str = "mail.eml") -> Reading:
    body = source.as_bytes() if isinstance(source, EmailMessage) else source
    return read(document(body, "message/rfc822", key), hints())


def refusal(source: str | bytes | EmailMessage) -> str:
    with pytest.raises(Unreadable) as caught:
        opened(source)
    return caught.value.reason


def parts(plain: str | None = BODY, page: str | None = None, subject: str = "Ferries sail again") -> EmailMessage:
    made = EmailMessage()
    for name, value in (HEAD | {"Subject": subject}).items():
        made[name] = value
    if plain is not None:
        made.set_content(plain)
    if page is not None:
        made.add_alternative(page, subtype="html") if plain is not None else made.set_content(page, subtype="html")
    return made


# ---------------------------------------------------------------- a plain one


def test_a_plain_mail_is_an_article_of_its_head_and_its_text() -> None:
    found = opened(mail())
    assert found.content.title == "Ferries sail again"
    assert found.content.html == WORDS
    assert found.content.authors == (Person("Ida Wells"),)  # her address was not given to be published
    assert found.published == datetime(2026, 1, 14, 8, tzinfo=UTC)
    assert found.native == "fog-1@post.example"
    origins = dict(found.origins)
    assert (origins["title"], origins["authors"], origins["published"]) == ("Subject", "From", "Date")
    assert found.warnings == ()


def test_a_press_release_in_a_mail_is_read_by_the_rules_of_plain_texts() -> None:
    dateline = "OBAN, January 14, 2026 (Harbour Press) - "
    body = f"FOR IMMEDIATE RELEASE\n\nFerries sail again\n\nBy Una Ward\n\n{dateline}{BODY}\n###\n"
    found = opened(mail(body))
    assert (found.content.place, found.content.authors) == ("Oban", (Person("Una Ward"),))
    assert found.content.title == "Ferries sail again"
    assert found.content.html.startswith(f"<p>{FIRST}")
    assert found.published == datetime(2026, 1, 14, 8, tzinfo=UTC)


def test_lines_wrapped_at_seventy_two_columns_are_joined() -> None:
    import textwrap

    wrapped = "\n\n".join(textwrap.fill(paragraph, 72) for paragraph in (FIRST, SECOND))
    assert opened(mail(wrapped)).content.html == WORDS


def test_flowed_text_is_unwrapped_with_and_without_its_spaces() -> None:
    flowed = "\n\n".join(it.replace(", ", ", \n").replace("to the ", " to \nthe ") for it in (FIRST, SECOND))
    signed = f" {flowed}\n-- \nIda \nWells\n"
    found = opened(mail(signed, {"Content-Type": "text/plain; format=flowed"}))
    assert found.content.html.replace("  ", " ") == WORDS
    assert found.content.notes == ("-- Ida Wells",)
    wide = "霧が晴れた。 \n船は出た。\n"
    joined = opened(mail(wide, {"Content-Type": 'text/plain; charset=utf-8; format="flowed"; delsp=yes'}))
    assert joined.content.html == "<p>霧が晴れた。船は出た。</p>"


def test_a_text_that_waits_for_its_hour_makes_the_mail_wait() -> None:
    with pytest.raises(NotYet) as caught:
        opened(mail(f"Embargo: 16 January 2026, 09:00 UTC\n\n{BODY}"))
    assert caught.value.until == datetime(2026, 1, 16, 9, tzinfo=UTC)


# ---------------------------------------------------------------- its head


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("Re: AW: Fwd: Ferries sail", "Ferries sail"),
        ("RE[2]: Ferries sail", "Ferries sail"),
        ("SV: WG: Ferries sail", "Ferries sail"),
        ("[EXTERNAL] Ferries sail", "Ferries sail"),
        ("[EXT] Re: [EXTERN] Ferries sail", "Ferries sail"),
        ("[Update] Ferries sail", "[Update] Ferries sail"),
        ("I: the harbour master", "I: the harbour master"),
        ("Reopened: the harbour", "Reopened: the harbour"),
        ("=?utf-8?Q?F=C3=A4hren_fahren?= wieder", "Fähren fahren wieder"),
        ("=?utf-8?B?RsOk?= =?utf-8?B?aHJlbg==?=", "Fähren"),
        ("=?utf-8?Q?F=C3?= =?utf-8?Q?=A4hren?=", "Fähren"),  # cut within a letter
        ("=?iso-2022-jp?B?GyRCTDgbKEI=?=", "霧"),
        ("=?koi8-r?B?9NXNwc4=?=", "Туман"),
        ("=?no-such-set?Q?Fog?=", "Fog"),
        ("=?utf-8?B?!!!?= Fog", "Fog"),
        ("=?utf-8?Q?Fog?", "=?utf-8?Q?Fog?"),
        ("Ferries\n sail\n\tagain", "Ferries sail again"),
    ],
)
def test_a_subject_becomes_a_title(subject: str, title: str) -> None:
    assert opened(mail(Subject=subject)).content.title == title


def test_the_tag_of_a_list_goes_and_other_brackets_stay() -> None:
    tagged = {
        "Subject": "[Harbour-News] Re: [Opinion] Ferries sail",
        "List-Id": "Harbour News <harbour-news.lists.example>",
    }
    found = opened(mail(headers=tagged))
    assert found.content.title == "[Opinion] Ferries sail"
    assert (found.content.publisher, dict(found.origins)["publisher"]) == ("Harbour News", "List-Id")
    assert opened(mail(headers=tagged | {"List-Id": "<other.lists.example>"})).content.title.startswith(
        "[Harbour-News]"
    )


def test_short_answers_go_only_from_answers() -> None:
    answer = {"Subject": "R: Ferries sail", "In-Reply-To": "<x@y>"}
    assert opened(mail(headers=answer)).content.title == "Ferries sail"
    assert opened(mail(Subject="R: Ferries sail")).content.title == "R: Ferries sail"


def test_bytes_in_heads_are_read_by_the_ladder() -> None:
    raw = mail().encode().replace(b"Ferries sail again", "Fähren fahren wieder".encode("latin-1"), 1)
    assert opened(raw).content.title == "Fähren fahren wieder"


def test_without_a_subject_the_text_has_the_title() -> None:
    found = opened(mail(f"Ferries sail again\n\n{BODY}", {"Subject": ""}))
    assert (found.content.title, found.content.html) == ("Ferries sail again", WORDS)


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        ("Ida Wells <ida@post.example>", "Ida Wells"),
        ('"Wells, Ida" <ida@post.example>', "Wells, Ida"),
        ("=?utf-8?Q?J=C3=BCrgen_Fogg?= <j@post.example>", "Jürgen Fogg"),
        ("Ida Wells via News <news@lists.example>", "Ida Wells"),
        ("newsroom@post.example", "newsroom"),
        ("no-reply@post.example", None),
        ("", None),
        ("<>", None),
        ("((((", None),
    ],
)
def test_whoever_sends_a_mail_is_its_author(sender: str, name: str | None) -> None:
    assert opened(mail(From=sender)).content.authors == ((Person(name),) if name else ())


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("14 Jan 2026 09:00 EST", datetime(2026, 1, 14, 14, tzinfo=UTC)),
        ("Wed, 14 Jan 2026 09:00:00 -0000", datetime(2026, 1, 14, 9, tzinfo=UTC)),
        ("Wed, 14 Jan 26 09:00:00 +0000 (GMT)", datetime(2026, 1, 14, 9, tzinfo=UTC)),
        ("2026-01-14 09:00:00 UTC", datetime(2026, 1, 14, 9, tzinfo=UTC)),
        ("14. Januar 2026", date(2026, 1, 14)),
        ("gestern", None),
        ("", None),
    ],
)
def test_dates_are_read_however_they_are_written(written: str, expected: date | None) -> None:
    assert opened(mail(Date=written)).published == expected


def test_without_a_date_the_last_server_or_the_name_of_the_file_tells() -> None:
    received = {"Date": "", "Received": "from a.example by b.example with SMTP; Wed, 14 Jan 2026 09:00:00 +0000"}
    assert opened(mail(headers=received)).published == datetime(2026, 1, 14, 9, tzinfo=UTC)
    assert opened(mail(Date=""), "2026-01-13-ferries.eml").published == date(2026, 1, 13)


def test_a_text_of_another_week_than_its_mail_is_a_warning() -> None:
    found = opened(mail(f"OBAN, January 2, 2026 (AP) - {BODY}"))
    assert found.published == datetime(2026, 1, 14, 8, tzinfo=UTC)
    assert "2026-01-02" in found.warnings[-1]


def test_the_place_of_a_mail_in_an_archive_is_its_address() -> None:
    found = opened(mail(headers={"Archived-At": "<https://lists.example/fog/1>", "Keywords": "Fog, Ferries"}))
    assert (found.content.url, found.content.categories) == ("https://lists.example/fog/1", ("Fog", "Ferries"))


@pytest.mark.parametrize("name", ["", "<>", f"<{'x' * 3000}@y>"])
def test_an_id_that_can_be_none_is_none(name: str) -> None:
    assert opened(mail(headers={"Message-ID": name})).native is None


# ---------------------------------------------------------------- its parts


def test_of_two_forms_the_page_counts() -> None:
    found = opened(parts("Only for old programs.", PAGE))
    assert found.content.html.replace("\n", "") == WORDS.replace("\n", "")
    assert found.content.title == "Ferries sail again"
    assert found.published == datetime(2026, 1, 14, 8, tzinfo=UTC)
    assert dict(found.origins)["title"] == "Subject"


def test_a_page_that_shows_nothing_leaves_the_plain_text() -> None:
    assert opened(parts(BODY, "<html><body><img src='cid:logo'><p> </p></body></html>")).content.html == WORDS


def test_pictures_inside_the_mail_go_and_those_of_the_web_stay() -> None:
    made = parts(
        BODY, PAGE.replace("</p>", "</p><img src='cid:logo'><img src='https://a.example/ferry-big.jpg'>", 1)
    )
    page = made.get_payload(1)
    assert isinstance(page, EmailMessage)
    page.add_related(b"GIF89a", "image", "gif", cid="<logo>")
    found = opened(made)
    assert "cid:" not in found.content.html
    assert FIRST in found.content.html
    assert not any("attachment" in note for note in found.content.notes)


def test_attachments_are_left_out_with_a_note() -> None:
    made = parts()
    made.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="Fähre.pdf")
    found = opened(made)
    assert found.content.html == WORDS
    assert found.content.notes == ("attachment left out: Fähre.pdf (application/pdf)",)


def test_a_text_that_is_only_attached_is_read() -> None:
    made = parts(None)
    made.add_attachment(BODY, filename="release.txt")
    assert opened(made).content.html == WORDS


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "no-such-set", ""])
@pytest.mark.parametrize("encoding", ["8bit", "base64", "quoted-printable"])
def test_a_text_is_read_whatever_its_head_says_of_its_letters(charset: str, encoding: str) -> None:
    import quopri

    text = "Am Mittwoch fuhren die Fähren wieder, und über dem Hafen löste sich der Nebel.\n".encode()
    coded = {"8bit": text, "base64": b64encode(text), "quoted-printable": quopri.encodestring(text)}[encoding]
    kind = "text/plain" + (f"; charset={charset}" if charset else "")
    head = mail("", {"Content-Type": kind, "Content-Transfer-Encoding": encoding}).encode()
    assert "Fähren wieder, und über" in opened(head + coded).content.html


def test_seven_bits_may_be_japanese_or_shifted() -> None:
    text = "霧が晴れ、船は島々へ再び出た。"
    head = mail("", {"Content-Type": "text/plain; charset=iso-2022-jp"}).encode()
    assert opened(head + text.encode("iso-2022-jp")).content.html == f"<p>{text}</p>"
    head = mail("", {"Content-Type": "text/plain; charset=utf-7"}).encode()
    assert opened(head + text.encode("utf-7")).content.html == f"<p>{text}</p>"


def test_the_set_that_the_operator_names_reads_what_names_none() -> None:
    body = mail(
        headers={"Content-Type": "text/plain"}
    ).encode() + "Туман рассеялся, и паромы снова вышли в море.".encode("koi8-r")
    said = replace(hints(), encoding="koi8-r")
    found = read(document(body, "message/rfc822"), said)
    assert "паромы снова вышли" in found.content.html


# ---------------------------------------------------------------- what is not the writer's


SIGNATURE = "-- \nIda Wells, Harbour Press\n+44 1631 000000\n"
FOOTER = f"{'_' * 47}\nnews mailing list\nnews@lists.example\nhttps://lists.example/news\n"


@pytest.mark.parametrize(
    "below",
    [
        SIGNATURE,
        SIGNATURE.replace("-- \n", "--\n"),
        FOOTER,
        f"{SIGNATURE}\n{FOOTER}",
        "To unsubscribe from this list, write to news-leave@lists.example\n",
        "This e-mail and any files are confidential and intended for those it is addressed to only.\n",
        "On Tue, 13 Jan 2026 at 10:00, Una Ward wrote:\n> When will the fog lift?\n> Una\n",
        "Am 13.01.2026 um 10:00 schrieb\nUna Ward:\n> Wann?\n",
        "-----Original Message-----\nFrom: Una Ward\nSent: Tuesday\nSubject: Fog\n\nWhen will the fog lift?\n",
    ],
)
def test_what_programs_and_lists_put_below_goes_to_the_notes(below: str) -> None:
    long = " ".join([SECOND] * 5)
    found = opened(mail(f"{FIRST}\n\n{long}\n\n{below}"))
    assert found.content.html == f"<p>{FIRST}</p>\n<p>{long}</p>"
    assert found.content.notes


def test_a_greeting_above_goes_to_the_notes() -> None:
    found = opened(mail(f"Dear colleagues,\n\n{BODY}"))
    assert (found.content.html, found.content.notes) == (WORDS, ("Dear colleagues,",))


def test_a_line_of_dashes_in_the_middle_is_no_signature() -> None:
    body = f"{FIRST}\n\n-- \n\n" + "\n\n".join([SECOND] * 40)
    assert SECOND in opened(mail(body)).content.html


def test_a_signature_of_pgp_is_taken_off() -> None:
    body = (
        f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{FIRST}\n\n- -- a line with dashes, {SECOND}\n"
        "-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAdFiEE\n=abcd\n-----END PGP SIGNATURE-----\n"
    )
    found = opened(mail(body))
    assert "-- a line with dashes" in found.content.html
    assert "PGP" not in found.content.html
    assert "iQEzBAEB" not in found.content.html


def test_links_that_act_for_the_newsroom_and_traces_go() -> None:
    footer = (
        "<table><tr><td>You get this because you asked. <a href='https://m.example/u?t=9'>Unsubscribe</a> or "
        "<a href='https://m.example/p?t=9'>update preferences</a>.</td></tr></table>"
    )
    view = "<p><a href='https://m.example/v?t=9'>View in your browser</a></p>"
    above = f"<div style='display:none'>Preview line</div>{view}"
    spy = "<img src='https://m.example/o.gif?t=9' width='1' height='1'>"
    found = opened(parts(None, f"<html><body>{above}<p>{FIRST}</p><p>{SECOND}</p>{footer}{spy}</body></html>"))
    assert found.content.html.replace("\n", "") == WORDS.replace("\n", "")
    assert "t=9" not in "".join(found.content.notes)


def test_what_a_page_quotes_and_signs_goes() -> None:
    signature = "<div class='gmail_signature'>Ida Wells<br>Harbour Press</div>"
    quote = "<div class='gmail_quote'>On Tuesday Una wrote:<blockquote type='cite'>When?</blockquote></div>"
    found = opened(parts(None, f"<html><body><p>{FIRST}</p><p>{SECOND}</p>{signature}{quote}</body></html>"))
    assert found.content.html.replace("\n", "") == WORDS.replace("\n", "")
    assert "Ida Wells" in " ".join(found.content.notes)


# ---------------------------------------------------------------- forwarded


FORWARDED = {
    "Gmail": (
        "---------- Forwarded message ---------\nFrom: Una Ward <una@wire.example>\n"
        "Date: Tue, 13 Jan 2026 at 10:00\nSubject: Fog lifts\nTo: <ida@post.example>\n\n\n"
    ),
    "Outlook": (
        "-----Original Message-----\nFrom: Una Ward [mailto:una@wire.example]\n"
        "Sent: Tuesday, January 13, 2026 10:00 AM\nTo: Ida\nSubject: Fog lifts\n\n"
    ),
    "Apple": (
        "Begin forwarded message:\n\nFrom: Una Ward <una@wire.example>\nSubject: Fog lifts\n"
        "Date: 13 January 2026 at 10:00:00 GMT\nTo: Ida\n\n"
    ),
    "Thunderbird": (
        "-------- Weitergeleitete Nachricht --------\nBetreff: Fog lifts\nDatum: Tue, 13 Jan 2026 10:00:00 +0000\n"
        "Von: Una Ward <una@wire.example>\nAn: Ida\n\n"
    ),
}


@pytest.mark.parametrize("marker", FORWARDED.values(), ids=FORWARDED)
def test_a_forwarded_mail_is_read_as_the_one_it_forwards(marker: str) -> None:
    found = opened(mail(f"For tomorrow, please.\n\n{marker}{BODY}", {"Subject": "Fwd: ferries"}))
    assert (found.content.title, found.content.html) == ("Fog lifts", WORDS)
    assert found.content.authors == (Person("Una Ward"),)
    assert found.published == datetime(2026, 1, 13, 10, tzinfo=UTC)
    assert found.native == "fog-1@post.example"
    assert "For tomorrow, please." in found.content.notes


def test_a_mail_that_carries_another_is_read_as_that_one() -> None:
    inner = parts(BODY, subject="Fog lifts")
    del inner["From"], inner["Message-ID"]
    inner["From"], inner["Message-ID"] = "Una Ward <una@wire.example>", "<inner@wire.example>"
    outer = parts("For tomorrow, please.", subject="Fwd: see below")
    outer.add_attachment(inner)
    found = opened(outer)
    assert (found.content.title, found.content.html) == ("Fog lifts", WORDS)
    assert (found.content.authors, found.native) == ((Person("Una Ward"),), "fog-1@post.example")
    assert "For tomorrow, please." in found.content.notes


def test_a_mail_with_a_text_of_its_own_leaves_out_what_it_carries() -> None:
    outer = parts("\n\n".join([BODY] * 3))
    outer.add_attachment(parts("Another text.", subject="Fog lifts"))
    found = opened(outer)
    assert found.content.title == "Ferries sail again"
    assert "mail left out: Fog lifts" in found.content.notes


# ---------------------------------------------------------------- no articles


def test_what_nobody_wrote_is_refused() -> None:
    report = mail(headers={"Content-Type": 'multipart/report; report-type=delivery-status; boundary="x"'})
    assert "report of a mail server" in refusal(report)
    assert "report of a mail server" in refusal(mail(From="Mail <MAILER-DAEMON@post.example>"))
    assert "report of a mail server" in refusal(mail(Subject="Undelivered Mail Returned to Sender"))
    for machine in (
        {"Auto-Submitted": "auto-replied (vacation)"},
        {"X-Autoreply": "yes"},
        {"Precedence": "auto_reply"},
    ):
        assert "automatic answer" in refusal(mail(headers=machine))
    for subject in ("Automatic reply: Fog", "Out of Office", "Automatische Antwort: Nebel", "自动回复：雾"):
        assert "automatic answer" in refusal(mail(Subject=subject))
    assert opened(mail(headers={"Auto-Submitted": "auto-generated"})).content.html == WORDS  # as newsletters are


def test_what_cannot_be_read_is_refused() -> None:
    sealed = mail("-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n")
    assert "encrypted" in refusal(sealed)
    assert "encrypted" in refusal(
        mail(headers={"Content-Type": "application/pkcs7-mime; smime-type=enveloped-data"})
    )
    invitation = parts("You are invited.")
    invitation.add_alternative("BEGIN:VCALENDAR", subtype="calendar")
    assert "invitation" in refusal(invitation)
    files = parts(None)
    files.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    assert refusal(files) == "it is a mail without a text, only with files: a.pdf (application/pdf)"
    assert "without a text" in refusal(mail(""))
    assert "no mail" in refusal("Dear all,\n\nthe fog lifted.\n")
    assert "no mail" in refusal(b"\x89PNG\r\n\x1a\n")


def nested(levels: int) -> str:
    inner = "Content-Type: text/plain\n\nFog.\n"
    for number in range(levels):
        inner = f'Content-Type: multipart/mixed; boundary="b{number}"\n\n--b{number}\n{inner}\n--b{number}--\n'
    return "Subject: Fog\n" + inner


def carried(levels: int) -> str:
    return "Subject: Fog\nContent-Type: message/rfc822\n\n" * levels + "Subject: Fog\n\nFog lifts.\n"


HOSTILE = {
    "deep parts": nested(500),
    "deep mails": carried(5000),
    "many parts": 'Subject: F\nContent-Type: multipart/mixed; boundary="b"\n\n' + "--b\n\nx\n" * 100_000,
    "many heads": "Subject: F\n" + "X-A: b\n" * 200_000 + f"\n{BODY}",
    "long head": f"Subject: {'=?utf-8?Q?F?= ' * 200_000}\nFrom: {'(' * 500_000}\nDate: {'1 ' * 500_000}\n\n{BODY}",
    "long type": f"Subject: F\nContent-Type: text/plain; {'a=b; ' * 400_000}\n\n{BODY}",
    "commas": f"From: {'a@b, ' * 400_000}\nTo: {'<' * 400_000}\n\n{BODY}",
    "lines": "Subject: F\n\n" + "\n" * 390_000 + BODY,
    "quotes": "Subject: F\n\n" + ">\n" * 200_000,
    "rules": "Subject: F\n\nFog.\n" + "_" * 30 + ("\n" + "_" * 30) * 100_000,
    "begins": "Subject: F\n\nFog.\n" + "begin 644 a\n" * 100_000,
    "armour": "Subject: F\n\nFog.\n" + "-----BEGIN PGP SIGNED MESSAGE-----\n" * 60_000,
    "forwards": "Subject: F\n\nFog.\n" + "---- Forwarded message ----\n" * 60_000,
    "links": "Subject: F\nContent-Type: text/html\n\n<p>Fog.</p>"
    + "<div><a href=x>unsubscribe</a></div>" * 30_000,
    "divs": "Subject: F\nContent-Type: text/html\n\n" + "<div class=gmail_quote>" * 50_000 + "<p>Fog.</p>",
    "words": f"Subject: {'=?' * 1_000_000}\n\n{BODY}",
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_mail_is_read_or_refused_for_what_it_is(name: str) -> None:
    found = outcome(HOSTILE[name].encode())
    assert not isinstance(found, str) or "breaks its reader" not in found


def outcome(body: bytes) -> Reading | str:
    try:
        return opened(body)
    except (Unreadable, NotYet) as error:
        return str(error)


PIECES = st.sampled_from([
    "From: ", "Subject: ", "Date: ", "Message-ID: <", "Content-Type: ", "multipart/mixed; boundary=b\n", "--b\n",
    'multipart/alternative; boundary="b"\n', "message/rfc822\n", "text/plain; format=flowed; delsp=yes\n",
    "Content-Transfer-Encoding: base64\n", "Content-Transfer-Encoding: quoted-printable\n", "text/html\n", "\n",
    "Content-Disposition: attachment\n", "charset=utf-7", 'charset="\0"', "\n\n", "-- \n", "> ", "=?utf-8?B?",
    "=?utf-8?Q?=FF?=", "=?x?q??=", "?=", "a@b.example", "<p>Fog</p>", "<a href=x>unsubscribe</a>", "14 Jan 2026",
    "Fog lifts over the harbour, and the ferries sail again today.\n", "---- Forwarded message ----\n", "[a] ",
    "Wed, 32 Foo 99999 99:99:99 +9999\n", "begin 644 x\n", "end\n", "List-Id: <", "On it wrote:\n", "\x00",
    "-----BEGIN PGP SIGNED MESSAGE-----\n", "<", '"', ";", "é", "(", "--b--\n", "\udcff",
])  # fmt: skip
MANY = settings(max_examples=150, deadline=None)


@given(text=st.lists(PIECES | st.text(max_size=8), max_size=40).map("".join))
@MANY
def test_any_mail_is_an_article_or_is_refused_and_twice_the_same(text: str) -> None:
    body = f"Subject: Fog\n{text}".encode("utf-8", "surrogatepass")
    assert outcome(body) == outcome(body)


@given(body=st.binary(max_size=400))
@MANY
def test_any_bytes_are_an_article_or_are_refused(body: bytes) -> None:
    for head in (b"", b"Subject: ", b"Subject: Fog\n\n", b"Content-Type: text/html\n\n"):
        assert outcome(head + body)
