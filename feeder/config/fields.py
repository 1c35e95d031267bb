"""The text of one scalar -> a value: durations, sizes, addresses, paths, secrets.

The text of an error is a predicate ("is not a size; …"); where the value may be shown, it is put in front.
`wrong(…)` says that it may. A field that can hold a secret raises ValueError, whose value is never shown.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from feeder.secret import Dated, Secret
from feeder.text import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

WRONG, TOLD = "wrong", "told"  # errors with a text of ours: behind the value, or without it
_SECRET_FILE_LIMIT = 65_536
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SIZES = {"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
_LONGEST = timedelta(days=36_500)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\]", re.ASCII)
_NEVER_IN_URL = re.compile(r"[\s\x00-\x1f\x7f\\]")
_NO_MOMENT = "that is no moment; write it as 2026-12-01 or 2026-12-01T12:00:00Z"
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+")


def wrong(text: str) -> PydanticCustomError:
    """An error whose value may be shown in front of `text`."""
    return PydanticCustomError(WRONG, "{text}", {"text": text})


def told(text: str) -> PydanticCustomError:
    """An error that says everything by itself; `{value}` in it stands for the value, as it was written."""
    return PydanticCustomError(TOLD, "{text}", {"text": text})


def instead(word: str, known: Iterable[str]) -> str:
    """What would be right instead of `word`: the nearest of the `known`, or else all of them."""
    words = sorted(known)
    return nearest(word, words) or f"; there are {', '.join(words) or 'none'}"


def duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    found = re.fullmatch(r"([0-9]{1,9})\s?([smhd])", str(value), re.ASCII)
    if not found:
        raise wrong("is not a duration; write one as 30s, 10m, 2h or 1d")
    length = timedelta(seconds=int(found[1])) * _UNITS[found[2]]
    if length > _LONGEST:
        raise wrong("is too long; the longest duration is 36500d")
    return length


def size(value: object) -> int:
    if isinstance(value, int):
        return value
    found = re.fullmatch(r"([0-9]{1,9})\s?([a-z]{1,3})", str(value).lower(), re.ASCII)
    if not found or found[2] not in _SIZES:
        raise wrong("is not a size; write one as 512B, 256KiB, 4MiB or 1MB")
    return int(found[1]) * _SIZES[found[2]]


def http_url(value: object) -> str:
    """An absolute http or https address as it was written. Never shown: many a webhook's address is a secret."""
    if not isinstance(value, str) or not _is_http(value):
        raise ValueError("is not an http or https address; write it as https://host/path")
    return value


def _is_http(url: str) -> bool:
    if _NEVER_IN_URL.search(url):  # urlsplit would drop some of them silently
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def public_url(value: object) -> str:
    try:
        url = http_url(value)
    except ValueError as error:
        raise wrong(str(error)) from None
    if "@" in urlsplit(url).netloc:
        raise ValueError("holds a user name or a password, but everybody will see this address; leave them out")
    return url


def _secret(value: object, info: ValidationInfo) -> Secret:
    if isinstance(value, dict):
        value = _from_file(value, folder_of(info))
    if isinstance(value, str):
        value = Secret(value)
    if not isinstance(value, Secret):
        raise ValueError("must be a text or {file: path}")  # noqa: TRY004 - pydantic wants ValueError
    if not value:
        raise ValueError("is empty")
    return value


def dated(value: object, info: ValidationInfo) -> Dated:
    """A secret as above, or {value: …, not-after: …}, {file: …, not-after: …}."""
    if not isinstance(value, dict):
        return Dated(_secret(value, info))
    rest = {key: part for key, part in value.items() if key != "not-after"}
    if set(rest) not in ({"value"}, {"file"}):
        raise ValueError(
            "must be a text, {file: path}, or one of {file: …, not-after: …} and {value: …, not-after: …}"
        )
    end = _end(value["not-after"]) if "not-after" in value else None
    return Dated(_secret(rest.get("value", rest), info), end)


def _end(value: object) -> datetime:
    """A day counts to its end."""
    text = f"{value}T23:59:59.999999Z" if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", str(value)) else str(value)
    try:
        return _aware(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise ValueError(f"has a not-after {_NO_MOMENT}") from None


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("names no zone")
    return moment.astimezone(UTC)


def _from_file(value: dict[str, Any], folder: Path) -> str:
    if set(value) != {"file"} or not isinstance(value["file"], str):
        raise ValueError("must be a text or {file: path}, with nothing else beside file")
    path = folder / value["file"]
    if not path.is_file():
        raise ValueError("names a file that does not exist")
    try:
        with path.open("rb") as file:
            content = file.read(_SECRET_FILE_LIMIT + 1)
    except OSError as error:
        raise ValueError(f"names a file that cannot be read: {error.strerror}") from None
    return _text_of(content).rstrip("\r\n")


def _text_of(content: bytes) -> str:
    if len(content) > _SECRET_FILE_LIMIT:
        raise ValueError("names a file of more than 64 KiB, which can be no secret")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise ValueError("names a file that is not UTF-8 text") from None


def _token(value: Secret) -> Secret:
    if not re.fullmatch("[!-~]{8,1000}", value.reveal()):
        raise ValueError("must be 8 or more letters, digits or signs of ASCII, without spaces")
    return value


def folder_of(info: ValidationInfo) -> Path:
    """The folder of the configuration file; the working folder for options that were made without a file."""
    return Path((info.context or {}).get("folder", "")).absolute()


def _local_path(value: Path, info: ValidationInfo) -> Path:
    if not str(value).strip() or "\0" in str(value):
        raise wrong("is not a path")
    return folder_of(info) / value


def _zone(value: object) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(str(value))
    except (KeyError, ValueError, OSError):
        near = nearest(str(value), available_timezones()) or "; write one as Europe/Brussels or UTC"
        raise wrong(f"is not a time zone{near}") from None


def _language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise wrong("is not a language; write one as en, de-AT or zh-Hant")
    return value


def _day(value: object) -> date:
    """A date and no more: pydantic's own would take 20260101 for seconds since 1970."""
    if isinstance(value, date):
        return value
    try:
        year, month, day = str(value).split("-")
        return date(int(year), int(month), int(day))
    except ValueError:
        raise wrong("is not a date; write one as 2026-01-31") from None


def _store(value: object, info: ValidationInfo) -> Secret:
    """The database's address, absolute; a secret, since it may hold a password."""
    text = value.reveal() if isinstance(value, Secret) else str(value)
    scheme, _, rest = text.partition("://")
    if scheme == "sqlite" and len(rest) > 1 and rest[0] == "/":
        path = folder_of(info) / rest[1:]
        if "?" not in str(path):  # where SQLAlchemy would see the beginning of options
            return Secret(f"sqlite:///{path}")
    if scheme in {"postgresql", "postgresql+psycopg"} and rest and _has_port(text):
        return Secret(text)
    raise ValueError("is no store; write sqlite:///feeder.db or postgresql://user:password@host/name")


def _has_port(url: str) -> bool:
    """Whether host and port, where there are any, can be read."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise wrong("is not an e-mail address")
    return value


def _network(value: str) -> str:
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        raise wrong("is not a network; write one as 127.0.0.0/8, 10.1.2.3 or fd00::/8") from None
    if "/" in value and network.network_address != ip_address(value.partition("/")[0]):
        raise wrong(f'has bits beyond its prefix; did you mean "{network}"?')
    return str(network)


class Listen(NamedTuple):
    """Where the server listens; `host` is bare, without the brackets of an IPv6 address."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _listen(value: object) -> Listen | None:
    if isinstance(value, Listen):
        return value
    if is_off(value):
        return None
    text = str(value)
    host, _, port = text.rpartition(":")
    if not _HOST.fullmatch(host) or not re.fullmatch("[0-9]{1,5}", port) or not 0 < int(port) < 65_536:
        raise wrong("is not a place to listen; write one as 127.0.0.1:8000, or off")
    return Listen(host.strip("[]"), int(port))


def is_off(value: object) -> bool:
    return str(value).lower() in {"off", "no", "false"}


def _many(value: object) -> object:
    return value if isinstance(value, (list, tuple)) else (value,)


Text = Annotated[str, Field(min_length=1, max_length=10_000)]
Duration = Annotated[timedelta, BeforeValidator(duration)]
Size = Annotated[int, BeforeValidator(size)]
HttpUrl = Annotated[str, BeforeValidator(http_url), Field(repr=False)]
PublicUrl = Annotated[str, BeforeValidator(public_url)]
SecretField = Annotated[Secret, BeforeValidator(_secret)]
LocalPath = Annotated[Path, AfterValidator(_local_path)]
TokenField = Annotated[Secret, BeforeValidator(_secret), AfterValidator(_token)]
ListenField = Annotated[Listen | None, PlainValidator(_listen)]
StoreField = Annotated[Secret, BeforeValidator(_store)]
Day = Annotated[date, BeforeValidator(_day)]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
Language = Annotated[str, AfterValidator(_language)]
Email = Annotated[str, AfterValidator(_email)]
Network = Annotated[str, AfterValidator(_network)]
OneOrMany = BeforeValidator(_many)  # a single value stands for a list of one
