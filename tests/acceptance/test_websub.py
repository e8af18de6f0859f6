"""WebSub, from outside: a hub's push is told long before the next poll, and only a true one."""

from __future__ import annotations

import socket

from tests.acceptance.conftest import ATTACK, QUIET, RULE
from tests.support.feeds import ThreadedFeedServer, rss
from tests.support.hub import HubDouble
from tests.support.service import Service, eventually
from tests.support.slack import ThreadedSlack


def send(port: int, request: str, *, is_open: bool = True) -> int:
    """Send bytes that no library would; give the status of the answer, 0 for none."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as peer:
        peer.sendall(request.encode())
        if not is_open:
            peer.shutdown(socket.SHUT_WR)
        answer = peer.recv(100).split()
        return int(answer[1]) if answer else 0


def test_a_push_is_told_within_the_poll_interval_and_a_forged_one_is_not(
    service: Service, feeds: ThreadedFeedServer, slack: ThreadedSlack, channels: dict[str, object]
) -> None:
    with HubDouble() as hub:
        topic = feeds.url("/wire") + "?token=a-secret-of-the-feed"
        links = {"Link": f'<{hub.url}>; rel="hub", <{topic}>; rel=self'}
        feeds.set("/wire", body=rss(QUIET), headers=links)
        service.configure(
            feeds=[{"id": "wire", "url": topic}],
            rules=[RULE],
            channels={"security": channels["security"]},
            polling={"interval": {"default": "1h", "min": "1h", "max": "6h"}, "timeout": "60s"},
            web={
                "listen": f"127.0.0.1:{service.port}",
                "public_url": f"http://127.0.0.1:{service.port}",
            },
        )
        service.start()
        service.wait_ready()
        eventually(lambda: topic in hub.subscriptions, within=90)
        polled = len(feeds.requests("/wire"))
        # Hubs may push what is new alone.
        body = rss([ATTACK])
        assert hub.publish(topic, body, secret="guessed") == 403
        assert hub.publish(topic, body, method="") == 403
        assert hub.publish(topic, body, Link='<https://elsewhere.example/>; rel="self"') == 403
        assert hub.publish(topic, b"no feed") == 400
        assert not slack.messages
        assert hub.publish(topic, body) == 204
        eventually(lambda: slack.messages, within=90)
        assert hub.publish(topic, rss([ATTACK, *QUIET]), method="sha1") == 204
        one = hub.subscriptions[topic]
        assert len(one.callback.rpartition("/")[2]) >= 40
        question = {"hub.mode": "subscribe", "hub.challenge": "x", "hub.lease_seconds": "60"}
        assert hub.ask(one.callback, {**question, "hub.topic": "https://elsewhere.example/"})[0] == 404
        assert hub.ask(one.callback[:-1] + "_", {**question, "hub.topic": topic})[0] == 404
        assert hub.ask(one.callback, {**question, "hub.topic": topic})[0] == 404, "nobody asked for that"

        path = one.callback.partition(f":{service.port}")[2]
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n"
        assert send(service.port, f"{head}Content-Encoding: gzip\r\n\r\nno gzip..") == 400
        assert send(service.port, "no HTTP at all\r\n\r\n") == 400
        assert send(service.port, f"{head}\r\nbreaks", is_open=False) == 0

        assert len(feeds.requests("/wire")) == polled
        (state,) = service.json("status")["subscriptions"]
        assert (state["feed"], state["state"]) == ("wire", "active")
        metrics = service.get("/metrics")[1]
        assert 'watcher_pushes_total{outcome="taken"} 2.0' in metrics
        assert 'watcher_pushes_total{outcome="forged"} 2.0' in metrics
        service.stop()
        shown = service.command("status", "--json").stdout + service.log
        assert one.secret not in shown
        assert one.callback not in shown
        assert "a-secret-of-the-feed" not in shown
        assert "Traceback" not in service.log, "what peers do wrong is no fault of ours"
    assert len(slack.messages) == 1
    assert service.json("status")["items"] == 3
