"""Loads, on import, what every worker process needs and none changes: workers that are forked after it share it.

Imported by the process that workers are forked from, and by nobody else. French is left to the workers that meet
it: spaCy compiles its exceptions for two seconds, and a killed service should be back sooner.
"""

import spacy.lang.ar
import spacy.lang.en  # noqa: F401  (for its memory)

import watcher.analysis
import watcher.ingest.novelty
import watcher.workers  # noqa: F401
from watcher.text.language import detect

detect("The language model is read at its first use.")
