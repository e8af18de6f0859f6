"""The processor's cache, for compiled modules whose work is waiting for memory."""

cdef extern from *:
    """
    #if defined(__GNUC__)
    #define prefetch(at) __builtin_prefetch(at)
    #else
    #define prefetch(at) ((void)(at))
    #endif
    """
    # Asks for memory that will be read, and does not wait for it. Any address will do: none is followed.
    void prefetch(const void *at) noexcept
