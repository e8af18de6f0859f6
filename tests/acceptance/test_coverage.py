"""A feed that is lost, from outside: the people behind its rules hear of it once, and when it is back."""

from __future__ import annotations

from collections.abc import Callable

from tests.acceptance.conftest import QUIET
from tests.support.feeds import ThreadedFeedServer, rss
from tests.support.service import Service
from tests.support.slack import ThreadedSlack
from tests.support.smtp import SmtpServer

Watching = Callable[..., Service]


def test_a_rule_that_has_lost_a_source_says_so_once_and_when_it_is_back(
    watching: Watching, feeds: ThreadedFeedServer, slack: ThreadedSlack, mail: SmtpServer
) -> None:
    fast = {"interval": {"default": "1s", "min": "1s", "max": "1s"}}
    service = watching("/wire", "/other", notices={"failing_after": "1s"}, polling=fast)
    service.once()
    assert not slack.messages
    feeds.set("/wire", status=503)
    for _ in range(2):  # once may be chance
        service.once()
    assert "failing" in {one["kind"] for one in service.json("status")["troubles"]}
    (message,), (letter,) = slack.messages, mail.mails
    for shown in (message.text, letter.part("plain")):
        assert "wire cannot be read" in shown
        assert "503" in shown
        assert "Rule Crossing of the border has lost 1 of its 2 sources" in shown
    assert letter.message["Subject"] == "watcher · wire cannot be read"

    feeds.set("/wire", body=rss(QUIET))
    service.once()
    assert [message.text.splitlines()[0] for message in slack.messages] == [
        "watcher · wire cannot be read",
        "watcher · wire can be read again",
    ]
    (trouble,) = service.json("status")["troubles"]
    assert trouble["until"] is not None
    assert {row["kind"] for row in service.json("deliveries", "list")} == {"notice"}
