# cython: language_level=3, boundscheck=False, wraparound=False
"""White space of texts as people read it: one space between words, a break for a line, two for a paragraph.

Comes in: a text of a feed, plain or HTML. Goes out: the same with its white space in order. Called by `ingest.plaintext`
and `ingest.charset` for every text of every entry. White space is what `str.split` splits at.
"""

from libc.stdlib cimport free, malloc

cdef extern from "Python.h":
    object PyUnicode_FromKindAndData(int kind, const void *buffer, Py_ssize_t size)
    int PyUnicode_4BYTE_KIND

cdef enum:
    LONGEST_TAG = 12

cdef frozenset _PARAGRAPHS = frozenset(
    b"address article aside blockquote body center details dialog dl div fieldset figcaption figure footer form "
    b"h1 h2 h3 h4 h5 h6 header hr main nav ol p pre section summary table ul".split()
)
cdef frozenset _LINES = frozenset(b"br caption dd dt legend li option tbody td tfoot th thead tr".split())


cdef inline bint _is_forbidden(Py_UCS4 char) noexcept:
    """Tell whether XML forbids a character: most controls, lone surrogates, the two that are none."""
    if char < 0x20:
        return not (char == 0x9 or char == 0xA or char == 0xD)
    return 0xD800 <= char <= 0xDFFF or char == 0xFFFE or char == 0xFFFF


cdef inline bint _is_space(Py_UCS4 char) noexcept:
    if char < 0x80:
        return char == 0x20 or 0x9 <= char <= 0xD or 0x1C <= char <= 0x1F
    return char.isspace()


cdef Py_UCS4 *_room(Py_ssize_t length) except NULL:
    cdef Py_UCS4 *out = <Py_UCS4 *>malloc((length + 1) * sizeof(Py_UCS4))
    if out is NULL:
        raise MemoryError
    return out


def scrub(str text not None):
    """Drop the characters that XML forbids; white space stays.

    Args:
        text: any text; lone surrogates may be in it.

    Returns:
        The text itself where it has none of them.
    """
    cdef Py_ssize_t length = len(text), at, size = 0
    cdef Py_UCS4 *out
    for at in range(length):
        if _is_forbidden(text[at]):
            break
    else:
        return text
    out = _room(length)
    try:
        for at in range(length):
            if not _is_forbidden(text[at]):
                out[size] = text[at]
                size += 1
        return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, out, size)
    finally:
        free(out)


def one_line(str text not None):
    """Put a text on one line: every run of white space becomes one space, none is left at the ends."""
    cdef Py_ssize_t length = len(text), at, size = 0
    cdef Py_UCS4 char
    cdef bint is_apart = False
    cdef Py_UCS4 *out = _room(length)
    try:
        for at in range(length):
            char = text[at]
            if _is_space(char):
                is_apart = True
                continue
            if is_apart and size:
                out[size] = 0x20
                size += 1
            is_apart = False
            out[size] = char
            size += 1
        return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, out, size)
    finally:
        free(out)


def tidy(str text not None):
    """Put the white space of a plain text in order, and drop what XML forbids.

    Args:
        text: lines end with a line feed; two and more of them part paragraphs, whatever white space is between.

    Returns:
        Its lines, each as `one_line` gives it, parted by one line feed or, between paragraphs, by two.
    """
    cdef Py_ssize_t length = len(text), at, size = 0, breaks = 0
    cdef Py_UCS4 char
    cdef bint is_apart = False
    cdef Py_UCS4 *out = _room(length)
    try:
        for at in range(length):
            char = text[at]
            if char == 0xA:
                breaks += 1
            elif _is_forbidden(char):
                continue
            elif _is_space(char):
                is_apart = True
            else:
                if size and breaks:
                    size = _with_breaks(out, size, breaks)
                elif size and is_apart:
                    out[size] = 0x20
                    size += 1
                breaks, is_apart = 0, False
                out[size] = char
                size += 1
        return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, out, size)
    finally:
        free(out)


def with_breaks(str html not None):
    """Put HTML on one line, with a line feed before each tag that begins a line, and two where a paragraph begins or ends.

    Args:
        html: any text. In attribute values and comments a break does no harm: only white space is added.

    Returns:
        What an HTML parser gives the text of with its lines and paragraphs parted.
    """
    cdef str line = one_line(html)
    cdef Py_ssize_t length = len(line), at, size = 0
    cdef int breaks
    cdef Py_UCS4 *out = _room(length + 2 * line.count("<"))
    try:
        for at in range(length):
            if line[at] == 0x3C:
                breaks = _breaks_before(line, at, length)
                if breaks:
                    size = _with_breaks(out, size, breaks)
            out[size] = line[at]
            size += 1
        return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, out, size)
    finally:
        free(out)


cdef Py_ssize_t _with_breaks(Py_UCS4 *out, Py_ssize_t size, Py_ssize_t breaks) noexcept:
    out[size] = 0xA
    if breaks == 1:
        return size + 1
    out[size + 1] = 0xA
    return size + 2


cdef int _breaks_before(str line, Py_ssize_t at, Py_ssize_t length) except -1:
    """Give how many line feeds belong before the `<` at an offset."""
    cdef char name[LONGEST_TAG]
    cdef Py_ssize_t start = at + 1, size = 0
    cdef bint is_end = False
    cdef Py_UCS4 char
    cdef bytes tag
    if start < length and line[start] == 0x2F:
        is_end, start = True, start + 1
    while True:
        if start + size >= length:
            return 0
        char = line[start + size]
        if char == 0x20 or char == 0x2F or char == 0x3E:
            break
        if size == LONGEST_TAG or char >= 0x80:
            return 0
        name[size] = <char>(<int>char + 0x20 if 0x41 <= char <= 0x5A else <int>char)
        size += 1
    tag = name[:size]
    if tag in _PARAGRAPHS:
        return 2
    return tag in _LINES and (not is_end or tag == b"br")
