"""What a feed says of itself to podcast players: the section `podcast` of a feed."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, Field

from feeder.config.base import Options
from feeder.config.fields import Email, OneOrMany, PublicUrl, instead, wrong
from feeder.model.article import Person
from feeder.model.feed import Podcast

# https://podcasters.apple.com/support/1691-apple-podcasts-categories
_CATEGORIES: dict[str, tuple[str, ...]] = {
    "Arts": ("Books", "Design", "Fashion & Beauty", "Food", "Performing Arts", "Visual Arts"),
    "Business": ("Careers", "Entrepreneurship", "Investing", "Management", "Marketing", "Non-Profit"),
    "Comedy": ("Comedy Interviews", "Improv", "Stand-Up"),
    "Education": ("Courses", "How To", "Language Learning", "Self-Improvement"),
    "Fiction": ("Comedy Fiction", "Drama", "Science Fiction"),
    "Government": (),
    "Health & Fitness": ("Alternative Health", "Fitness", "Medicine", "Mental Health", "Nutrition", "Sexuality"),
    "History": (),
    "Kids & Family": ("Education for Kids", "Parenting", "Pets & Animals", "Stories for Kids"),
    "Leisure": (
        "Animation & Manga", "Automotive", "Aviation", "Crafts", "Games", "Hobbies", "Home & Garden",
        "Video Games",
    ),
    "Music": ("Music Commentary", "Music History", "Music Interviews"),
    "News": (
        "Business News", "Daily News", "Entertainment News", "News Commentary", "Politics", "Sports News",
        "Tech News",
    ),
    "Religion & Spirituality": (
        "Buddhism", "Christianity", "Hinduism", "Islam", "Judaism", "Religion", "Spirituality",
    ),
    "Science": (
        "Astronomy", "Chemistry", "Earth Sciences", "Life Sciences", "Mathematics", "Natural Sciences", "Nature",
        "Physics", "Social Sciences",
    ),
    "Society & Culture": (
        "Documentary", "Personal Journals", "Philosophy", "Places & Travel", "Relationships",
    ),
    "Sports": (
        "Baseball", "Basketball", "Cricket", "Fantasy Sports", "Football", "Golf", "Hockey", "Rugby", "Running",
        "Soccer", "Swimming", "Tennis", "Volleyball", "Wilderness", "Wrestling",
    ),
    "TV & Film": ("After Shows", "Film History", "Film Interviews", "Film Reviews", "TV Reviews"),
    "Technology": (),
    "True Crime": (),
}  # fmt: skip
_ART = (".jpg", ".jpeg", ".png")


def _category(name: str) -> str:
    above, _, below = (part.strip() for part in name.partition(">"))
    if above not in _CATEGORIES:
        raise wrong(f"is not among Apple's{instead(above, _CATEGORIES)}")
    if below and below not in _CATEGORIES[above]:
        raise wrong(f"is not among Apple's{instead(below, _CATEGORIES[above])}")
    return f"{above} > {below}" if below else above


def _art(url: str) -> str:
    if not urlsplit(url).path.lower().endswith(_ART):
        raise wrong("must end in .jpg or .png: Apple takes nothing else")
    return url


def _guid(value: str) -> str:
    try:
        return str(UUID(value))
    except ValueError:
        raise wrong("is no UUID; 917393e3-1b1e-5cef-ace4-edaa54e1f810 is one") from None


class OwnerOptions(Options):
    name: str = ""
    email: Email


class FundingOptions(Options):
    url: PublicUrl
    text: Annotated[str, Field(min_length=1, max_length=128)]


class PodcastOptions(Options):
    """What it leaves out the site says, as to the owner and the author."""

    image: Annotated[PublicUrl, AfterValidator(_art)]
    categories: Annotated[
        tuple[Annotated[str, AfterValidator(_category)], ...], OneOrMany, Field(min_length=1, max_length=3)
    ]
    author: str = ""
    owner: OwnerOptions | None = None
    explicit: bool = False
    kind: Annotated[Literal["episodic", "serial"], Field(alias="type")] = "episodic"
    guid: Annotated[str, AfterValidator(_guid)] | None = None
    locked: bool = False
    funding: FundingOptions | None = None
    medium: Literal["podcast", "music", "video", "film", "audiobook", "newsletter", "blog"] = "podcast"
    complete: bool = False
    new_feed_url: PublicUrl | None = None

    @property
    def noun(self) -> Podcast:
        """The same in the words of the formats."""
        return Podcast(
            author=self.author,
            owner=Person(self.owner.name, self.owner.email) if self.owner else None,
            image=self.image,
            categories=tuple(_pair(name) for name in self.categories),
            explicit=self.explicit,
            kind=self.kind,
            guid=self.guid,
            locked=self.locked,
            funding=(self.funding.url, self.funding.text) if self.funding else None,
            medium=self.medium,
            complete=self.complete,
            moved=self.new_feed_url,
        )


def _pair(name: str) -> tuple[str, str]:
    above, _, below = name.partition(" > ")
    return above, below
