"""What flows from a feed to a person: one frozen type for each stage of the way.

Every folder takes the types of the folder on its left and gives its own. Nothing here does work: no I/O, no
clock, no imports from the rest of the package. All datetimes are aware and in UTC. The names are the vocabulary of the
whole package, and are imported from here.
"""

from watcher.types.alerts import Alert, Answer, AnswerWord, LifeEvent, LifeKind, LifeReason, Source
from watcher.types.deliveries import Delivery, DeliveryKind, DeliveryState, Digest, Receipt
from watcher.types.feeds import (
    Feed,
    FeedState,
    Fetched,
    FetchProblem,
    SubscriptionState,
    Timetable,
    Validators,
)
from watcher.types.items import ArticleState, FullParse, Item, ParsedFeed
from watcher.types.levels import Severity, Tlp
from watcher.types.matches import Evidence, Match, MatchOutcome
from watcher.types.stories import Analysed, Fingerprint, Shingles, Story, Trait, TraitKind
from watcher.types.text import FIELDS, FieldName, Place, PlaceMention, Span
from watcher.types.troubles import Notice, Trouble, TroubleKind

__all__ = [
    "FIELDS",
    "Alert",
    "Analysed",
    "Answer",
    "AnswerWord",
    "ArticleState",
    "Delivery",
    "DeliveryKind",
    "DeliveryState",
    "Digest",
    "Evidence",
    "Feed",
    "FeedState",
    "FetchProblem",
    "Fetched",
    "FieldName",
    "Fingerprint",
    "FullParse",
    "Item",
    "LifeEvent",
    "LifeKind",
    "LifeReason",
    "Match",
    "MatchOutcome",
    "Notice",
    "ParsedFeed",
    "Place",
    "PlaceMention",
    "Receipt",
    "Severity",
    "Shingles",
    "Source",
    "Span",
    "Story",
    "SubscriptionState",
    "Timetable",
    "Tlp",
    "Trait",
    "TraitKind",
    "Trouble",
    "TroubleKind",
    "Validators",
]
