"""Whether a trained pipeline of spaCy is there, told without loading spaCy.

Comes in: what the configuration names. Goes out: yes or no. Called when a configuration is checked, so that a missing
pipeline is told then and not by the first item in its language.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def is_installed(name: str) -> bool:
    """Tell whether `spacy.load` would find something under a name: a saved pipeline's folder, or an installed package."""
    if Path(name).exists():
        return True
    try:
        return name.isidentifier() and find_spec(name) is not None
    except (ImportError, ValueError):
        return False
