"""Records taken apart and put together: the same as copied any other way, and no two kinds mixed up."""

from __future__ import annotations

import copyreg
import io
import pickle
from dataclasses import FrozenInstanceError, dataclass, fields

import pytest

from tests.support import samples
from watcher.native.records import reduced, restored
from watcher.story.fingerprint import fingerprint
from watcher.types import Analysed, Item, Place, PlaceMention, Span, Trait, TraitKind

PLACE = Place(id="TN:x", name="Ben Gardane", country="TN", kind="city", lat=33.1, lon=11.2)
MENTION = PlaceMention(
    span=Span(field="title", start=31, end=43), text="Ben Guerdane", place=PLACE, confidence=0.9
)


def sent(record: object) -> object:
    """The record as another process gets it, with all dataclasses taken apart by compiled code."""
    file = io.BytesIO()
    pickler = pickle.Pickler(file)
    pickler.dispatch_table = copyreg.dispatch_table | dict.fromkeys(
        (Analysed, Item, Place, PlaceMention, Span, Trait), reduced
    )
    pickler.dump(record)
    return pickle.loads(file.getvalue())


def test_an_analysed_item_arrives_as_it_was_sent() -> None:
    item = samples.item(title="Gunmen \ud800 cross \0 into Tunisia near Ben Guerdane")
    match = samples.match()
    analysed = Analysed(
        item=item,
        language="en",
        matches=(match,),
        places=(MENTION,),
        fingerprint=fingerprint(item, places=(MENTION,), matches=(match,)),
    )
    got = sent(analysed)
    assert got == analysed
    assert isinstance(got, Analysed)
    assert [trait.key for trait in got.fingerprint.traits] == [
        trait.key for trait in analysed.fingerprint.traits
    ]
    with pytest.raises(FrozenInstanceError):
        got.killed = 3  # type: ignore[misc]


def test_every_field_is_sent() -> None:
    make, (kind, *values) = reduced(PLACE)
    assert kind is Place
    assert values == [getattr(PLACE, field.name) for field in fields(Place)]
    assert make(kind, *values) == PLACE


def test_a_record_is_not_made_of_more_or_fewer_values_than_it_has() -> None:
    for values in ((), ("title", 1), ("title", 1, 2, 3)):
        with pytest.raises(ValueError, match="Span has 3 values"):
            restored(Span, *values)


@dataclass
class Loose:
    """Has no slots."""

    value: int


@pytest.mark.parametrize("other", [None, 3, "text", Loose(1), TraitKind.WORD])
def test_what_is_no_record_with_slots_is_refused(other: object) -> None:
    with pytest.raises((TypeError, AttributeError)):
        reduced(other)
