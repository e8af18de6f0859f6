"""The files that the main file includes, as models: feeds and places. Rules and lists are read by `match.yaml`.

`load` fills them and turns each entry into the frozen value that the rest of the program knows.
"""

from __future__ import annotations

import base64
import os
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from watcher.config.address import HttpUrl
from watcher.config.names import CountryCode, FeedId, HeaderName, HeaderValue, LanguageCode, Tag, Text
from watcher.config.quantity import Duration
from watcher.config.section import LoadContext, Secret, Section
from watcher.types import Feed

if TYPE_CHECKING:
    from watcher.text.gazetteer import ExtraPlace


def _certificates(name: str, info: ValidationInfo) -> str:
    folder = info.context.folder if isinstance(info.context, LoadContext) else Path()
    path = (folder / os.path.expanduser(name)).absolute()
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except ssl.SSLError as error:
        raise ValueError(f"{path} holds no certificate (PEM)") from error
    except OSError as error:
        raise ValueError(f"the certificate file {path} cannot be read: {error.strerror}") from error
    return str(path)


CertificateFile = Annotated[str, Field(min_length=1), AfterValidator(_certificates)]


class AuthEntry(Section):
    """How to log in to a feed: `username` and `password`, or a `bearer` token."""

    username: Text | None = None
    password: Secret | None = None
    bearer: Secret | None = None

    @model_validator(mode="after")
    def _is_one_kind(self) -> AuthEntry:
        is_basic = self.username is not None and self.password is not None
        is_half = (self.username is None) != (self.password is None)
        if is_half or is_basic == (self.bearer is not None):
            raise ValueError("auth needs username and password, or bearer")
        return self

    def header(self) -> str:
        """Give the value of the Authorization header (RFC 7617, RFC 6750)."""
        if self.bearer is not None:
            return f"Bearer {self.bearer.get_secret_value()}"
        password = self.password.get_secret_value() if self.password else ""
        return "Basic " + base64.b64encode(f"{self.username}:{password}".encode()).decode()


class TlsEntry(Section):
    """Whom to trust for a feed's server beside the system's authorities: `ca_file`, relative to this file."""

    ca_file: CertificateFile


class FeedEntry(Section):
    """One feed of a feeds file."""

    id: FeedId
    url: HttpUrl
    title: Text | None = None
    tags: list[Tag] = Field(default_factory=list)
    language: LanguageCode | None = None
    interval: Duration | None = None
    full_text: bool = False
    headers: dict[HeaderName, HeaderValue] = Field(default_factory=dict)
    auth: AuthEntry | None = None
    tls: TlsEntry | None = None
    alert_on_first_poll: bool = False

    @model_validator(mode="after")
    def _logs_in_once(self) -> FeedEntry:
        if self.auth is not None and any(name.lower() == "authorization" for name in self.headers):
            raise ValueError("give auth or an Authorization header, not both")
        return self

    def feed(self) -> Feed:
        """Give the feed as the rest of the program knows it; a login has become a header."""
        headers = list(self.headers.items())
        if self.auth is not None:
            headers.append(("Authorization", self.auth.header()))
        return Feed(
            id=self.id,
            url=self.url,
            title=self.title,
            tags=frozenset(self.tags),
            language=self.language,
            interval=self.interval,
            full_text=self.full_text,
            headers=tuple(headers),
            ca_file=self.tls.ca_file if self.tls is not None else None,
            alert_on_first_poll=self.alert_on_first_poll,
        )


class FeedsFile(Section):
    """A file of `include.feeds`."""

    feeds: list[FeedEntry] = Field(default_factory=list)


class PlaceEntry(Section):
    """A place, or a spelling of one, that the gazetteer lacks."""

    name: Text
    aliases: list[Text] = Field(default_factory=list)
    country: CountryCode
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    kind: Text = "area"

    @model_validator(mode="after")
    def _position_is_whole(self) -> PlaceEntry:
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon go together: give both, or none")
        return self

    def place(self) -> ExtraPlace:
        """Give the place as the gazetteer takes it."""
        from watcher.text.gazetteer import ExtraPlace

        return ExtraPlace(
            name=self.name,
            aliases=tuple(self.aliases),
            country=self.country,
            lat=self.lat,
            lon=self.lon,
            kind=self.kind,
        )


class PlacesFile(Section):
    """A file of `include.places`."""

    places: list[PlaceEntry] = Field(default_factory=list)
