"""watcher: polls news feeds, matches every new item against watch rules, and tells people once."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("watcher")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"
