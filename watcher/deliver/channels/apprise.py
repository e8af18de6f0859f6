"""Alerts by way of Apprise: a hundred other services, each named by a URL.

In: a delivery. Out: a notification with title and plain text. Built by the registry for channels of type `apprise`;
the library is an optional extra and is imported when the channel is built.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from watcher.alert.notice import headline
from watcher.deliver.channels.rendering import laid_out, plain_text, summary_line
from watcher.deliver.channels.thread import in_daemon_thread
from watcher.errors import DeliveryError, WatcherError
from watcher.types import Delivery, Receipt, Severity

if TYPE_CHECKING:
    from watcher.config.channels import AppriseSettings

_TIMEOUT = timedelta(seconds=25)
_TITLE_LIMIT = 200
_KINDS = {
    Severity.INFO: "info",
    Severity.LOW: "info",
    Severity.MEDIUM: "warning",
    Severity.HIGH: "warning",
    Severity.CRITICAL: "failure",
}


class AppriseChannel:
    """Notifies one Apprise URL.

    Apprise tells only whether it worked: every failure is taken for one that may pass, and one that may have
    reached the receiver.
    """

    kind = "apprise"
    spacing = timedelta(seconds=1)
    has_updates = False

    def __init__(self, name: str, settings: AppriseSettings) -> None:
        self.name = name
        self._service = _service(name, settings.url.get_secret_value())

    async def send(self, delivery: Delivery) -> Receipt:
        """Hand the alert to Apprise, in a thread since it blocks."""
        alert = delivery.alert
        title = headline(alert.notice) if alert.notice is not None else None
        title = title or laid_out(
            lambda delivery: summary_line(delivery, limit=_TITLE_LIMIT), delivery, channel=self.name
        )
        body = plain_text(delivery, channel=self.name)
        kind = _KINDS[alert.severity]

        def notify() -> bool:
            # Plain text is announced as such, so that a service that speaks HTML or Markdown escapes it.
            return bool(
                self._service.notify(
                    body=body, title=title or alert.rule, notify_type=kind, body_format="text"
                )
            )

        try:
            async with asyncio.timeout(_TIMEOUT.total_seconds()):
                accepted = await in_daemon_thread(notify, name=f"{self.name} notifier")
        except TimeoutError as error:
            raise DeliveryError("no answer in time", channel=self.name, is_ambiguous=True) from error
        except Exception as error:
            # Apprise's plugins raise what they like; their texts may quote the URL.
            detail = f"Apprise failed with {type(error).__name__}"
            raise DeliveryError(detail, channel=self.name, is_ambiguous=True) from None
        if not accepted:
            raise DeliveryError("the service did not take it", channel=self.name, is_ambiguous=True)
        return Receipt()

    async def close(self) -> None:
        """Hold nothing open."""


def _service(name: str, url: str) -> Any:
    """Make the Apprise object of one URL; its text stays out of the errors, for it holds secrets."""
    try:
        import apprise
    except ImportError as error:
        raise WatcherError(
            f'channel "{name}" needs Apprise: install it with  pip install "watcher[apprise]"'
        ) from error
    service = apprise.Apprise()
    if not service.add(url):
        raise WatcherError(f'channel "{name}": Apprise does not know this kind of URL')
    return service
