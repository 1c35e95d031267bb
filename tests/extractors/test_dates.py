"""Dates and datelines in many languages: a row a form."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from feeder.extractors import _dateline, _dateline_local
from feeder.extractors._dates import find, parse
from tests.extractors.paper import hints

DAY = date(2026, 1, 14)
BODY = " The council agreed on Wednesday to reopen the old town library after two years of repairs to its roof."

DAYS = """
January 14, 2026 | Jan. 14, 2026 | Jan 14th 2026 | 14 January 2026 | 14th of January, 2026 | Jan. 14 | 14 Jan
Jan/14/2026 | 14-Jan-2026 | 14. Januar 2026 | 14. Jänner 2026 | 14 janvier 2026 | 14 de enero de 2026 | 14 ene 2026
14 gennaio 2026 | 14 GEN | 14 de janeiro de 2026 | 14 januari 2026 | 14. januar 2026 | 14. tammikuuta 2026
14 stycznia 2026 r. | 14. ledna 2026 | 14 января 2026 г. | 14 января | 14 січня 2026 року | 14 Ocak 2026
2026. január 14. | 14 ianuarie 2026 | 14 Ιανουαρίου 2026 | 14 siječnja 2026 | 14 sausio 2026 | 14 gener 2026
2026年1月14日 | 1月14日 | 2026년 1월 14일 | 14 يناير 2026 | ١٤ يناير ٢٠٢٦ | 14 जनवरी 2026 | १४ जनवरी २०२६
14 มกราคม 2569 | 14 ม.ค. 2569 | ۲۴ دی ۱۴۰۴ | 14 جنوری 2026 | 14 كانون الثاني 2026 | Januari 14, 2026
14 stycznia 2026 r. | 2026. január 14., szerda | miercuri, 14 ianuarie 2026 | Thứ Tư, 14/01/2026 | ১৪ জানুয়ারি, ২০২৬
2026-01-14 | 2026/01/14 | 14.01.2026 | 14.1.26 | 14/01/2026 | 01/14/2026 | 20260114
"""


@pytest.mark.parametrize("text", [cell.strip() for row in DAYS.strip().split("\n") for cell in row.split("|")])
def test_a_day_is_read_in_its_own_way_of_writing(text: str) -> None:
    assert parse(text, hints()) == DAY


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-14T09:00:00Z", (9, 0)),
        ("2026-01-14T09:00:00.123+05:30", (3, 30)),
        ("Wed, 14 Jan 2026 09:00:00 +0100", (8, 0)),
        ("January 14, 2026 at 3:30 pm EST", (20, 30)),
        ("14. Januar 2026, 10:30 Uhr", (9, 30)),
        ("14 janvier 2026 à 10h30", (9, 30)),
        ("14 January 2026 | 12 a.m.", (23, 0)),
        ("14 Ocak 2026 Çarşamba 11:05", (10, 5)),
        ("2026年1月14日 18時30分", (17, 30)),
        ("2026년 1월 14일 오후 3:20", (14, 20)),
        ("14/01/2026, 10:30 (GMT+7)", (3, 30)),
    ],
)
def test_a_time_makes_it_a_moment(text: str, moment: tuple[int, int]) -> None:
    found = parse(text, hints(zone="Europe/Brussels"))
    assert isinstance(found, datetime)
    assert (found.hour, found.minute) == moment
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    ["31 February 2026", "2026-13-01", "0000-01-01", "no date", "in 15 minutes", "may 5 people", "32.01.2026", ""],
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert parse(text, hints()) in {None, date(2025, 5, 5)}


def test_the_persian_calendar_has_its_leap_years() -> None:
    for stated, day in {
        "1 فروردین 1399": (2020, 3, 20),
        "1 فروردین 1404": (2025, 3, 21),
        "22 بهمن 1357": (1979, 2, 11),
    }.items():
        assert parse(stated, hints()) == date(*day)


def test_the_number_behind_a_date_is_no_clock() -> None:
    found = find("OSLO, Jan. 14 - Shr 3.25 crowns vs 1.40", hints())
    assert [(stated.when, stated.end) for stated in found] == [(DAY, 13)]


def test_the_language_decides_where_two_disagree() -> None:
    assert parse("3. listopada 2025", hints(), "hr") == date(2025, 10, 3)
    assert parse("3 listopada 2025", hints(), "pl") == date(2025, 11, 3)


def test_a_day_without_a_year_is_the_nearest_one_that_has_come() -> None:
    assert parse("17 January", hints()) == date(2026, 1, 17)
    assert parse("18 January", hints()) == date(2025, 1, 18)
    assert [stated.year for stated in find("3 May 2024 and 4 May", hints())] == [True, False]


DATELINES = [
    ("GLOUCESTER, Mass. (AP) —", "Gloucester", None, "AP"),
    ("LONDON, Jan 14 (Reuters) -", "London", DAY, "Reuters"),
    ("WASHINGTON (AP) _", "Washington", None, "AP"),
    ("PARIS —", "Paris", None, None),
    ("Paris, 14 jan 2026 (AFP) -", "Paris", DAY, "AFP"),
    ("Frankfurt/Main (dpa) -", "Frankfurt/Main", None, "dpa"),
    ("(ANSA) - ROMA, 14 GEN -", "Roma", DAY, "ANSA"),
    ("Madrid, 14 ene (EFE).-", "Madrid", DAY, "EFE"),
    ("NEW YORK--(BUSINESS WIRE)--", "New York", None, "BUSINESS WIRE"),
    ("CHICAGO, Jan. 14, 2026 /PRNewswire/ --", "Chicago", DAY, "PRNewswire"),
    ("New Delhi, Jan 14 (PTI)", "New Delhi", DAY, "PTI"),
    ("МОСКВА, 14 января. /ТАСС/.", "Москва", DAY, "ТАСС"),
    ("МОСКВА, 14 янв — РИА Новости.", "Москва", DAY, "РИА Новости"),
    ("Geneva, 14 January 2026 (WHO) –", "Geneva", DAY, "WHO"),
    ("January 14, 2026 – OSLO –", "Oslo", DAY, None),
    ("RIO DE JANEIRO —", "Rio de Janeiro", None, None),
    ("AIX-EN-PROVENCE, France, Jan 14 (AFP) -", "Aix-en-Provence", DAY, "AFP"),
    ("DUBAI, UAE, Jan. 14, 2026 –", "Dubai", DAY, None),
    ("ISLAMABAD:", "Islamabad", None, None),
    ("HANNOVER.", "Hannover", None, None),
    ("SAN JOSE, Calif.--(BUSINESS WIRE)--", "San Jose", None, "BUSINESS WIRE"),
    ("HARRISBURG, PA., Jan. 14 -", "Harrisburg", DAY, None),
    ("KANSAS CITY, Mo., Jan 14 -", "Kansas City", DAY, None),
    ("ANAHEIM, Calif., Jan 14-", "Anaheim", DAY, None),
    ("Washington, DC:", "Washington", None, None),
    ("AGI -", None, None, "AGI"),
    ("ACN Barcelona.-", "Barcelona", None, "ACN"),
    ("JAKARTA, KOMPAS.com -", "Jakarta", None, "KOMPAS.com"),
    ("ANDINA, Lima, ene. 14.", "Lima", DAY, "ANDINA"),
    ("Bogotá, 14 de enero de 2026.", "Bogotá", DAY, None),
    ("Berlin, den 14. Januar 2026.", "Berlin", DAY, None),
    ("Budapest, 2026. január 14., szerda (MTI) -", "Budapest", DAY, "MTI"),
    ("Kraków, 14 stycznia 2026 r. –", "Kraków", DAY, None),
    ("São Paulo, 14 (Agência Estado) -", "São Paulo", None, "Agência Estado"),
    ("القاهرة 14 يناير كانون الثاني (رويترز) -", "القاهرة", DAY, "رويترز"),
    ("تهران - ایرنا -", "تهران", None, "ایرنا"),
    ("नई दिल्ली, 14 जनवरी (भाषा)", "नई दिल्ली", DAY, "भाषा"),
    ("लखनऊ, 14 जनवरी 2026।", "लखनऊ", DAY, None),
    ("ঢাকা, ১৪ জানুয়ারি, ২০২৬ (বাসস) :", "ঢাকা", DAY, "বাসস"),
    ("路透北京1月14日 -", "北京", DAY, "路透社"),
    ("（中央社記者王小明台北14日電）", "台北", DAY, "中央社"),
    ("（北京综合讯）", "北京", None, None),
    ("Portland, Ore. –", "Portland", None, None),
    ("新华社北京1月14日电（记者集体）", "北京", DAY, "新华社"),
    ("(서울=연합뉴스)", "서울", None, "연합뉴스"),
    ("【ソウル共同】", "ソウル", None, "共同"),
]


@pytest.mark.parametrize(("line", "place", "day", "agency"), DATELINES)
def test_a_dateline_is_taken_apart(line: str, place: str, day: date | None, agency: str | None) -> None:
    found = _dateline.read(line + BODY, hints())
    assert found is not None
    assert (found.place, found.stated and found.stated.when, found.agency) == (place, day, agency)
    assert found.rest == BODY.strip()


def test_a_table_behind_a_wire_dateline_is_its_text() -> None:
    found = _dateline.read("OSLO, Jan 14 - Shr 3.25 crowns vs 1.40", hints())
    assert found is not None
    assert (found.place, found.rest) == ("Oslo", "Shr 3.25 crowns vs 1.40")


LOCAL = " Der Rat hat am Mittwoch beschlossen, die alte Bücherei nach zwei Jahren Umbau wieder zu öffnen."


@pytest.mark.parametrize(
    ("start", "others"), [("Lauenburg -", "Feuer in Lauenburg"), ("Lauenburg.", "aus Lauenburg")]
)
def test_a_place_that_no_table_knows_is_one_when_the_text_is_set_there(start: str, others: str) -> None:
    found = _dateline_local.read(start + LOCAL, others, "de", signed=False)
    assert found is not None
    assert (found.place, found.rest) == ("Lauenburg", LOCAL.strip())


def test_a_place_that_no_table_knows_is_one_below_a_byline() -> None:
    assert _dateline_local.read(f"Lauenburg –{LOCAL}", "", "de", signed=True)
    assert _dateline_local.read(f"Lauenburg.{LOCAL}", "", "de", signed=True)


@pytest.mark.parametrize("start", ["Lauenburg –", "Lauenburg.", "Lauenburg:"])
def test_a_name_that_nothing_speaks_for_is_no_place(start: str) -> None:
    assert _dateline_local.read(start + LOCAL, "Feuer am Hafen", "de", signed=False) is None


@pytest.mark.parametrize("start", ["Nothing.", "Lauenburg:", "Chris Coffey –", "Mrs."])
def test_a_byline_alone_speaks_for_no_more_than_a_place_and_a_dash(start: str) -> None:
    assert _dateline_local.read(start + LOCAL, "", "en", signed=True) is None


@pytest.mark.parametrize(
    "start", ["Alnwick:", "Pelham Cross:", "Tarn, Dunshire:", "Chris Coffey –", "Tarn/Alnwick –"]
)
def test_the_head_of_a_newspaper_speaks_for_a_place_and_a_colon(start: str) -> None:
    found = _dateline_local.read(start + BODY, "", "en", signed=True, sure=True)
    assert found is not None
    assert found.rest == BODY.strip()


@pytest.mark.parametrize(
    ("start", "others", "language"),
    [
        ("Nothing.", "", "en"),
        ("Silence. –", "They waited in silence.", "en"),
        ("Chris Coffey:", "", "en"),
        ("Chris Coffey –", "Mr Coffey laughed.", "en"),
        ("Coffey:", "Coffey said no.", "en"),
        ("Reconstruction:", "", "en"),
        ("Weather:", "", "en"),
        ("Eltern:", "", "de"),
        ("Alnwick (a town):", "", "en"),
    ],
)
def test_not_even_the_head_of_a_newspaper_makes_a_place_of_every_name(
    start: str, others: str, language: str
) -> None:
    assert _dateline_local.read(start + BODY, others, language, signed=True, sure=True) is None


@pytest.mark.parametrize(
    "start",
    ["UPDATE —", "Note:", "Yesterday, Berlin –", "The plan – Monday:", "New library: what to know –",
    "In London, January 14, 2026 –", "NASA —", "WORLD NEWS –", "And then –"],
)  # fmt: skip
def test_a_sentence_is_no_dateline(start: str) -> None:
    assert _dateline.read(start + BODY, hints()) is None
