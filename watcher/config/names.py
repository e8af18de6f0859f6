"""Names with a form: ids, languages, countries. Each is a pydantic type over text whose error says what to write."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema


class _Form:
    """Checks a text against a pattern; `meaning` completes `"x" is not …`."""

    def __init__(self, pattern: str, meaning: str) -> None:
        self._pattern = re.compile(pattern)
        self._meaning = meaning

    def __call__(self, text: str) -> str:
        if not self._pattern.fullmatch(text):
            raise ValueError(f'"{text}" is not {self._meaning}')
        return text


def _check_header_value(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError(
            "a header's value has no line breaks or control characters"
        )  # it may be a secret: not shown
    return text


_FEED_ID = "[a-z0-9][a-z0-9._-]{0,99}"
_CHANNEL = "[A-Za-z0-9][A-Za-z0-9_-]{0,63}"
_LANGUAGE = "[a-z]{2,3}"
_TAG = "[^,/\\s](?:[^,\\x00-\\x1f]{0,98}[^,/\\s])?"
_COUNTRY = "[A-Z]{2}"
_HEADER = "[A-Za-z0-9!#$%&'*+.^_`|~-]+"
_CONTROL = re.compile("[\\x00-\\x08\\x0a-\\x1f\\x7f]")
_USER_AGENT = "[\\x20-\\x7e]+"


Text = Annotated[str, Field(min_length=1)]
FeedId = Annotated[
    str,
    AfterValidator(_Form(_FEED_ID, "a feed id: use small letters, digits and hyphens, such as tap-fr")),
    WithJsonSchema({"type": "string", "pattern": f"^{_FEED_ID}$"}),
]
Tag = Annotated[
    str,
    AfterValidator(_Form(_TAG, "a tag: leave out commas, and slashes and spaces at its ends")),
    WithJsonSchema({"type": "string", "pattern": f"^{_TAG}$"}),
]
ChannelKey = Annotated[
    str,
    AfterValidator(_Form(_CHANNEL, "a channel's name: use letters, digits, hyphens and underscores")),
    WithJsonSchema({"type": "string", "pattern": f"^{_CHANNEL}$"}),
]
LanguageCode = Annotated[
    str,
    AfterValidator(_Form(_LANGUAGE, "a language code: write two small letters, such as fr (ISO 639-1)")),
    WithJsonSchema({"type": "string", "pattern": f"^{_LANGUAGE}$"}),
]
CountryCode = Annotated[
    str,
    AfterValidator(_Form(_COUNTRY, "a country code: write two capital letters, such as TN (ISO 3166-1)")),
    WithJsonSchema({"type": "string", "pattern": f"^{_COUNTRY}$"}),
]
HeaderName = Annotated[
    str,
    AfterValidator(_Form(_HEADER, "the name of an HTTP header")),
    WithJsonSchema({"type": "string"}),
]
HeaderValue = Annotated[
    str,
    AfterValidator(_check_header_value),
    WithJsonSchema({"type": "string"}),
]
UserAgent = Annotated[
    str,
    AfterValidator(_Form(_USER_AGENT, "a user agent: use plain letters (ASCII) and no line breaks")),
    WithJsonSchema({"type": "string", "minLength": 1}),
]
