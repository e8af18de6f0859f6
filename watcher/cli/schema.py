"""`watcher schema`: JSON Schemas of the configuration's files."""

from __future__ import annotations

from typing import Annotated

import typer

from watcher.cli.options import command_app
from watcher.cli.output import print_json
from watcher.config.schema import FileKind, file_schema

app = command_app()


@app.command()
def schema(
    kind: Annotated[FileKind, typer.Argument(help="Which kind of file.")] = FileKind.MAIN,
) -> None:
    """Print the JSON Schema of a configuration file.

    Editors that know the YAML language server complete and check while you type, when the file begins with
    `# yaml-language-server: $schema=PATH`.
    """
    print_json(file_schema(kind))
