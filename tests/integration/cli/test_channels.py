"""`watcher channels`: what is configured, a sample that is sent, and the Slack app's manifest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.support.commands import Command
from tests.support.doubles import hook, mail, mail_settings, slack, slack_settings
from tests.support.receiver import accept_then_hang_up, answer
from tests.support.slack import ThreadedSlack, refused
from tests.support.smtp import SmtpServer
from tests.support.webhook import WebhookReceiver

__all__ = ["hook", "mail", "slack"]  # fixtures, for pytest to find

ROOT = Path(__file__).parents[3]


@pytest.fixture
def channels(folder: Path, slack: ThreadedSlack, hook: WebhookReceiver, mail: SmtpServer) -> None:
    settings = {
        "console": {"type": "console"},
        "security": slack_settings(slack, app_token="xapp-test-token"),
        "hook": {"type": "webhook", "url": f"{hook.url}?key=secret-key", "max_tlp": "green"},
        "duty": mail_settings(mail),
    }
    main = folder / "watcher.yml"
    routes = [{"to": ["console", "security", "duty"]}]
    added = yaml.safe_dump({"channels": settings, "routes": routes}, sort_keys=False)
    main.write_text(main.read_text() + added)


@pytest.mark.usefixtures("channels")
def test_channels_are_listed_with_what_they_are(command: Command) -> None:
    listed = {one["name"]: one for one in json.loads(command("channels", "list", "--json").stdout)}
    assert [one["type"] for one in listed.values()] == ["console", "slack", "webhook", "email"]
    assert [name for name, one in listed.items() if not one["is_routed"]] == ["hook"]
    assert [name for name, one in listed.items() if one["hears_clicks"]] == ["security"]
    assert listed["hook"]["max_tlp"] == "green"
    assert "secret-key" not in command("channels", "list").output


@pytest.mark.usefixtures("channels")
def test_a_sample_reaches_each_kind(
    command: Command, slack: ThreadedSlack, hook: WebhookReceiver, mail: SmtpServer
) -> None:
    for name in ("console", "security", "hook", "duty"):
        done = command("channels", "test", name)
        assert done.exit_code == 0, done.output
        assert f"{name} (" in done.output
    assert "A sample, not an alert" in slack.messages[0].shown
    assert hook.posts[0].json["alert"]["rule"] == "sample"
    assert "sample" in str(mail.mails[0].message["Subject"])


@pytest.mark.usefixtures("channels")
def test_a_refusal_is_told_and_is_an_exit_code(command: Command, slack: ThreadedSlack) -> None:
    slack.script([refused("not_in_channel")])
    done = command("channels", "test", "security")
    assert done.exit_code == 1
    assert "not_in_channel" in done.output
    slack.script([accept_then_hang_up()])
    done = command("channels", "test", "security", "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["taken"], told["may_have_arrived"]) == (1, False, True)
    slack.script([])
    told = json.loads(command("channels", "test", "security", "--json").stdout)
    assert told["receiver_id"] == slack.messages[-1].ts
    assert told["permalink"].startswith("https://")


@pytest.mark.usefixtures("channels")
@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("invalid_auth", "the token is wrong: copy the Bot User OAuth Token (xoxb-…)"),
        ("not_in_channel", "the app is not in #security: type /invite @watcher there"),
        ("is_archived", "#security is archived: unarchive it, or name another channel"),
        ("channel_not_found", "no channel #security that the app can see: check its name"),
        ("account_inactive", "the app was removed from the workspace: install it again"),
        ("an_error_of_tomorrow", "Slack refused: an_error_of_tomorrow"),
    ],
)
def test_a_refusal_of_slack_says_what_to_do(
    command: Command, slack: ThreadedSlack, code: str, words: str
) -> None:
    slack.script([refused(code)])
    done = command("channels", "test", "security")
    assert (done.exit_code, words in done.output) == (1, True), done.output


@pytest.mark.usefixtures("channels")
def test_a_missing_scope_is_named(command: Command, slack: ThreadedSlack) -> None:
    slack.missing_scopes = frozenset({"chat:write"})
    assert "lacks the scope chat:write: add it" in command("channels", "test", "security").output


@pytest.mark.usefixtures("channels")
@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "check the channel's headers and secret"),
        (404, "nothing is there: check the channel's address"),
        (308, "configure the final address"),
    ],
)
def test_a_refusal_of_a_webhook_says_what_to_do(
    command: Command, hook: WebhookReceiver, status: int, words: str
) -> None:
    hook.script([answer(status)])
    done = command("channels", "test", "hook")
    assert (done.exit_code, words in done.output) == (1, True), done.output


def test_a_wrong_password_says_what_to_do_and_not_what_it_was(command: Command, folder: Path) -> None:
    with SmtpServer(users={"duty": "correct horse"}) as server:
        settings = mail_settings(server, username="duty", password="wrong horse")
        (folder / "watcher.yml").write_text(yaml.safe_dump({"channels": {"duty": settings}}))
        done = command("channels", "test", "duty")
    assert done.exit_code == 1
    assert "login failed at 127.0.0.1: 535: check the channel's username and password" in done.output
    assert "horse" not in done.output


@pytest.mark.usefixtures("channels")
def test_no_secret_stands_in_a_result(command: Command, slack: ThreadedSlack, hook: WebhookReceiver) -> None:
    slack.script([answer(500)])
    hook.script([answer(500)])
    for name in ("security", "hook"):
        told = command("channels", "test", name, "--json").output
        assert not [secret for secret in ("xoxb-", "xapp-", "secret-key") if secret in told]


@pytest.mark.usefixtures("channels")
def test_an_unknown_channel_is_wrong_use(command: Command) -> None:
    done = command("channels", "test", "securty")
    assert done.exit_code == 2
    assert 'did you mean "security"' in done.output or "security" in done.output


def test_the_manifest_that_ships_is_the_one_that_is_printed(command: Command) -> None:
    printed = yaml.safe_load(command("channels", "manifest").stdout)
    assert printed == json.loads(command("channels", "manifest", "--json").stdout)
    assert printed == yaml.safe_load((ROOT / "config" / "slack-manifest.yml").read_text(encoding="utf-8"))


def test_a_manifest_for_a_public_address_names_it_and_needs_no_socket(command: Command) -> None:
    url = "https://watcher.example.org/slack"
    made = json.loads(command("channels", "manifest", "--url", url, "--json").stdout)
    assert made["settings"]["socket_mode_enabled"] is False
    assert made["settings"]["interactivity"]["request_url"] == url
    assert made["features"]["slash_commands"][0]["url"] == url
    assert command("channels", "manifest", "--url", "http://x").exit_code == 2
