"""What may stand in a log line: never the variables of the code that failed, which hold secrets and bodies."""

from __future__ import annotations

import json
from typing import Literal

import pytest
import structlog

from watcher import log


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_logged_traceback_names_no_local_variable(
    form: Literal["console", "json"], capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        log.configure(form=form)
        _fail("Basic c2VjcmV0")
    finally:
        structlog.reset_defaults()
    told = capsys.readouterr().err
    assert "poll_failed" in told
    assert "ValueError" in told
    assert "c2VjcmV0" not in told
    if form == "json":
        assert json.loads(told)["exception"][0]["exc_value"] == "the disk is full"


@pytest.mark.parametrize("form", ["console", "json"])
def test_an_address_in_a_line_or_a_traceback_gives_no_access(
    form: Literal["console", "json"], capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        log.configure(form=form)
        try:
            raise ValueError("no answer from https://user:s3cr3t@a.example/rss")
        except ValueError:
            structlog.get_logger().exception("poll_failed", url="https://b.example/rss?token=s3cr3t")
    finally:
        structlog.reset_defaults()
    told = capsys.readouterr().err
    assert "https://b.example/rss?token=***" in told
    assert "https://***@a.example/rss" in told
    assert "s3cr3t" not in told


def _fail(header: str) -> None:
    try:
        raise ValueError("the disk is full")
    except ValueError:
        structlog.get_logger().exception("poll_failed", length=len(header))
