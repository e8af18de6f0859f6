"""watcher: polls news feeds, matches every new item against watch rules, and tells people once."""


def __getattr__(name: str) -> str:
    # Looked up when it is asked for: reading the package's metadata takes longer than all else of `watcher --help`.
    if name != "__version__":
        raise AttributeError(name)
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("watcher")
    except PackageNotFoundError:  # a source tree that was never installed
        return "0+unknown"
