"""What HTTP says about a delivery: statuses, Retry-After, and broken connections as `DeliveryError`.

In: an answer or an aiohttp exception. Out: the error to raise. Shared by the channels that speak HTTP.
"""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp

from watcher.deliver.channels.network import distrust
from watcher.errors import DeliveryError, system_words

# RFC 9110 (408, 429, 5xx) and RFC 8470 (425): a later attempt may succeed. All other 4xx mean the request is wrong.
_RETRYABLE = frozenset({408, 425, 429})
# What every request will get until somebody has changed the channel's settings, or the receiver.
_REMEDIES = {
    401: "it asks for a login: check the channel's headers and secret",
    403: "it does not let this channel in: check its headers and secret",
    404: "nothing is there: check the channel's address",
    405: "it takes no POST there: check the channel's address",
    407: "a proxy asks for a login",
    410: "nothing is there any more: check the channel's address",
}

NETWORK_ERRORS = (aiohttp.ClientError, TimeoutError, OSError)


def connector() -> aiohttp.TCPConnector:
    """Give connections for one request each.

    A kept connection may be closed by the peer just as the next request goes out, and a POST that died like this
    cannot be told from one that arrived. Alerts are rare enough to pay for a new connection each.
    """
    return aiohttp.TCPConnector(force_close=True, limit=4)


def status_error(status: int, headers: object, *, channel: str, peer: str, now: datetime) -> DeliveryError:
    """Make the error of an answer that is not a success."""
    is_retryable = status in _RETRYABLE or status >= 500
    remedy = _REMEDIES.get(status)
    if 300 <= status < 400:
        remedy = "redirects are not followed, configure the final address"
    detail = f"{peer} answered {status}" + (f": {remedy}" if remedy else "")
    asked = retry_after(headers, now) if is_retryable else None
    return DeliveryError(
        detail,
        channel=channel,
        retryable=is_retryable,
        retry_after=asked,
        needs_person=remedy is not None,
    )


def network_error(error: BaseException, *, channel: str, peer: str) -> DeliveryError:
    """Make the error of a request that got no answer; ambiguous unless it certainly never left.

    The text names the peer, never the whole address: that may hold a secret.
    """
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        said = distrust(error.certificate_error)
        detail = f"{peer} is not trusted: {said}"
        return DeliveryError(detail, channel=channel, needs_person=True)
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return DeliveryError(f"no TLS with {peer}: {type(error).__name__}", channel=channel)
    if isinstance(error, aiohttp.ClientConnectorError):
        return DeliveryError(f"cannot connect to {peer}: {system_words(error.os_error)}", channel=channel)
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return DeliveryError(f"cannot connect to {peer}: timed out", channel=channel)
    if isinstance(error, aiohttp.InvalidURL):
        return DeliveryError("the address is not valid", channel=channel, retryable=False)
    if isinstance(error, TimeoutError):
        return DeliveryError(f"{peer} did not answer in time", channel=channel, is_ambiguous=True)
    detail = f"{peer} broke the connection off: {type(error).__name__}"
    return DeliveryError(detail, channel=channel, is_ambiguous=True)


def retry_after(headers: object, now: datetime) -> timedelta | None:
    """Read Retry-After (RFC 9110, 10.2.3), seconds or a date; None when there is none that can be read."""
    get = getattr(headers, "get", None)
    text = str(get("Retry-After") or "").strip() if get is not None else ""
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 10**8))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(timedelta(), moment - now)


def utc_now() -> datetime:
    """Give the real time; tests put their own in its place."""
    return datetime.now(UTC)
