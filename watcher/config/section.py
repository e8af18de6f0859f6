"""The strict, frozen model that every section of the configuration derives from, and how it finds its secrets.

`load` validates with a `LoadContext`; a program (a test, the demo) that builds a section by hand gives none.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    SecretStr,
    ValidationInfo,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

_MAX_SECRET_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadContext:
    """What validation may know of the file that it reads: its folder, and the names of its channels."""

    folder: Path
    channels: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """Stands where a secret would be whose file could not be read, so that the error gets the field's position."""

    reason: str


def refuse_until_available(value: Any, info: ValidationInfo) -> Any:
    """Refuse, in a file, what the models know but this version does not do: to accept it would be to ignore it."""
    if value is not None and value is not False and isinstance(info.context, LoadContext):
        raise PydanticCustomError("not_yet", "this is not available yet")
    return value


def _refuse_unreadable(value: Any) -> Any:
    if isinstance(value, _Unreadable):
        raise PydanticCustomError("secret_file", "{reason}", {"reason": value.reason})
    return value


Secret = Annotated[SecretStr, BeforeValidator(_refuse_unreadable), Field(min_length=1)]
"""A text that is never shown. The field may be `Secret` or `Secret | None`, and may be given as `…_file`."""


class Section(BaseModel):
    """A mapping of the configuration in which an unknown key is an error.

    A field that holds a secret (`token`) may be given as `token_file` instead: a path relative to the file that
    names it, whose content (without the line end) is the secret.
    """

    model_config = ConfigDict(
        defer_build=True,
        extra="forbid",
        frozen=True,
        validate_by_name=True,
        validate_by_alias=True,
        hide_input_in_errors=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _leave_out_empty_keys(cls, data: Any) -> Any:
        # `polling:` with all its keys commented out reads as null and means the defaults.
        if not isinstance(data, dict) or None not in data.values():
            return data
        return {key: value for key, value in data.items() if value is not None or key not in _defaulted(cls)}

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, data: Any, info: ValidationInfo) -> Any:
        named = [n for n in secret_fields(cls) if f"{n}_file" in data] if isinstance(data, dict) else []
        if not named:
            return data
        folder = info.context.folder if isinstance(info.context, LoadContext) else Path()
        data = dict(data)
        for name in named:
            path = data.pop(f"{name}_file")
            if path is None:
                continue
            data[name] = (
                _Unreadable(f'give "{name}" or "{name}_file", not both')
                if data.get(name) is not None
                else _read_secret(folder, path)
            )
        return data

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler.resolve_ref_schema(handler(core))
        for name in secret_fields(cls):
            schema["properties"][f"{name}_file"] = {
                "type": "string",
                "minLength": 1,
                "description": f"File that holds `{name}`, relative to this file.",
            }
            if name in schema.get("required", []):
                schema["required"].remove(name)
                schema.setdefault("allOf", []).append(
                    {"oneOf": [{"required": [name]}, {"required": [f"{name}_file"]}]}
                )
        return schema


@cache
def secret_fields(model: type[BaseModel]) -> tuple[str, ...]:
    """Name the fields of a section that hold a secret."""
    return tuple(
        name
        for name, info in model.model_fields.items()
        if info.annotation is SecretStr or Secret in get_args(info.annotation)
    )


@cache
def _defaulted(model: type[BaseModel]) -> frozenset[str]:
    """Name the keys of a section that may be left out but cannot be null."""
    return frozenset(
        str(info.validation_alias or name)
        for name, info in model.model_fields.items()
        if not info.is_required() and type(None) not in get_args(info.annotation)
    )


def _read_secret(folder: Path, name: object) -> SecretStr | _Unreadable:
    if not isinstance(name, str) or not name:
        return _Unreadable("the secret's file must be given as a path")
    path = folder / os.path.expanduser(name)
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_SECRET_BYTES + 1)
        secret = content.decode().removesuffix("\n").removesuffix("\r")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        return _Unreadable(f"cannot read the secret's file {path}: {reason}")
    if len(content) > _MAX_SECRET_BYTES:
        return _Unreadable(f"the secret's file {path} is larger than 64KiB")
    if not secret.strip():
        return _Unreadable(f"the secret's file {path} is empty")
    return SecretStr(secret)
