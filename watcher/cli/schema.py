"""`watcher schema`: JSON Schemas of the configuration's files and of what webhooks are sent; the HTTP API's document."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from watcher.cli.options import command_app
from watcher.cli.output import print_json
from watcher.config.schema import FileKind, file_schema

app = command_app()


class SchemaKind(StrEnum):
    """What there is a schema of: the kinds of `FileKind`, the body of a webhook, and what the service answers by HTTP."""

    MAIN = FileKind.MAIN.value
    FEEDS = FileKind.FEEDS.value
    RULES = FileKind.RULES.value
    LISTS = FileKind.LISTS.value
    PLACES = FileKind.PLACES.value
    WEBHOOK = "webhook"
    API = "api"


@app.command()
def schema(
    kind: Annotated[
        SchemaKind, typer.Argument(help="Which kind of file, what webhooks are sent, or the HTTP API.")
    ] = SchemaKind.MAIN,
) -> None:
    """Print the JSON Schema of a configuration file or of what webhooks are sent, or the HTTP API's OpenAPI document.

    Editors that know the YAML language server complete and check while you type, when the file begins with
    `# yaml-language-server: $schema=PATH`.
    """
    if kind is SchemaKind.WEBHOOK:
        from watcher.alert.payload_schema import webhook_schema

        print_json(webhook_schema())
        return
    if kind is SchemaKind.API:
        from watcher.web.openapi import document

        print_json(document())
        return
    print_json(file_schema(FileKind(kind.value)))
