"""Loads, on import, what every worker process needs and none changes: workers that are forked after it share it.

Imported by the process that workers are forked from, and by nobody else. French is left to the workers that meet
it: spaCy compiles its exceptions for two seconds, and a killed service should be back sooner.
"""

import gc

from watcher.allocator import give_back

give_back()

import spacy.lang.ar  # noqa: E402
import spacy.lang.en  # noqa: E402, F401  (for its memory)

import watcher.analysis  # noqa: E402
import watcher.ingest.novelty  # noqa: E402
import watcher.workers  # noqa: E402, F401
from watcher.text.language import detect  # noqa: E402
from watcher.text.tokens import Tokenizer  # noqa: E402

detect("The language model is read at its first use.")
# So are the modules that a pipeline is made of: 17 MB.
for language in ("en", "ar"):
    Tokenizer().words("spaCy loads most of itself with the first pipeline.", language)
# Collecting garbage writes to every object that it looks at, and a page that is written to is shared no longer.
gc.collect()
gc.freeze()
