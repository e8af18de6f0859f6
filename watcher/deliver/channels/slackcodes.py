"""What Slack's words for a refusal mean: whether a later attempt may do, and what a person can do about it.

Source: https://docs.slack.dev/reference/methods/chat.postMessage#errors. In: the `error` of an answer with `ok: false`.
Out: what to do with the delivery, and words for the operator. Used by `slackapi`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# A later attempt may succeed by itself.
PASSING = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "message_limit_exceeded",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
        "accesslimited",
        "org_login_required",
    }
)
# Slack may have done what was asked before it failed.
AMBIGUOUS = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable"})

_COPY_IT = (
    "copy the Bot User OAuth Token (xoxb-…) of the app's page OAuth & Permissions into this channel's token"
)
_NEW_SOCKET = (
    "make an App-Level Token (xapp-…) with the scope connections:write on the app's page Basic Information"
)
_ADMIN = "an administrator of the workspace must allow it"

# Nothing is taken on this channel until a person has mended it.
_REMEDIES: Mapping[str, str] = {
    "invalid_auth": f"the token is wrong: {_COPY_IT}",
    "not_authed": f"the token is empty: {_COPY_IT}",
    "token_expired": f"the token has expired: {_COPY_IT}",
    "token_revoked": f"the token was revoked: install the app again, then {_COPY_IT}",
    "account_inactive": f"the app was removed from the workspace: install it again, then {_COPY_IT}",
    "not_allowed_token_type": f"this is not a bot's token: {_COPY_IT}",
    "missing_scope": "the app lacks the scope {needed}: add it under OAuth & Permissions, then reinstall the app",
    "no_permission": "the app may not write there: give it the scope chat:write, then reinstall it",
    "channel_not_found": "no channel {channel} that the app can see: check its name; invite the app where it is private",
    "not_in_channel": "the app is not in {channel}: type /invite @watcher there",
    "is_archived": "{channel} is archived: unarchive it, or name another channel",
    "restricted_action": f"the workspace does not let the app post in {{channel}}: {_ADMIN}",
    "restricted_action_read_only_channel": f"{{channel}} is read-only: {_ADMIN}",
    "restricted_action_non_threadable_channel": f"{{channel}} takes no threads: {_ADMIN}",
    "ekm_access_denied": f"the workspace's own encryption keys keep messages out: {_ADMIN}",
    "enterprise_is_restricted": f"the organization does not let the app in: {_ADMIN}",
    "team_access_not_granted": f"the app is not installed in this workspace: {_ADMIN}",
    "access_denied": f"the workspace does not let the app in: {_ADMIN}",
    "two_factor_setup_required": "the workspace asks whoever installed the app to set up two-factor login",
}


def needs_person(code: str) -> bool:
    """Say whether nothing is taken until somebody has mended the token, the app's rights, or the channel."""
    return code in _REMEDIES


def said(code: str, *, method: str, answer: Mapping[str, Any], channel: str) -> str:
    """Say in words why Slack refused, and what to do where a person can.

    Args:
        code: Slack's word, bounded.
        method: what was called; a socket is opened with a token of its own.
        answer: the whole answer; of a missing scope it names what is needed.
        channel: Slack's channel, as configured.
    """
    remedy = _REMEDIES.get(code)
    if remedy is None:
        return f"Slack refused: {code}"
    if method == "apps.connections.open":
        return f"Slack refused the app_token: {code}: {_NEW_SOCKET}"
    needed = str(answer.get("needed") or "that this needs")[:80]
    return f"Slack refused: {code}: {remedy.format(channel=channel or 'the channel', needed=needed)}"
