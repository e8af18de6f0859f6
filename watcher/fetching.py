"""The fetcher's settings from the configuration: the same for the service and for the commands that fetch."""

from __future__ import annotations

from watcher.config.models import PollingSettings
from watcher.errors import ConfigError, Problem
from watcher.ingest.fetch import FetchSettings
from watcher.ingest.proxy import Proxies


def fetch_settings(polling: PollingSettings, *, is_private_allowed: bool = False) -> FetchSettings:
    """Give the fetcher's limits and manners.

    Args:
        polling: as configured.
        is_private_allowed: allow private addresses whatever the configuration says.

    Raises:
        ConfigError: the environment, which `polling.proxy` asks for, names no usable proxy.
    """
    return FetchSettings(
        concurrency=polling.concurrency,
        per_host_concurrency=polling.per_host.concurrency,
        min_delay=polling.per_host.min_delay,
        timeout=polling.timeout,
        max_body_bytes=polling.max_body,
        allow_private_addresses=is_private_allowed or polling.allow_private_addresses,
        allow_addresses=tuple(polling.allow_addresses),
        proxies=_proxies(polling),
        user_agent=polling.user_agent,
    )


def _proxies(polling: PollingSettings) -> Proxies | None:
    if polling.proxy is None:
        return None
    try:
        return Proxies.configured(polling.proxy.get_secret_value())
    except ValueError as error:
        message = f"polling.proxy: {error}; HTTP_PROXY or HTTPS_PROXY names something else"
        raise ConfigError((Problem(message=message),)) from error
