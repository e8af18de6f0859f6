"""What pydantic found wrong → problems in the words of someone who edits YAML, each with its place.

`load` calls `validate` for every file that a model describes.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from watcher.config.section import LoadContext, Section, secret_fields
from watcher.config.source import Source, YamlPath
from watcher.errors import Problem

ModelT = TypeVar("ModelT", bound=Section)

_FIXED = {
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_from_float": "expected a whole number",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "float_type": "expected a number",
    "float_parsing": "expected a number",
    "list_type": "expected a list",
    "dict_type": "expected a mapping (key: value)",
    "model_type": "expected a mapping (key: value)",
    "model_attributes_type": "expected a mapping (key: value)",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "finite_number": "expected a number",
}
_UNKNOWN = "extra_forbidden"
_MOST_SHOWN = 3
_ELSEWHERE = {
    **dict.fromkeys(
        ("budget", "fold_over", "fallback", "max_tlp"), "it belongs to a channel, under channels"
    ),
    **dict.fromkeys(("quiet_hours", "digest", "continue"), "it belongs to a route, under routes"),
}
"""Keys that are often looked for in the wrong section."""

_KINDS: dict[type, str] = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "a mapping",
}


def validate(
    model: type[ModelT], source: Source, value: Any, *, at: YamlPath = (), context: LoadContext
) -> tuple[ModelT | None, tuple[Problem, ...]]:
    """Fill a model from a part of a file.

    Args:
        model: what the value must be.
        source: the file, for the places of problems.
        value: the data.
        at: where in the file the value stands.
        context: the folder and the channels' names.

    Returns:
        The filled model, or None with every problem that was found.
    """
    try:
        # By alias only: `from_` is how a program spells `from`, not how a file does.
        return model.model_validate(value, context=context, by_alias=True, by_name=False), ()
    except ValidationError as error:
        details = error.errors(include_url=False)
        misspelt = {
            (detail["loc"][:-1], _meant_key(model, detail))
            for detail in details
            if detail["type"] == _UNKNOWN
        }
        # A misspelt key is told as such, and not a second time as one that is missing.
        told = [
            one
            for one in details
            if one["type"] != "missing" or (one["loc"][:-1], one["loc"][-1]) not in misspelt
        ]
        return None, tuple(_problem(model, source, value, at, detail) for detail in told)


def closest(word: str, known: Sequence[str]) -> str | None:
    """Suggest what was meant by a word that is not among the known ones; None when nothing comes near."""
    found = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    if found:
        return f'did you mean "{found[0]}"?'
    if not known or len(known) > 12:
        return None
    return f"known: {', '.join(known)}" if len(known) > 1 else f'the only one is "{known[0]}"'


def keys(model: type[BaseModel]) -> list[str]:
    """List the keys that a section may have in a file."""
    names = [str(info.validation_alias or name) for name, info in model.model_fields.items()]
    return names + [f"{name}_file" for name in secret_fields(model)]


def _problem(model: type[Section], source: Source, value: Any, at: YamlPath, detail: ErrorDetails) -> Problem:
    path, is_key = _yaml_path(value, detail["loc"])
    message, suggestion = _words(model, detail)
    is_key = is_key or detail["type"] == _UNKNOWN
    return source.problem(at + path, message, suggestion=suggestion, key=is_key)


def _yaml_path(value: Any, loc: tuple[int | str, ...]) -> tuple[YamlPath, bool]:
    """Leave out what pydantic's location has and the file has not: union tags, and keys that are missing."""
    path: list[str | int] = []
    for step in loc:
        if step == "[key]":
            return tuple(path), True
        if isinstance(value, dict) and step not in value and f"{step}_file" in value:
            step = f"{step}_file"
        if (isinstance(value, dict) and step in value) or (isinstance(value, list) and isinstance(step, int)):
            path.append(step)
            value = value[step]  # type: ignore[index]
    return tuple(path), False


def _words(model: type[Section], detail: ErrorDetails) -> tuple[str, str | None]:
    kind, given, context = detail["type"], detail["input"], detail.get("ctx", {})
    name = str(detail["loc"][-1]) if detail["loc"] else ""
    match kind:
        case "missing":
            owners = _models_at(model, detail["loc"][:-1])
            is_secret = any(name in secret_fields(owner) for owner in owners)
            return f'the key "{name}" is missing', f'or give "{name}_file"' if is_secret else None
        case "extra_forbidden":
            belongs = _ELSEWHERE.get(name)
            return f'unknown key "{name}"', belongs or closest(name, _known_keys(model, detail))
        case "dict_type" | "model_type" | "model_attributes_type":
            return _FIXED[kind], _form(model, detail["loc"])
        case "union_tag_not_found":
            return 'the key "type" is missing', None
        case "union_tag_invalid" | "literal_error":
            expected = str(context.get("expected_tags") or context.get("expected", ""))
            words = [word.strip(" '") for word in expected.replace(" or ", ", ").split(",")]
            word = context.get("tag", given)
            return f'"{_brief(word)}" is not one of {", ".join(words)}', _near(word, words)
        case "string_type":
            # Without the value: it may be a password that YAML reads as a number.
            hint = "put it in quotes" if _is_scalar(given) else None
            if given is None:
                hint = 'a text that begins with # or @ stands in quotes: "#security"'
            return f"expected a text, not {_kind(given)}", hint
        case "greater_than_equal":
            return f"must be at least {context['ge']}", None
        case "less_than_equal":
            return f"must be at most {context['le']}", None
        case "value_error":
            return str(context["error"]), None
        case "unknown_name":
            return detail["msg"], closest(str(context["name"]), context["known"])
        case "not_yet":
            return f'"{name}" is not available yet', "remove it, or set it to null"
        case "list_type" if isinstance(given, str):
            return "expected a list, not a text", f"write [{_brief(given)}]"
    return _FIXED.get(kind, detail["msg"]), None


def _known_keys(model: type[Section], detail: ErrorDetails) -> list[str]:
    return sorted({key for owner in _models_at(model, detail["loc"][:-1]) for key in keys(owner)})


def _meant_key(model: type[Section], detail: ErrorDetails) -> str | None:
    near = difflib.get_close_matches(
        str(detail["loc"][-1]).lower(), _known_keys(model, detail), n=1, cutoff=0.6
    )
    return near[0] if near else None


def _form(model: type[Section], loc: tuple[int | str, ...]) -> str | None:
    """Show how a mapping is written: the keys that it must have, then the first of those that it can have."""
    owners = list(_models_at(model, loc))
    if len(owners) != 1:
        return None
    fields = owners[0].model_fields.items()
    needed = [str(info.validation_alias or name) for name, info in fields if info.is_required()]
    shown = list(dict.fromkeys((*needed, *keys(owners[0]))))[:_MOST_SHOWN]
    return f"write {{{', '.join(f'{key}: …' for key in shown)}}}"


def _models_at(annotation: Any, loc: tuple[int | str, ...]) -> Iterator[type[BaseModel]]:
    """Find the models that a location of pydantic's may mean, following keys, members and union tags."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not loc:
            yield annotation
        elif loc[0] in get_args(_type_of(annotation, "type")):
            yield from _models_at(annotation, loc[1:])
        else:
            yield from _models_at(_type_of(annotation, str(loc[0])), loc[1:])
        return
    arguments = get_args(annotation)
    is_container = get_origin(annotation) in (list, dict)
    for argument in arguments[-1:] if is_container else arguments:
        yield from _models_at(argument, loc[1:] if is_container else loc)


def _type_of(model: type[BaseModel], key: str) -> Any:
    return next(
        (
            info.annotation
            for name, info in model.model_fields.items()
            if key in (name, info.validation_alias)
        ),
        None,
    )


def _near(given: object, words: Sequence[str]) -> str | None:
    found = difflib.get_close_matches(str(given).lower(), words, n=1, cutoff=0.6)
    return f'did you mean "{found[0]}"?' if found else None


def _is_scalar(given: object) -> bool:
    return isinstance(given, int | float)


def _kind(given: object) -> str:
    return _KINDS.get(type(given), "nothing" if given is None else type(given).__name__)


def _brief(given: object) -> str:
    text = str(given).lower() if isinstance(given, bool) else str(given)
    return text if len(text) <= 40 else text[:39] + "…"
