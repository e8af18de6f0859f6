"""The manifest of the Slack app that watcher speaks through: scopes, buttons, the slash command.

In: how clicks are to be heard. Out: plain data in Slack's form (https://docs.slack.dev/reference/app-manifest). Printed by
`channels manifest`; `config/slack-manifest.yml` is the same with a word on each scope.
"""

from __future__ import annotations

from typing import Any

SCOPES = ("chat:write", "commands", "channels:read", "groups:read", "channels:history", "groups:history")


def manifest(request_url: str | None = None) -> dict[str, Any]:
    """Give the manifest: for Socket Mode, or for requests to a public address of the service's `/slack`."""
    address = {} if request_url is None else {"url": request_url}
    interactivity = {} if request_url is None else {"request_url": request_url}
    return {
        "display_information": {
            "name": "watcher",
            "description": "Tells what you watch for in the news",
        },
        "features": {
            "bot_user": {"display_name": "watcher", "always_online": False},
            "slash_commands": [
                {
                    "command": "/watcher",
                    **address,
                    "description": "How things stand, silences, and rules tried on a text",
                    "usage_hint": "status | silence RULE 8h why | split ALERT ITEM | merge ALERT OTHER | try TEXT | help",
                    "should_escape": False,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "interactivity": {"is_enabled": True, **interactivity},
            "socket_mode_enabled": request_url is None,
            "token_rotation_enabled": False,
            "org_deploy_enabled": False,
        },
    }
