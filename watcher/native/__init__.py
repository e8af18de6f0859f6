"""What runs for every character of every item, compiled by Cython.

Each module here is a `.pyx` file with its annotations in a `.pyi` file beside it. Only loops over characters, words and
numbers are written this way; what they mean is decided in `text` and `match`, which call them.
"""
