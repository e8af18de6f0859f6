"""Addresses as people may see them: what gives access is hidden.

In: an address, or a text that holds some. Out: the same with `***` in the place of user names, passwords, tokens and
keys. Pure; called by whatever prints, logs or records addresses. Requests, and files that a user asks for, have them as
they are.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit

HIDDEN = "***"

_SECRET_NAME = re.compile(
    r"auth|bearer|cred|jwt|key$|pass|priv|pwd|secret|session|sid$|sig$|signature|token|ticket", re.IGNORECASE
)
"""What parameters that give access are called, in part, whatever stands between: `rss_token`, `apiKey`, `os_password`."""
_JOINTS = re.compile(r"[-_.\[\]]")
_LOOKS_SECRET = re.compile(r"(?=\w*\d)(?=\w*[A-Za-z])\w{24,}", re.ASCII)
"""Letters and figures in one long run: nobody names a section of a site so."""
_PARAMETER = re.compile(r"[^&;]+")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,30}://[^\s\"'<>\\\x00-\x1f]+")
_MOST_NESTED = 3


def masked(url: str) -> str:
    """Hide what gives access in an address.

    Args:
        url: any address; one that cannot be read is hidden whole, behind its scheme.

    Returns:
        The address with `***` for user information, for the values of parameters that are called like a secret, and for
        parameters and parts of the path that look like one. An address that is a parameter of another is treated alike.
    """
    return _masked(url, depth=0)


def masked_text(text: str) -> str:
    """Hide what gives access in all addresses of a text."""
    if "://" not in text:
        return text
    return _ADDRESS.sub(lambda found: masked(found[0]), text)


def _masked(url: str, *, depth: int) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        scheme, mark, _ = url.partition("://")
        return f"{scheme}://{HIDDEN}" if mark else HIDDEN
    _, at, host = parts.netloc.rpartition("@")
    hidden = parts._replace(
        netloc=f"{HIDDEN}@{host}" if at else host,
        path="/".join(_part(part) for part in parts.path.split("/")),
        query=_parameters(parts.query, depth),
        fragment=_parameters(parts.fragment, depth),
    )
    return url if hidden == parts else urlunsplit(hidden)


def _part(part: str) -> str:
    stem, dot, ending = part.partition(".")
    return f"{HIDDEN}{dot}{ending}" if _LOOKS_SECRET.fullmatch(stem) else part


def _parameters(query: str, depth: int) -> str:
    return _PARAMETER.sub(lambda found: _parameter(found[0], depth), query)


def _parameter(text: str, depth: int) -> str:
    name, equals, value = text.partition("=")
    if not equals:
        return HIDDEN if _LOOKS_SECRET.fullmatch(text) else text
    plain = unquote_plus(value)
    is_secret = _SECRET_NAME.search(_JOINTS.sub("", unquote_plus(name))) or _LOOKS_SECRET.fullmatch(plain)
    if value and is_secret:
        return f"{name}={HIDDEN}"
    if "://" in plain and (shown := _nested(plain, depth)) != plain:
        return f"{name}={quote(shown, safe='*/:?&=@')}"
    return text


def _nested(url: str, depth: int) -> str:
    return _masked(url, depth=depth + 1) if depth < _MOST_NESTED else HIDDEN
