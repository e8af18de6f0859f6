"""The settings of each kind of channel, told apart by `type`.

`deliver.channels` builds a channel from each. A new kind is one class here and its name in `ChannelSettings`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, model_validator

from watcher.alert.digest import Budget
from watcher.config.address import HttpUrl, MailAddress, Unsubscribe
from watcher.config.names import HeaderName, HeaderValue, Text
from watcher.config.quantity import Duration, format_duration
from watcher.config.routes import ChannelName, SeverityLabel, TlpLabel
from watcher.config.section import Secret, Section
from watcher.types import Severity


class BudgetSettings(Section):
    """How many alerts a channel is told one by one in each `per`; those above it go into one digest at its end."""

    alerts: Annotated[int, Field(ge=1, le=100_000)]
    per: Duration = timedelta(hours=1)
    except_: list[SeverityLabel] = Field(
        default_factory=list, validation_alias="except", serialization_alias="except"
    )

    @model_validator(mode="after")
    def _lasts(self) -> BudgetSettings:
        if self.per < timedelta(seconds=1):
            raise ValueError("a budget's time must be at least one second")
        return self

    def budget(self) -> Budget:
        """Give it as the alert core knows it."""
        return Budget(
            alerts=self.alerts,
            per=self.per,
            label=f"{self.alerts} in {format_duration(self.per)}",
            exceptions=frozenset(Severity.parse(label) for label in self.except_),
        )


class FallbackSettings(Section):
    """Which channel is told instead, once this one has not taken an alert for so long."""

    to: ChannelName
    after: Duration = timedelta(minutes=15)


class ChannelSection(Section):
    """What every kind of channel can be given.

    `max_tlp` is the strictest Traffic Light Protocol mark told there. When more than `fold_over` alerts wait at once,
    they are told as one digest; null tells each alone.
    """

    max_tlp: TlpLabel | None = None
    budget: BudgetSettings | None = None
    fallback: FallbackSettings | None = None
    fold_over: Annotated[int, Field(ge=1, le=10_000)] | None = None


class ConsoleSettings(ChannelSection):
    """Alerts on the terminal of the service: on standard output, or on standard error."""

    type: Literal["console"] = "console"
    stream: Literal["stdout", "stderr"] = "stdout"


def _bot_token(token: SecretStr) -> SecretStr:
    if token.get_secret_value().startswith("xapp-"):
        raise ValueError(
            "this is an app-level token (xapp-…): it belongs in app_token; here goes the bot's (xoxb-…)"
        )
    return token


def _app_token(token: SecretStr | None) -> SecretStr | None:
    if token is not None and token.get_secret_value().startswith("xoxb-"):
        raise ValueError(
            "this is a bot's token (xoxb-…): it belongs in token; here goes an app-level one (xapp-…)"
        )
    return token


class SlackSettings(ChannelSection):
    """A Slack channel, written to with a bot token (`xoxb-…`).

    Clicks on buttons are heard with an `app_token` (`xapp-…`) by Socket Mode, or with the app's `signing_secret` at the
    path `/slack` of the web port.
    """

    type: Literal["slack"] = "slack"
    token: Annotated[Secret, AfterValidator(_bot_token)]
    channel: Text
    fold_over: Annotated[int, Field(ge=1, le=10_000)] | None = 10
    app_token: Annotated[Secret | None, AfterValidator(_app_token)] = None
    signing_secret: Secret | None = None
    base_url: HttpUrl = "https://slack.com/api/"

    @property
    def hears_clicks(self) -> bool:
        """Whether the messages have buttons."""
        return self.app_token is not None or self.signing_secret is not None


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
