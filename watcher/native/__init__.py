"""What runs for every character of every item, compiled by Cython.

Each module is a `.pyx` file with its annotations in a `.pyi` file beside it, and a `.pxd` where others compile against it.
Only loops over characters, words and numbers are here; what they mean is decided by those who call them:

    ingest   prose (white space of feeds' texts)
    text     letters (folding), words (cutting), stops (ends of sentences), sequences and bayes (the language),
             names, word_marks (what may begin a name), word_classes, surroundings, place_signs, votes (which place it is)
    match    sheet, phrases, hits (the terms of all rules), signs, filings (the index over rules)
    story    pairs (what copies are recognised by)
    workers  records (what goes between processes, and what match and story make by the dozen)

A text comes from strangers: every loop is bounded by lengths that it has checked, and the tests of each module hold it against
a plain Python reading of the same.
"""
