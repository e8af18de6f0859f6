"""The JSON Schema (2020-12) of what webhooks are sent: the contract with those who receive them.

Pure data, beside `payload`, which makes what it describes. Printed by `watcher schema webhook`.
"""

from __future__ import annotations

from typing import Any, Final

from watcher.alert.payload import VERSION
from watcher.types import DeliveryKind, LifeKind, LifeReason, Severity, Tlp, TroubleKind

_TIME: Final = {"type": "string", "format": "date-time", "description": "RFC 3339, in UTC."}
_COUNT: Final = {"type": "integer", "minimum": 0}
_FLAG: Final = {"type": "boolean"}


def webhook_schema() -> dict[str, Any]:
    """Give the schema of one request's body.

    Keys may be added in later versions, and `version` changes when any changes its meaning: a receiver leaves alone what
    it does not know.
    """
    told = {"alert": _ref("alert"), "digest": _ref("digest"), "notice": _ref("notice"), "text": _text()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "watcher: webhook",
        "type": "object",
        "properties": {
            "version": {"const": VERSION},
            "delivery": _ref("delivery"),
            "news": _text("Of a reply: what has changed, in a line."),
            **told,
        },
        "required": ["version", "delivery"],
        "oneOf": [{"required": [name]} for name in told],
        "$defs": {
            "delivery": _delivery(),
            "alert": _alert(),
            "digest": _digest(),
            "notice": _notice(),
            "source": _source(),
            "event": _event(),
            "marked": _marked(),
        },
    }


def _delivery() -> dict[str, Any]:
    return _object(
        id=_text("The same on every attempt: what Idempotency-Key holds."),
        kind={"enum": [DeliveryKind.ALERT, DeliveryKind.REPLY, DeliveryKind.DIGEST, DeliveryKind.NOTICE]},
        created=_TIME,
    )


def _alert() -> dict[str, Any]:
    place = _object(name=_text(), country=_text("ISO 3166-1, two letters."))
    return _object(
        id=_text(),
        story=_text("Alerts of several rules on one event have the same."),
        rule=_text("The rule's id."),
        rule_title=_text(),
        severity={"enum": [severity.label for severity in Severity]},
        tags=_array(_text()),
        tlp=_or_null({"enum": [mark.label for mark in Tlp]}),
        headline=_ref("marked"),
        quote=_ref("marked", "The sentence that fired the rule."),
        url=_or_null(_text("Of the first report; http or https.")),
        language=_or_null(_text("Of the first report, ISO 639-1.")),
        places=_array(place),
        sources=_array(
            _ref("source"), "The reports, first one first; those that came first, where there are many."
        ),
        source_count=_COUNT | {"description": "All reports, listed or not."},
        is_edit=_FLAG | {"description": "The first report matched only when its publisher edited it."},
        is_full_text=_FLAG | {"description": "Its article matched, and not what the feed said of it."},
        is_withdrawn=_FLAG | {"description": "Nobody stands by it any more."},
        events=_array(
            _ref("event"), "What happened to it, oldest first; the last ones, where there are many."
        ),
        merged_into=_or_null(_text("The alert that a person merged it into.")),
        created=_TIME,
        updated=_TIME,
    )


def _digest() -> dict[str, Any]:
    return _object(
        total=_COUNT | {"description": "How many alerts are told together."},
        reason=_text("Why they are told together."),
        alerts=_array(_ref("alert"), "The gravest and newest of them."),
    )


def _notice() -> dict[str, Any]:
    return _object(
        id=_text(),
        kind={"enum": list(TroubleKind)},
        is_recovery=_FLAG | {"description": "It is over."},
        title=_text(),
        lines=_array(_text()),
        created=_TIME,
    )


def _source() -> dict[str, Any]:
    return _object(
        feed=_text("The feed's id."),
        outlet=_text(),
        title=_text(),
        url=_or_null(_text("http or https.")),
        published=_or_null(_TIME),
        seen=_TIME | {"description": "When it was first seen here."},
        language=_or_null(_text()),
        publisher=_or_null(_text("Who answers for it: the domain of its link, else its feed.")),
        agency=_or_null(_text("The news agency that it says it is from.")),
        withdrawn=_or_null(_TIME | {"description": "When its publisher took it back."}),
    )


def _event() -> dict[str, Any]:
    return _object(
        kind={"enum": list(LifeKind)},
        reason={"enum": list(LifeReason)},
        at=_TIME,
        said=_text("The same in words."),
        number=_or_null(_COUNT | {"description": "Independent publishers, people killed, or reports moved."}),
        is_told=_FLAG | {"description": "People were told of it, and not only shown it."},
    )


def _marked() -> dict[str, Any]:
    mark = {"type": "array", "items": _COUNT, "minItems": 2, "maxItems": 2}
    return _object(
        text=_text("One line of plain text."),
        highlights=_array(
            mark, "The evidence: where it begins, and where it has ended, in code points of the text."
        ),
    )


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _array(items: dict[str, Any], description: str | None = None) -> dict[str, Any]:
    return {"type": "array", "items": items} | ({"description": description} if description else {})


def _text(description: str | None = None) -> dict[str, Any]:
    return {"type": "string"} | ({"description": description} if description else {})


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _ref(name: str, description: str | None = None) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"} | ({"description": description} if description else {})
