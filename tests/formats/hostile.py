"""Strategies of hypothesis: text, and articles of it, that somebody made to do harm."""

from __future__ import annotations

from hypothesis import strategies as st

from feeder.model.article import Content, Enclosure, Episode, Origin, Person, Subject

# Category Cs (lone surrogates) is asked for by name, since text() leaves it out.
hostile = st.text(st.characters(codec=None, exclude_categories=())) | st.sampled_from(
    [
        "]]>",
        "<b>bold</b>",
        "a & b < c",
        "&amp;",
        "\x00\x0b\x1f",
        "\ud800",
        "\ufffe\uffff\ufffd",
        "\x85\r\n",
        "\U0001ffff",
    ]
)
contents = st.builds(
    Content,
    title=hostile,
    html=hostile,
    summary=hostile,
    language=hostile,
    url=hostile | hostile.map("https://a.example/".__add__),
    authors=st.lists(st.builds(Person, hostile, hostile, hostile), max_size=2).map(tuple),
    categories=st.lists(hostile, max_size=3).map(tuple),
    place=hostile,
    publisher=hostile,
    image=hostile,
    enclosures=st.lists(
        st.builds(
            Enclosure,
            hostile.map("http://a.example/".__add__),
            hostile,
            st.integers(-1, 9),
            hostile,
            st.none() | st.integers(-1, 9),
        ),
        max_size=2,
    ).map(tuple),
    caption=hostile,
    credit=hostile,
    rights=hostile,
    subjects=st.lists(st.builds(Subject, hostile, hostile, hostile), max_size=2).map(tuple),
    origin=st.none() | st.builds(Origin, hostile, hostile | hostile.map("https://o.example/".__add__), hostile),
    episode=st.none()
    | st.builds(
        Episode, st.integers(-1, 9), st.none(), hostile, st.booleans(), hostile.map("http://e.example/".__add__)
    ),
)
