"""The pictures of alerts: they are there, small, and can be taken anew from what the service sends now."""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.docs import ROOT, page

FOLDER = ROOT / "docs" / "screens"
WIDTHS = {"phone": 360, "desktop": 1024}
NAMES = {
    *(f"mail-{what}-{size}.png" for what in ("alert", "arabic", "digest") for size in WIDTHS),
    *(f"slack-{what}.png" for what in ("alert", "arabic", "digest")),
}
BROWSER = next((n for n in ("chromium", "chromium-browser", "google-chrome") if shutil.which(n)), None)


def width(path: Path) -> int:
    """Read the width of a PNG out of its first chunk (PNG, 11.2.2)."""
    return int(struct.unpack(">I", path.read_bytes()[16:20])[0])


def check(folder: Path) -> None:
    """Check that a folder has all pictures, each of its width and small enough for a page."""
    assert {path.name for path in folder.iterdir()} == NAMES
    for path in folder.iterdir():
        assert path.stat().st_size < 150_000, path.name
        assert width(path) == WIDTHS.get(path.stem.rpartition("-")[2], 760), path.name


def test_every_picture_is_shown_in_the_guide() -> None:
    check(FOLDER)
    for name in NAMES:
        assert f"screens/{name}" in page("docs/guide.md")


@pytest.mark.skipif(BROWSER is None, reason="needs a Chromium (Debian: chromium)")
def test_the_pictures_can_be_taken_and_no_page_is_wider_than_a_phone(tmp_path: Path) -> None:
    """The tool fails where a page is wider than its window, or a block has no picture."""
    tool = str(ROOT / "tools" / "screens.py")
    done = subprocess.run([sys.executable, tool, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    check(tmp_path)
