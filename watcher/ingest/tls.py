"""Whom a feed's server may be vouched for by: the system's authorities, and the feed's own.

In: a feed and the URL of a hop. Out: what aiohttp's `ssl` argument takes. Called by `fetch`. Verification is never
turned off: a server with a private certificate is given the authority that signed it.
"""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

from yarl import URL

from watcher.errors import FetchError
from watcher.types import Feed, FetchProblem


class Authorities:
    """Remembers the contexts of the CA files that feeds name: making one reads files and takes milliseconds."""

    def __init__(self) -> None:
        self._contexts: dict[tuple[str, int], ssl.SSLContext] = {}

    async def trusted(self, feed: Feed, url: URL) -> ssl.SSLContext | bool:
        """Give whom to trust for one request.

        A feed's authority is believed for the feed's own host only: a redirect must not make it vouch for others.

        Returns:
            A context with the system's authorities and the feed's; True for the system's alone.

        Raises:
            FetchError: the file cannot be read or is no certificate.
        """
        if feed.ca_file is None or url.scheme != "https" or url.host != URL(feed.url).host:
            return True
        try:
            # A renewed file is a new one, without a restart.
            key = (feed.ca_file, (await asyncio.to_thread(Path(feed.ca_file).stat)).st_mtime_ns)
            if key not in self._contexts:
                context = await asyncio.to_thread(ssl.create_default_context)
                await asyncio.to_thread(context.load_verify_locations, cafile=feed.ca_file)
                self._contexts[key] = context
        except (OSError, ssl.SSLError) as error:
            raise FetchError(
                FetchProblem.TLS,
                f"the feed's tls.ca_file {feed.ca_file} cannot be used: {getattr(error, 'strerror', error)}",
                retryable=False,
            ) from error
        return self._contexts[key]
