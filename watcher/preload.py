"""Loads, on import, what every worker process needs and none changes: workers that are forked after it share it.

Imported by the process that workers are forked from, and by nobody else. French is left to the workers that meet
it: spaCy compiles its exceptions for two seconds, and a killed service should be back sooner.
"""

import gc

from watcher.allocator import give_back, trim

give_back()

import spacy.lang.ar  # noqa: E402
import spacy.lang.en  # noqa: E402, F401  (for its memory)

import watcher.analysis  # noqa: E402
import watcher.ingest.novelty  # noqa: E402
import watcher.workers  # noqa: E402, F401
from watcher.text.gazetteer import Gazetteer  # noqa: E402
from watcher.text.language import detect  # noqa: E402
from watcher.text.tokens import Tokenizer  # noqa: E402

# What follows is made at its first use, and kept by the process that used it.
detect("The language model.")
ENDS = """
One two. Three four! (Five six.) «Seven?» ‘Eight’… Nine, 10. 3.5 www.x.org UN. “Ten,” 11? “Twelve.” NATO! "Ten." كلمة. كلمة؟
"""
for language in ("en", "ar"):
    Tokenizer().words("The modules that a pipeline is made of, and a pipeline.", language)
    if passages := Tokenizer().passages("", language):
        list(passages.edges(ENDS + ENDS))  # what an end tells is found out when it is met again
Gazetteer.load()
trim()  # of what loading has left: each worker would have it too
# Collecting garbage writes to every object that it looks at, and a page that is written to is shared no longer.
gc.collect()
gc.freeze()
