"""Where documents come from: the shelf of sources. A kind is one file and one line here."""

from feeder.sources import feed, folder, mail, page, push, sitemap
from feeder.sources._feed_pushed import Pushed
from feeder.sources._settling import Settling
from feeder.sources._source import EVERYTHING, Get, Kind, Look, Means, Refused, Source, Watch
from feeder.sources.folder import SETTLE

SOURCES: dict[str, Kind] = {
    "feed": Kind(feed.Options, feed.open_feed),
    "folder": Kind(folder.Options, folder.open_folder),
    "mail": Kind(mail.Options, mail.open_mail),
    "page": Kind(page.Options, page.open_page),
    "push": Kind(push.Options, push.open_push),
    "sitemap": Kind(sitemap.Options, sitemap.open_sitemap),
}

__all__ = [
    "EVERYTHING",
    "SETTLE",
    "SOURCES",
    "Get",
    "Kind",
    "Look",
    "Means",
    "Pushed",
    "Refused",
    "Settling",
    "Source",
    "Watch",
]
