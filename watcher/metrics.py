"""What the service counts and measures, for Prometheus.

One `Metrics` is made by `app` and handed to the parts; names end in their unit.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_DELAY_BUCKETS = (1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 6 * 3600, 24 * 3600, 7 * 24 * 3600)


class Metrics:
    """All metrics of one service, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        add = self.registry
        self.polls = Counter("watcher_polls", "Polls by outcome.", ["outcome"], registry=add)
        self.due = Counter(
            "watcher_due", "Decisions when to poll a feed next, by reason.", ["reason"], registry=add
        )
        self.poll_seconds = Histogram(
            "watcher_poll_seconds", "Time of one poll, from request to commit.", registry=add
        )
        self.full_parses = Counter(
            "watcher_full_parses",
            "Documents of which all entries were parsed, seen before or not, by reason.",
            ["reason"],
            registry=add,
        )
        self.pushes = Counter(
            "watcher_pushes", "What hubs pushed, by what became of it.", ["outcome"], registry=add
        )
        self.subscriptions = Gauge(
            "watcher_subscriptions", "Subscriptions at hubs, by state.", ["state"], registry=add
        )
        self.articles = Counter(
            "watcher_articles", "Fetches of articles, by what they led to.", ["outcome"], registry=add
        )
        self.articles_waiting = Gauge(
            "watcher_articles_waiting", "Articles that are to be fetched.", registry=add
        )
        self.items = Counter("watcher_items", "Items stored, by novelty.", ["novelty"], registry=add)
        self.matches = Counter(
            "watcher_matches", "Rules that held, by outcome.", ["rule", "outcome"], registry=add
        )
        self.verdicts = Counter(
            "watcher_alert_verdicts", "What the alert policy decided.", ["verdict", "reason"], registry=add
        )
        self.unrouted = Counter("watcher_alerts_unrouted", "Alerts that no route takes.", registry=add)
        self.held = Counter(
            "watcher_deliveries_held",
            "Alerts kept from a channel, by reason.",
            ["channel", "reason"],
            registry=add,
        )
        self.feeds = Gauge("watcher_feeds", "Configured feeds by state.", ["state"], registry=add)
        self.troubles = Gauge(
            "watcher_troubles", "What lasts and keeps people from hearing.", ["kind"], registry=add
        )
        self.troubles_begun = Counter(
            "watcher_troubles_begun", "What began and kept people from hearing.", ["kind"], registry=add
        )
        self.network_down = Gauge(
            "watcher_network_down", "Whether our own network is down: 1 or 0.", registry=add
        )
        self.hosts_held = Gauge("watcher_hosts_held", "Hosts that have asked to be left alone.", registry=add)
        self.notices = Counter(
            "watcher_notices", "What people were told of troubles.", ["kind", "what"], registry=add
        )
        self.deliveries = Gauge("watcher_deliveries", "Outbox rows.", ["channel", "state"], registry=add)
        self.published_to_delivered = Histogram(
            "watcher_published_to_delivered_seconds",
            "From a report's publication to the receiver's acceptance of its alert.",
            ["channel"],
            buckets=_DELAY_BUCKETS,
            registry=add,
        )
        self.seen_to_delivered = Histogram(
            "watcher_seen_to_delivered_seconds",
            "From first sight of a report to the receiver's acceptance of its alert.",
            ["channel"],
            buckets=_DELAY_BUCKETS,
            registry=add,
        )
        self.life = Counter(
            "watcher_alert_changes", "What happened to alerts, and why.", ["kind", "reason"], registry=add
        )
        self.answers = Counter(
            "watcher_answers",
            "Clicks and commands of people in chat, by what they ask.",
            ["word"],
            registry=add,
        )
        self.chat_connected = Gauge(
            "watcher_chat_connected", "Whether clicks are heard by socket, 1 or 0.", ["channel"], registry=add
        )
        self.errors = Counter(
            "watcher_internal_errors", "Errors caught at the boundary of a task.", ["task"], registry=add
        )

    def count_due(self, reason: str) -> None:
        """Count one decision when to poll next."""
        self.due.labels(reason).inc()

    def set_network_down(self, is_down: bool) -> None:
        """Show whether our own network is down."""
        self.network_down.set(is_down)

    def text(self) -> bytes:
        """Give everything in Prometheus' text format."""
        return generate_latest(self.registry)
