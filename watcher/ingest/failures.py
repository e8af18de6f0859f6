"""From what went wrong on the network to the class of error and the line that a person can act on.

In: a status with headers, or an exception of the HTTP client. Out: a `FetchError`. Called by `fetch`. No text here
holds a header of ours, a query string, or user information of a URL: those may be secrets.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import datetime, timedelta

import aiohttp
from yarl import URL

from watcher.errors import FetchError, system_words
from watcher.ingest.freshness import retry_after
from watcher.ingest.mask import masked
from watcher.types import FetchProblem

_MIB = 1024 * 1024

_STATUS: dict[int, tuple[FetchProblem, str, bool]] = {
    401: (
        FetchProblem.UNAUTHORIZED,
        "wants a login: give the feed its credentials in headers or auth",
        False,
    ),
    403: (FetchProblem.FORBIDDEN, "refuses us: it may block automatic readers, or want a login", False),
    404: (FetchProblem.NOT_FOUND, "has nothing at this address: look for the feed's new one", False),
    407: (FetchProblem.UNAUTHORIZED, "wants a login for a proxy", False),
    410: (FetchProblem.GONE, "says that the feed is gone for good: remove it or find its successor", False),
    429: (FetchProblem.RATE_LIMITED, "says that we ask too often", True),
}


def shown(url: URL) -> str:
    """Give a URL as errors may show it: without user information, query and fragment, which may be secret."""
    port = f":{url.explicit_port}" if url.explicit_port else ""
    return masked(f"{url.scheme}://{url.host}{port}{url.path}")[:200]


def status_failure(status: int, headers: Mapping[str, str], *, url: URL, now: datetime) -> FetchError:
    """Make the error for an answer that is no feed body, by its status.

    `retry_after` is set on 429 and 5xx only: elsewhere the header means something else or nothing.
    """
    if status in _STATUS:
        problem, words, retryable = _STATUS[status]
    elif 400 <= status < 500:
        problem, words, retryable = FetchProblem.HTTP_4XX, "refuses the request", False
    elif 500 <= status < 600:
        problem, words, retryable = (
            FetchProblem.HTTP_5XX,
            "has an error of its own; it is tried again later",
            True,
        )
    else:
        problem, words, retryable = (
            FetchProblem.BAD_RESPONSE,
            "gives an answer that has no meaning here",
            True,
        )
    is_asking_for_time = status == 429 or status >= 500
    return FetchError(
        problem,
        f"{shown(url)} answers {status}: the server {words}",
        status=status,
        retryable=retryable,
        retry_after=retry_after(headers, now=now) if is_asking_for_time else None,
    )


def blocked(wall: str, status: int, headers: Mapping[str, str], *, url: URL, now: datetime) -> FetchError:
    """Make the error for the page of a service that keeps programs out; `wall` is its name."""
    return FetchError(
        FetchProblem.BLOCKED,
        f"{shown(url)} answers {status} with a page of {wall}, which keeps programs out: ask the site's owner to let "
        "the feed through, or look for the feed at another address",
        status=status,
        retry_after=retry_after(headers, now=now) if status in (429, 503) else None,
    )


def transport_failure(error: Exception, *, url: URL) -> FetchError:
    """Make the error for an exception of aiohttp (or of the sockets under it)."""
    host = url.host or "?"
    match error:
        case aiohttp.ClientConnectorDNSError():
            return FetchError(
                FetchProblem.DNS, f"the name {host} could not be resolved: {system_words(error.os_error)}"
            )
        case aiohttp.ClientConnectorCertificateError():
            detail = f"the certificate of {host} is not valid: {_reason(error.certificate_error)}"
            return FetchError(FetchProblem.TLS, detail, retryable=False)
        case aiohttp.ClientSSLError() | ssl.SSLError():
            return FetchError(FetchProblem.TLS, f"no TLS connection with {host}: {_reason(error)}")
        case aiohttp.ClientConnectorError():
            return FetchError(
                FetchProblem.CONNECT, f"no connection to {host}: {system_words(error.os_error)}"
            )
        case aiohttp.ServerDisconnectedError():
            return FetchError(FetchProblem.CONNECT, f"{host} closed the connection without an answer")
        case aiohttp.ClientPayloadError():
            return _body_failure(error, host)
        case aiohttp.InvalidURL() | aiohttp.NonHttpUrlClientError():
            return FetchError(
                FetchProblem.BAD_RESPONSE, f"{shown(url)} is not a web address", retryable=False
            )
        case aiohttp.ClientResponseError():
            return FetchError(
                FetchProblem.BAD_RESPONSE, f"{host} does not speak HTTP properly: {_reason(error)}"
            )
        case _:
            return FetchError(FetchProblem.CONNECT, f"the connection to {host} broke: {_reason(error)}")


def _body_failure(error: aiohttp.ClientPayloadError, host: str) -> FetchError:
    cause = error.__cause__
    if isinstance(cause, aiohttp.http_exceptions.ContentEncodingError):
        return FetchError(
            FetchProblem.BAD_ENCODING,
            f"the body from {host} is not in the compression that it claims: {_reason(cause)}",
        )
    return FetchError(
        FetchProblem.BAD_RESPONSE, f"the body from {host} was cut off: {_reason(cause or error)}"
    )


def too_large(limit_bytes: int) -> FetchError:
    """Make the error for a body over the limit, counted after decompression."""
    size = f"{limit_bytes // _MIB} MiB" if limit_bytes % _MIB == 0 else f"{limit_bytes} bytes"
    return FetchError(
        FetchProblem.TOO_LARGE, f"the body is larger than polling.max_body ({size})", retryable=False
    )


def unknown_encoding(encoding: str, *, url: URL) -> FetchError:
    """Make the error for a body in a compression that was not offered."""
    return FetchError(
        FetchProblem.BAD_ENCODING,
        f"{url.host} sends a body encoded as {encoding[:40]!r}, which was not asked for",
    )


def timed_out(limit: timedelta, *, url: URL, stage: str) -> FetchError:
    """Make the error for a request that took too long; `stage` says what was being waited for."""
    return FetchError(
        FetchProblem.TIMEOUT,
        f"{stage} from {url.host} did not come within polling.timeout ({limit.total_seconds():g} s)",
    )


def redirect_loop(detail: str) -> FetchError:
    """Make the error for redirects that lead nowhere."""
    return FetchError(FetchProblem.REDIRECT_LOOP, detail, retryable=False)


def bad_response(detail: str) -> FetchError:
    """Make the error for an answer that breaks the protocol."""
    return FetchError(FetchProblem.BAD_RESPONSE, detail)


def of_feed(error: FetchError, feed_id: str) -> FetchError:
    """Give the same error with the feed's id; one error may reach several feeds (a shared lookup)."""
    return FetchError(
        error.problem,
        error.detail,
        feed_id=feed_id,
        status=error.status,
        retryable=error.retryable,
        retry_after=error.retry_after,
    )


def _reason(error: BaseException | str) -> str:
    """Give an exception's own words, one line, short, and without the URL that aiohttp adds to some."""
    text = " ".join(str(error).replace("\\n", " ").split("url=")[0].split())
    return text.rstrip(", ")[:200] or type(error).__name__
