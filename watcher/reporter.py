"""Makes of matched items what people are told: alerts that open, grow, are corrected and taken back.

Works inside the poll's transaction. In: analysed items and what `alert.policy` decided. Out: rows of alerts, of their
sources and events, and the channels that have something to send. Called by the stage that raises alerts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from watcher.alert import life
from watcher.alert.agencies import agency_of
from watcher.alert.compose import begin, compose
from watcher.alert.hold import lateness
from watcher.alert.independence import copied
from watcher.alert.life import Reported
from watcher.alert.retraction import Mark, mark_of
from watcher.announce import Routing, stable_id
from watcher.ingest.domain import domain_of
from watcher.life import live, outdo
from watcher.storage.store import Transaction
from watcher.types import Alert, Analysed, DeliveryKind, Feed, Item, LifeReason, Match, Source

_COMPARED = 64  # sources whose texts a new one is compared with


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A matched item that is stored and in a story.

    `is_edit` says that its publisher has edited it, `is_full_text` that nothing of it is new but its article.
    """

    analysed: Analysed
    item_id: int
    story_id: str
    is_edit: bool = False
    is_full_text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """The feed whose poll this is; `own_title` is what the feed calls itself. `corroborated_by` is how many independent
    publishers make an alert corroborated."""

    feed: Feed
    own_title: str | None
    now: datetime
    routing: Routing
    corroborated_by: int

    @property
    def outlet(self) -> str:
        """The feed's name as people read it."""
        return self.feed.title or self.own_title or self.feed.id

    def tell(self, tx: Transaction, news: News, match: Match, siblings: Sequence[Alert]) -> tuple[str, ...]:
        """Open an alert and queue it for its channels, whose names are given; `siblings` are those of other rules."""
        alert = self.alert(news, match)
        tx.alerts.add(alert)
        told = self.routing.queue(tx, alert, DeliveryKind.ALERT, now=self.now)
        return (*told, *outdo(tx, siblings, alert, self.routing, told=frozenset(told), now=self.now))

    def hold(self, tx: Transaction, news: News, match: Match) -> bool:
        """Write down what a report would have told, had it not come too late; gives whether it is the first of its story.

        The alert has a story of its own: a report that comes in time is told as if this one had not come.
        """
        item = news.analysed.item
        late_id = late_alert_id(news.story_id, match.rule)
        if item.dated is None or tx.alerts.get([late_id]):
            return False
        made = replace(
            self.alert(news, match),
            id=late_id,
            story_id=stable_id("st", late_id),
            is_late=True,
            closed_at=self.now,
        )
        tx.stories.open(made.story_id, title=made.headline, at=self.now)
        tx.alerts.add(made)
        self.routing.hold(tx, made, lateness(item.dated, self.now), now=self.now)
        return True

    def alert(self, news: News, match: Match) -> Alert:
        """Make the alert that a report opens."""
        analysed = news.analysed
        begun = begin(
            match,
            analysed,
            alert_id=stable_id("al", news.story_id, match.rule),
            story_id=news.story_id,
            at=self.now,
            item_id=news.item_id,
        )
        return replace(
            begun,
            sources=(self.source(analysed, news.item_id),),
            is_edit=news.is_edit,
            is_full_text=news.is_full_text,
            feed_tags=tuple(sorted(self.feed.tags)),
            events=(life.opened(killed=analysed.killed, outlet=self.outlet, at=self.now),),
        )

    def grow(self, tx: Transaction, alert: Alert, news: News, match: Match) -> tuple[str, ...]:
        """Add a report and its places to an alert, and tell what that changes."""
        analysed = news.analysed
        source = replace(self.source(analysed, news.item_id), copy_of=self._copied(tx, alert, analysed))
        tx.alerts.add_source(alert.id, source)
        places = compose(match, analysed.item, analysed.places).places
        tx.alerts.grow(alert.id, places=dict.fromkeys((*alert.places, *places)), at=self.now)
        return self._take_up(tx, alert, source, news, match, mark_of(analysed.item.title))

    def heed(self, tx: Transaction, alert: Alert, news: News, match: Match) -> tuple[str, ...]:
        """Look whether one more report of a listed source says what people should know; most say nothing new."""
        mark = mark_of(news.analysed.item.title)
        if mark is Mark.WITHDRAWN:
            return self.take_back(tx, alert, news.item_id, reason=LifeReason.MARKED_WITHDRAWN)
        listed = self._listed(alert)
        if listed.withdrawn_at is not None and listed.item_id in (None, news.item_id):
            tx.alerts.mark_withdrawn(alert.id, self.feed.id, at=None)
        return self._take_up(tx, alert, None, news, match, mark)

    def amend(self, tx: Transaction, alert: Alert, news: News) -> tuple[str, ...]:
        """Tell that a listed source corrects its report or takes it back, however late; nothing else of it counts."""
        mark = mark_of(news.analysed.item.title)
        if mark is Mark.WITHDRAWN:
            return self.take_back(tx, alert, news.item_id, reason=LifeReason.MARKED_WITHDRAWN)
        events = life.amended(alert, Reported(outlet=self.outlet, mark=mark), now=self.now)
        return live(tx, alert.id, events, self.routing, now=self.now)

    def take_back(
        self, tx: Transaction, alert: Alert, item_id: int, *, reason: LifeReason
    ) -> tuple[str, ...]:
        """Note that a report no longer stands, where the alert rests on it, and tell what that changes."""
        if not any(one.feed_id == self.feed.id for one in alert.sources):
            return ()
        listed = self._listed(alert)
        # A correction notice under an id of its own takes the listed report back; an edit only its own item's.
        is_notice = reason is LifeReason.MARKED_WITHDRAWN
        if listed.withdrawn_at is not None or not (is_notice or listed.item_id in (None, item_id)):
            return ()
        tx.alerts.mark_withdrawn(alert.id, self.feed.id, at=self.now)
        sources = tx.alerts.get([alert.id])[alert.id].sources
        events = life.taken_back(alert, sources, outlet=self.outlet, reason=reason, now=self.now)
        return live(tx, alert.id, events, self.routing, now=self.now)

    def source(self, analysed: Analysed, item_id: int) -> Source:
        """Give a report as an alert lists it."""
        item = analysed.item
        return source_of(item, item_id, outlet=self.outlet, language=analysed.language)

    def _take_up(
        self,
        tx: Transaction,
        alert: Alert,
        source: Source | None,
        news: News,
        match: Match,
        mark: Mark | None,
    ) -> tuple[str, ...]:
        report = Reported(
            outlet=self.outlet,
            source=source,
            mark=mark,
            killed=news.analysed.killed,
            is_edit=news.is_edit or news.is_full_text,
        )
        events = life.taken_up(
            alert, report, corroborated_by=self.corroborated_by, remind=match.remind, now=self.now
        )
        return live(tx, alert.id, events, self.routing, now=self.now)

    def _copied(self, tx: Transaction, alert: Alert, analysed: Analysed) -> int | None:
        """Find the listed report whose text this one repeats."""
        print_ = analysed.fingerprint
        places = {one.item_id: place for place, one in enumerate(alert.sources) if one.item_id is not None}
        if print_ is None or not places:
            return None
        texts = tx.stories.texts(list(places)[-_COMPARED:])
        return copied(print_.shingles, {places[item_id]: text for item_id, text in texts.items()})

    def _listed(self, alert: Alert) -> Source:
        return next(one for one in alert.sources if one.feed_id == self.feed.id)


def late_alert_id(story_id: str, rule: str) -> str:
    """Name the alert that keeps the late reports of a rule on a story."""
    return stable_id("al", story_id, rule, "late")


def source_of(item: Item, item_id: int, *, outlet: str, language: str | None) -> Source:
    """Give a stored item as an alert lists it."""
    domain = domain_of(item.url) if item.url else ""
    return Source(
        feed_id=item.feed_id,
        feed_title=outlet,
        title=item.title,
        url=item.url,
        published=item.dated,
        seen_at=item.seen_at,
        language=language,
        publisher=domain or item.feed_id,
        agency=agency_of(item, domain),
        item_id=item_id,
    )
