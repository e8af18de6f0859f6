"""Full text, from outside: an article raises what its summary does not, once, and its troubles stay its own."""

from __future__ import annotations

from tests.acceptance.conftest import ATTACK, QUIET, RULE
from tests.support.feeds import ThreadedFeedServer, rss
from tests.support.pages import HTML, LONG_REPORT, article_page
from tests.support.service import Service, eventually
from tests.support.slack import ThreadedSlack
from tests.support.smtp import SmtpServer

# Another event than that of `LONG_REPORT`, in another place: two reports of one event would be one alert.
OTHER_ATTACK = {
    **ATTACK,
    "title": "Gunmen cross the border near Nefta",
    "description": "Traders on the way to Tozeur saw two pickup trucks late on Monday, the customs union said.",
}
OWN_WORDS = (
    "Gunmen in two pickup trucks drove over the border close to Nefta late in the evening, traders said.",
    "Farmers heard shots from the direction of the old customs house, and one of them found tyre marks later.",
    "The army has closed the track that leads to Tozeur; nobody was hurt, and no group has claimed anything.",
)


def watching_whole(
    service: Service, feeds: ThreadedFeedServer, channels: dict[str, object], **polling: str
) -> None:
    feeds.set("/wire", body=rss(QUIET))
    service.configure(
        feeds=[{"id": "wire", "url": feeds.url("/wire"), "full_text": True}],
        rules=[RULE],
        channels=channels,
        routes=[{"to": list(channels)}],
        polling=polling,
    )
    service.once()


def entry(feeds: ThreadedFeedServer, path: str, **more: str) -> dict[str, str]:
    return {
        "guid": path,
        "title": "Governor calls a meeting",
        "link": feeds.url(path),
        "description": "More follows.",
        **more,
    }


def test_an_article_raises_what_its_summary_does_not_and_says_so_once(
    service: Service,
    feeds: ThreadedFeedServer,
    slack: ThreadedSlack,
    mail: SmtpServer,
    channels: dict[str, object],
) -> None:
    watching_whole(service, feeds, channels)
    feeds.set("/meeting", body=article_page("Governor calls a meeting", LONG_REPORT), content_type=HTML)
    feeds.set("/told", body=article_page(OTHER_ATTACK["title"], OWN_WORDS), content_type=HTML)
    told = {**OTHER_ATTACK, "link": feeds.url("/told")}
    service.start()
    service.wait_ready()
    feeds.set("/wire", body=rss([entry(feeds, "/meeting"), entry(feeds, "/blocked", guid="b"), told, *QUIET]))
    feeds.set("/blocked", status=403, body="no", content_type=HTML)
    eventually(lambda: len(slack.messages) == 2 and len(mail.mails) == 2, within=90)
    eventually(lambda: 'outcome="forbidden"' in service.get("/metrics")[1], within=90)
    polls = len(feeds.requests("/wire"))
    eventually(lambda: len(feeds.requests("/wire")) > polls + 1, within=90)
    service.stop()
    service.once()

    assert (len(slack.messages), len(mail.mails)) == (2, 2), "an article tells nothing again"
    whole = next(message for message in slack.messages if "Governor" in message.shown)
    assert "(in the full text)" in whole.shown
    assert "armed men had been seen crossing the border" in whole.shown.replace("*", "")
    assert all("(in the full text)" not in m.shown for m in slack.messages if m is not whole)
    letter = next(letter for letter in mail.mails if "Governor" in letter.part("plain"))
    assert all("(in the full text)" in letter.part(kind) for kind in ("plain", "html"))
    state = service.json("status")
    assert [feed["health"] for feed in state["feeds"]] == ["fine"]
    assert state["articles"] == {
        "waiting": 0,
        "fetched": 2,
        "short": 0,
        "failed": 1,
        "troubles": [
            {
                "feed": "wire",
                "state": "failed",
                "problem": "forbidden",
                "count": 1,
                "detail": state["articles"]["troubles"][0]["detail"],
            }
        ],
    }
    assert not feeds.requests("/q1"), "the articles of an archive are not fetched"
    (alert,) = [alert for alert in service.json("alerts", "list") if alert["is_full_text"]]
    found = service.command("explain", "--item", str(item_of(service, alert["id"]))).stdout
    assert "armed men" in found


def item_of(service: Service, alert_id: str) -> int:
    shown = service.json("alerts", "show", alert_id)
    return int(shown["item"])


def test_articles_that_wait_survive_a_kill(
    service: Service,
    feeds: ThreadedFeedServer,
    slack: ThreadedSlack,
    channels: dict[str, object],
) -> None:
    watching_whole(service, feeds, {"security": channels["security"]}, timeout="60s")
    feeds.set("/slow", status=200, body=article_page("x", LONG_REPORT), content_type=HTML, delay=60)
    feeds.set("/wire", body=rss([entry(feeds, "/slow"), *QUIET]))
    service.start()
    service.wait_ready()
    eventually(lambda: feeds.requests("/slow"), within=90)
    service.kill()
    feeds.set("/slow", body=article_page("Governor calls a meeting", LONG_REPORT), content_type=HTML)
    service.start()
    eventually(lambda: slack.messages, within=90)
    service.stop()
    assert len(slack.messages) == 1
