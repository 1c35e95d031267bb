"""Character sets, invisible characters and languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feeder.errors import Unreadable
from feeder.extractors import read
from feeder.extractors._language import detect, language, tag
from tests.extractors.paper import document, hints

GERMAN = (
    "Bücherei öffnet wieder\n\nDie Bücherei öffnet am Samstag wieder, und „alle“ Bücher sind nach zwei Jahren"
    " zurück – auch die für Kinder.\n"
)
JAPANESE = (
    "図書館が再び開館\n\n町の図書館が土曜日に再び開館した。"
    "二年間の工事を経て、子どもたちの本もすべて戻ってきた。朝から多くの人が訪れた。\n"
)
RUSSIAN = (
    "Библиотека открылась\n\nГородская библиотека открылась в субботу после двух лет ремонта,"
    " и все книги для детей уже стоят на своих местах.\n"
)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "utf-8"),
        (GERMAN, "utf-8-sig"),
        (GERMAN, "cp1252"),
        (GERMAN, "utf-16"),
        (GERMAN, "utf-16-le"),
        (GERMAN, "utf-16-be"),
        (GERMAN, "utf-32"),
        (GERMAN, "utf-32-le"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc-jp"),
        (JAPANESE, "iso2022_jp"),
        (JAPANESE, "utf-16-le"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "utf-16"),
    ],
)
def test_a_text_is_the_same_in_every_character_set(text: str, encoding: str) -> None:
    reading = read(document(text.encode(encoding)), hints())
    title, _, body = text.strip().partition("\n\n")
    assert reading.content.title == title
    assert reading.content.html == f"<p>{body}</p>"


def test_a_text_that_cannot_be_decoded_is_refused() -> None:
    with pytest.raises(Unreadable, match=r"0\.5 %"):
        read(document("Title\n\n" + "text \ufffd text. " * 20), hints())


def test_control_characters_and_lone_surrogates_are_gone() -> None:
    body = "A title\x07 here\n\nThe \x1blibrary\x00 opened \ud800 again.".replace("\x00", "").encode(
        "utf-8", "surrogatepass"
    )
    reading = read(document(body), hints())
    assert not set("\x07\x1b\ud800\ufffd") & set(reading.content.title + reading.content.html)


def test_invisible_marks_go_and_joiners_stay_where_they_mean_something() -> None:
    reading = read(document("A\u200b ti\u00adtle\n\nکتاب‌ها باز شد\u200f و مردم آمدند. 👩‍🚒 ok\u200d."), hints())
    assert reading.content.title == "A title"
    assert "کتاب‌ها" in reading.content.html
    assert "👩‍🚒 ok." in reading.content.html


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The library opened its doors again and the books are back where they were.", "en"),
        ("Die Bücherei ist wieder offen und alle Bücher sind an ihrem Platz.", "de"),
        ("La bibliothèque est ouverte et les livres sont de nouveau à leur place pour tous.", "fr"),
        ("La biblioteca está abierta y los libros están de nuevo en su lugar para todos.", "es"),
        ("Biblioteket är öppet igen och alla böcker står på sin plats för den som vill läsa.", "sv"),
        ("Biblioteka jest otwarta i wszystkie książki są na swoim miejscu, a dzieci się cieszą.", "pl"),
        ("Бібліотека відкрита, і всі книги стоять на своїх місцях.", "uk"),
        ("图书馆重新开放了。", "zh"),
        ("도서관이 다시 문을 열었다.", "ko"),
        ("المكتبة مفتوحة في المدينة وكل الكتب عادت إلى مكانها", "ar"),
        ("כל הספרים חזרו לספרייה", "he"),
        ("OK 12", None),
        ("Zorblat flimfam quux", None),
    ],
)
def test_a_language_is_told_or_nothing_is_said(text: str, expected: str | None) -> None:
    assert detect(text) == expected


def test_a_declared_language_wins_and_an_expected_one_fills_in() -> None:
    english = "The library opened its doors again and the books are back where they were."
    assert language(english, declared="de") == "de"
    assert language(english, expected="en-GB") == "en-GB"
    assert language(english, expected="fr") == "en"
    assert language("OK 12", expected="fr") == "fr"
    assert [tag(name) for name in ("en_US.UTF-8", "DE", "not a tag", "", None)] == [
        "en-US",
        "de",
        None,
        None,
        None,
    ]


def test_nuls_that_stray_in_a_text_make_it_no_other_script() -> None:
    with pytest.raises(Unreadable, match="NUL"):
        read(document(b"A head\0line\n\nThe body \0 has characters enough to be a text of its own.\n"), hints())


def test_what_the_operator_says_of_a_source_comes_before_all_guessing() -> None:
    swedish = (
        "Bron öppnar igen\n\nBron över ån öppnar igen på lördag efter två års arbete, och färjan slutar gå.\n"
    )
    known = replace(hints(), encoding="cp850")
    assert read(document(swedish.encode("cp850")), known).content.title == "Bron öppnar igen"
    assert (
        read(document(f"# {swedish}".encode("cp850"), "text/markdown"), known).content.title == "Bron öppnar igen"
    )


def test_a_byte_order_mark_comes_before_what_the_operator_says() -> None:
    reading = read(document(GERMAN.encode("utf-16")), replace(hints(), encoding="cp1252"))
    assert reading.content.title == "Bücherei öffnet wieder"


def test_an_operator_who_names_no_character_set_is_not_followed() -> None:
    assert read(document(GERMAN.encode()), replace(hints(), encoding="base64")).content.title.startswith(
        "Bücherei"
    )


@pytest.mark.parametrize(
    ("text", "encoding"), [(RUSSIAN, "cp866"), (RUSSIAN, "iso-8859-5"), (RUSSIAN, "koi8-r"), (GERMAN, "mac_roman")]
)
def test_sets_of_older_machines_are_known(text: str, encoding: str) -> None:
    assert read(document(text.encode(encoding)), hints()).content.title == text.split("\n", 1)[0]


def test_a_short_english_text_with_one_curly_quote_is_of_the_web() -> None:
    text = "Ferry sails again\n\nIt’s the first crossing since the pier was mended, and the harbour was full.\n"
    assert "It’s the first" in read(document(text.encode("cp1252")), hints()).content.html


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Rådet sier at broen ble åpnet onsdag, og at det ikke blir noe gebyr mellom de to bydelene i år.", "no"),
        (
            "Rådet siger, at broen blev åbnet onsdag, og at der ikke bliver noget gebyr mellem de to bydele i år.",
            "da",
        ),
        ("Hội đồng thành phố hôm thứ Tư cho biết cây cầu cũ sẽ được sửa chữa trước mùa mưa năm nay.", "vi"),
        (
            "Belediye çarşamba günü eski köprünün bu yıl onarılacağını ve geçişin ücretsiz olacağını açıkladı.",
            "tr",
        ),
        (
            "Baraza lilisema Jumatano kwamba daraja la zamani katika mji huo litafunguliwa kwa magari ya abiria.",
            "sw",
        ),
    ],
)
def test_a_short_text_shows_its_language(text: str, name: str) -> None:
    assert detect(text) == name
