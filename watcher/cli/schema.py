"""`watcher schema`: JSON Schemas of the configuration's files, and of what webhooks are sent."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from watcher.cli.options import command_app
from watcher.cli.output import print_json
from watcher.config.schema import FileKind, file_schema

app = command_app()


class SchemaKind(StrEnum):
    """What there is a schema of: the kinds of `FileKind`, and the body of a webhook."""

    MAIN = FileKind.MAIN.value
    FEEDS = FileKind.FEEDS.value
    RULES = FileKind.RULES.value
    LISTS = FileKind.LISTS.value
    PLACES = FileKind.PLACES.value
    WEBHOOK = "webhook"


@app.command()
def schema(
    kind: Annotated[
        SchemaKind, typer.Argument(help="Which kind of file, or what webhooks are sent.")
    ] = SchemaKind.MAIN,
) -> None:
    """Print the JSON Schema of a configuration file, or of the JSON that webhooks are sent.

    Editors that know the YAML language server complete and check while you type, when the file begins with
    `# yaml-language-server: $schema=PATH`.
    """
    if kind is SchemaKind.WEBHOOK:
        from watcher.alert.payload_schema import webhook_schema

        print_json(webhook_schema())
        return
    print_json(file_schema(FileKind(kind.value)))
