"""What Slack allows one app in one workspace, however many channels of ours write there.

In: calls about to be made, and what Slack asks for. Out: a pause, or a `DeliveryError` where the pause would be long.
Shared by everything that speaks to Slack with one token; made by `app`.

Limits as documented: https://docs.slack.dev/apis/web-api/rate-limits, and "Rate limiting" on each method's page.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Final

from watcher.deliver.quota import Quota
from watcher.errors import DeliveryError
from watcher.ports import Clock

_MINUTE: Final = 60.0
_TIER_3, _TIER_4 = 50, 100
# Where a page says only that hundreds a minute are allowed, the least that it can mean.
_HUNDREDS = 200
# Calls in a minute, by method, in one workspace by one app. Of other methods only what Slack answers is known.
_A_MINUTE: Final[Mapping[str, int]] = {
    "chat.getPermalink": _HUNDREDS,
    "chat.postEphemeral": _TIER_4,
    "chat.postMessage": _HUNDREDS,
    "chat.update": _TIER_3,
    "conversations.history": _TIER_3,
    "conversations.replies": _TIER_3,
    "users.conversations": _TIER_3,
}
_POSTING: Final = "chat.postMessage"
# A header that asks for more is taken for a mistake: while a workspace is held nothing is tried, nor told elsewhere.
_LONGEST_HOLD = timedelta(hours=1)
_LONGEST_PAUSE = 5.0  # seconds: a caller gives a call little more


class SlackAccount:
    """The limits of one token.

    Calls of a method are counted for the whole workspace, and messages for each channel as well: one a second. What
    Slack answers 429 to is left alone for as long as it asks, by every channel; other methods are not restricted by it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._methods: dict[str, Quota] = {}
        self._channels: dict[str, Quota] = {}

    def held_for(self) -> float:
        """Give the seconds in which no message may be posted anywhere in the workspace."""
        return self._method(_POSTING).wait(self._clock.monotonic())

    async def admit(self, method: str, channel: object, *, name: str) -> None:
        """Wait until a call may be made, and count it.

        Args:
            method: of the Web API.
            channel: the Slack channel that it is about, as the call names it; anything else for none.
            name: the channel of ours, for the error.

        Raises:
            DeliveryError: it may only be made later: `retry_after` says when. Nothing was sent.
        """
        now = self._clock.monotonic()
        quotas = [self._method(method)]
        if method == _POSTING and isinstance(channel, str):
            quotas.append(self._channels.setdefault(channel, Quota(1, 1.0)))
        pause = max(quota.wait(now) for quota in quotas)
        if pause > _LONGEST_PAUSE:
            detail = f"kept back: Slack allows no more {method} for now"
            raise DeliveryError(detail, channel=name, retry_after=timedelta(seconds=pause))
        for quota in quotas:
            quota.take(now + pause)
        if pause > 0:
            await self._clock.sleep(pause)

    def hold(self, method: str, asked: timedelta) -> None:
        """Let no call of a method out for as long as Slack asks, an hour at most."""
        self._method(method).hold(self._clock.monotonic() + min(asked, _LONGEST_HOLD).total_seconds())

    def _method(self, method: str) -> Quota:
        if method not in self._methods:
            self._methods[method] = Quota(_A_MINUTE.get(method), _MINUTE)
        return self._methods[method]


class SlackAccounts:
    """The accounts of a service, one for each token."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._accounts: dict[str, SlackAccount] = {}

    def of(self, token: str) -> SlackAccount:
        """Give the account of a token."""
        key = sha256(token.encode()).hexdigest()  # no secret stays where it is not needed
        return self._accounts.setdefault(key, SlackAccount(self._clock))
