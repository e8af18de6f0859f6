"""Item → Document: language, folded text, words, sentences, places.

`analyse.Analyser` is the way in; everything that it hands out is computed on first use and kept.
"""
