"""The models of the main file: its defaults, every key of the contract, and how secrets are found."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from watcher import __version__
from watcher.config.models import EmailSettings, Settings, SlackSettings, WebSettings
from watcher.config.section import LoadContext

# The example of the outside contract, whole, with its elisions filled in.
CONTRACT = {
    "database": "sqlite:///var/watcher.db",
    "queue": None,
    "include": {
        "feeds": ["feeds/*.yml", "feeds/*.opml"],
        "rules": ["rules/*.yml"],
        "lists": ["lists/*.yml"],
        "places": ["places/*.yml"],
    },
    "polling": {
        "interval": {"default": "15m", "min": "2m", "max": "6h"},
        "concurrency": 100,
        "per_host": {"concurrency": 2, "min_delay": "1s"},
        "timeout": "20s",
        "max_body": "10MiB",
        "allow_private_addresses": False,
        "user_agent": "watcher/1 (+https://example.org)",
    },
    "stories": {"window": "72h"},
    "retention": {"items": "90d", "alerts": "2y"},
    "channels": {
        "console": {"type": "console"},
        "security": {
            "type": "slack",
            "token": "xoxb-1",
            "channel": "#security",
            "app_token": "xapp-1",
            "base_url": "https://slack.com/api/",
        },
        "duty": {
            "type": "email",
            "host": "smtp.example.org",
            "port": 587,
            "tls": "starttls",
            "username": "watcher",
            "password": "secret",
            "from": "Watcher <watcher@example.org>",
            "to": ["duty@example.org"],
        },
        "hook": {"type": "webhook", "url": "https://example.org/hook", "secret": "s"},
        "phone": {"type": "apprise", "url": "ntfy://topic"},
    },
    "routes": [
        {
            "when": {"severity": ["critical", "high"], "tags": ["tunisia"], "rule": ["tunisia-*"]},
            "to": ["security", "duty"],
            "continue": True,
            "quiet_hours": {
                "from": "22:00",
                "to": "07:00",
                "timezone": "Africa/Tunis",
                "except": ["critical"],
            },
            "digest": None,
        },
        {"to": ["console"]},
    ],
    "web": {"listen": "127.0.0.1:8080", "token": "t"},
}


def test_every_key_of_the_contract_is_accepted() -> None:
    settings = Settings.model_validate(CONTRACT)
    assert settings.polling.interval.max == timedelta(hours=6)
    assert settings.polling.max_body == 10 * 1024 * 1024
    assert settings.retention.alerts == timedelta(days=730)
    duty = settings.channels["duty"]
    assert isinstance(duty, EmailSettings)
    assert duty.from_ == "Watcher <watcher@example.org>"
    first, last = settings.routes
    assert first.continue_
    assert first.quiet_hours is not None
    assert first.quiet_hours.except_ == ["critical"]
    assert last.when is None


def test_what_is_left_out_has_the_documented_defaults() -> None:
    settings = Settings()
    assert settings.database == "sqlite:///var/watcher.db"
    assert settings.queue is None
    interval = settings.polling.interval
    assert (interval.default, interval.min, interval.max) == (
        timedelta(minutes=15),
        timedelta(minutes=2),
        timedelta(hours=6),
    )
    assert settings.polling.concurrency == 100
    assert settings.polling.per_host.concurrency == 2
    assert settings.polling.per_host.min_delay == timedelta(seconds=1)
    assert settings.polling.timeout == timedelta(seconds=20)
    assert settings.polling.max_body == 10 * 1024 * 1024
    assert not settings.polling.allow_private_addresses
    assert settings.polling.user_agent == f"watcher/{__version__}"
    assert settings.stories.window == timedelta(hours=72)
    assert settings.retention.items == timedelta(days=90)
    assert settings.web.address == ("127.0.0.1", 8080)


def test_without_channels_alerts_go_to_the_console_and_without_routes_to_every_channel() -> None:
    assert [route.to for route in Settings().routes] == [["console"]]
    two = {"a": {"type": "console"}, "b": {"type": "console"}}
    assert [route.to for route in Settings.model_validate({"channels": two}).routes] == [["a", "b"]]
    assert Settings.model_validate({"channels": two, "routes": []}).routes == []


def test_an_empty_section_has_its_defaults() -> None:
    empty = dict.fromkeys(("polling", "stories", "retention", "channels", "routes", "web", "include", "log"))
    assert Settings.model_validate(empty) == Settings()


@pytest.mark.parametrize(
    ("listen", "address"),
    [
        ("127.0.0.1:0", ("127.0.0.1", 0)),
        ("[::1]:80", ("::1", 80)),
        ("localhost:8080", ("localhost", 8080)),
        (None, None),
    ],
)
def test_listen_gives_host_and_port(listen: str | None, address: tuple[str, int] | None) -> None:
    assert WebSettings(listen=listen).address == address


@pytest.mark.parametrize(
    "listen", ["8080", "127.0.0.1", "127.0.0.1:99999", "::1:80", ":80", "http://x:80", "a:b", ""]
)
def test_a_wrong_listen_is_refused(listen: str) -> None:
    with pytest.raises(ValidationError):
        WebSettings(listen=listen)


def test_an_unknown_key_is_refused_at_every_level() -> None:
    wrong = {"extra": 1, "polling": {"extra": 1}, "channels": {"c": {"type": "console", "extra": 1}}}
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate(wrong)
    assert [error["loc"][-1] for error in caught.value.errors()] == ["extra", "extra", "extra"]


def test_sections_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Settings().polling.concurrency = 5


def test_a_secret_is_never_shown() -> None:
    channel = SlackSettings(token=SecretStr("xoxb-hidden"), channel="#c")
    assert "xoxb-hidden" not in repr(channel) + str(channel) + channel.model_dump_json()


def test_a_secret_may_stand_in_a_file_beside_the_one_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("xoxb-from-file\r\n")
    raw = {"type": "slack", "token_file": "token", "app_token_file": None, "channel": "#c"}
    channel = SlackSettings.model_validate(raw, context=LoadContext(folder=tmp_path))
    assert channel.token.get_secret_value() == "xoxb-from-file"
    assert channel.app_token is None


def test_only_the_line_end_of_a_secret_file_is_taken_off(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(" a b \n\n")
    raw = {"token_file": str(tmp_path / "token"), "channel": "#c"}
    assert SlackSettings.model_validate(raw).token.get_secret_value() == " a b \n"


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "No such file"), (b"", "is empty"), (b" \n", "is empty"), (b"\xff", "not UTF-8"), (b"x" * 70_000, "larger than")],
)  # fmt: skip
def test_a_secret_file_that_cannot_be_used_is_an_error(
    tmp_path: Path, content: bytes | None, told: str
) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    with pytest.raises(ValidationError, match=told):
        SlackSettings.model_validate(
            {"token_file": "token", "channel": "#c"}, context=LoadContext(folder=tmp_path)
        )


def test_a_secret_given_twice_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("x")
    with pytest.raises(ValidationError, match="not both"):
        SlackSettings.model_validate({"token": "y", "token_file": str(tmp_path / "token"), "channel": "#c"})


@pytest.mark.parametrize(
    "change",
    [
        {"username": "u"},
        {"password": "p"},
        {"to": []},
        {"to": ["nobody"]},
        {"from": "a@b\r\nBcc: c@d"},
        {"port": 0},
        {"tls": "maybe"},
    ],
)
def test_wrong_mail_settings_are_refused(change: dict[str, object]) -> None:
    right = {"type": "email", "host": "h", "from": "a@b", "to": ["c@d"]}
    EmailSettings.model_validate(right)
    with pytest.raises(ValidationError):
        EmailSettings.model_validate(right | change)
