"""The settings of each kind of channel, told apart by `type`.

`deliver.channels` builds a channel from each. A new kind is one class here and its name in `ChannelSettings`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, model_validator

from watcher.config.address import HttpUrl, MailAddress, Unsubscribe
from watcher.config.names import HeaderName, HeaderValue, Text
from watcher.config.quantity import Duration
from watcher.config.routes import TlpLabel
from watcher.config.section import Secret, Section


class ChannelSection(Section):
    """What every kind of channel can be given: `max_tlp` is the strictest Traffic Light Protocol mark told there."""

    max_tlp: TlpLabel | None = None


class ConsoleSettings(ChannelSection):
    """Alerts on the terminal of the service: on standard output, or on standard error."""

    type: Literal["console"] = "console"
    stream: Literal["stdout", "stderr"] = "stdout"


class SlackSettings(ChannelSection):
    """A Slack channel, written to with a bot token (`xoxb-…`); `app_token` (`xapp-…`) is for buttons."""

    type: Literal["slack"] = "slack"
    token: Secret
    channel: Text
    app_token: Secret | None = None
    base_url: HttpUrl = "https://slack.com/api/"


class EmailSettings(ChannelSection):
    """One mail for each alert, by way of an SMTP server; `unsubscribe` is where readers ask to be left out."""

    type: Literal["email"] = "email"
    host: Text
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    tls: Literal["starttls", "tls", "none"] = "starttls"
    username: Text | None = None
    password: Secret | None = None
    from_: MailAddress = Field(validation_alias="from", serialization_alias="from")
    to: Annotated[list[MailAddress], Field(min_length=1)]
    timeout: Duration = timedelta(seconds=30)
    unsubscribe: Unsubscribe | None = None

    @model_validator(mode="after")
    def _login_is_whole(self) -> EmailSettings:
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password go together: give both, or none")
        return self


class WebhookSettings(ChannelSection):
    """JSON by HTTP POST; with a `secret` each request is signed."""

    type: Literal["webhook"] = "webhook"
    url: HttpUrl
    secret: Secret | None = None
    headers: dict[HeaderName, HeaderValue] = Field(default_factory=dict)
    timeout: Duration = timedelta(seconds=20)


class AppriseSettings(ChannelSection):
    """Anything that Apprise can reach; the URL holds its secrets."""

    type: Literal["apprise"] = "apprise"
    url: Secret


ChannelSettings = Annotated[
    ConsoleSettings | SlackSettings | EmailSettings | WebhookSettings | AppriseSettings,
    Field(discriminator="type"),
]
