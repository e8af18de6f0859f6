# cython: language_level=3, boundscheck=False, wraparound=False
"""Frozen records ↔ what pickle asks for: their values, in the order of their slots.

Comes in: a slotted dataclass, or its class and values. Goes out: the other. Registered by `workers`, which sends records between
processes: what `dataclass` itself does for it takes several times as long, half of it in the process that all wait for. Also
called by those who make dozens of small ones for an item.
"""

cdef extern from "Python.h":
    int PyObject_GenericSetAttr(object record, object name, object value) except -1


def reduced(record not None):
    """Take a record apart, as `copyreg.pickle` wants it.

    Args:
        record: of a dataclass with slots and without a parent that has any; all of them are set.

    Returns:
        `restored`, and what it is to be called with.
    """
    cdef type kind = type(record)
    cdef tuple names = kind.__slots__
    return restored, (kind, *[getattr(record, name) for name in names])


def restored(type kind not None, *values):
    """Put a record together of all its values; nothing is checked, as nothing was when it was copied."""
    cdef tuple names = kind.__slots__
    cdef Py_ssize_t at
    if len(names) != len(values):
        raise ValueError(f"{kind.__name__} has {len(names)} values, not {len(values)}")
    record = kind.__new__(kind)
    for at in range(len(names)):
        # Past the class's own `__setattr__`, which forbids it.
        PyObject_GenericSetAttr(record, names[at], values[at])
    return record
