# cython: language_level=3, boundscheck=False, wraparound=False
"""BLAKE2b (RFC 7693) without a key, of short texts: the first 64 bits of its result.

Comes in: bytes, in parts. Goes out: the number that hashlib's `blake2b` gives with a digest of 8 bytes, read from its lowest
byte. Called by `native.pairs` for every pair of words: hashlib takes several times as long for so little, most of it to
make objects.
"""

from libc.stdint cimport uint64_t
from libc.string cimport memcpy, memset

cdef enum:
    ROUNDS = 12
    DIGEST_BYTES = 8

# Where hashing begins (2.6), and in which order each round takes the numbers of a block (2.7).
cdef uint64_t[8] _START = [
    0x6A09E667F3BCC908U, 0xBB67AE8584CAA73BU, 0x3C6EF372FE94F82BU, 0xA54FF53A5F1D36F1U,
    0x510E527FADE682D1U, 0x9B05688C2B3E6C1FU, 0x1F83D9ABFB41BD6BU, 0x5BE0CD19137E2179U,
]
cdef unsigned char[ROUNDS][16] _ORDER = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
]


def hash64(bytes data not None):
    """Give the hash of some bytes, 0 to 2^64 - 1."""
    cdef Hash hashed
    begin(&hashed)
    add(&hashed, data, len(data))
    return end(&hashed)


cdef void begin(Hash *hashed) noexcept:
    memcpy(hashed.state, _START, sizeof(_START))
    hashed.state[0] ^= 0x01010000 ^ DIGEST_BYTES  # without a key
    hashed.filled = hashed.total = 0


cdef void add(Hash *hashed, const unsigned char *data, Py_ssize_t size) noexcept:
    cdef Py_ssize_t part
    while size:
        if hashed.filled == BLOCK:  # not sooner: the last block is mixed otherwise
            _mix_block(hashed)
        part = min(size, BLOCK - hashed.filled)
        memcpy(hashed.block + hashed.filled, data, part)
        hashed.filled += part
        hashed.total += part
        data += part
        size -= part


cdef uint64_t end(Hash *hashed) noexcept:
    cdef uint64_t[16] v
    memset(hashed.block + hashed.filled, 0, BLOCK - hashed.filled)
    _mix(v, hashed, ~<uint64_t>0)
    return hashed.state[0] ^ v[0] ^ v[8]


cdef void _mix_block(Hash *hashed) noexcept:
    cdef uint64_t[16] v
    cdef Py_ssize_t at
    _mix(v, hashed, 0)
    for at in range(8):
        hashed.state[at] ^= v[at] ^ v[at + 8]
    hashed.filled = 0


cdef inline void _mix(uint64_t *v, Hash *hashed, uint64_t last) noexcept:
    """Mix a block; section 3.2. `last` has all bits set with the last block, none with others."""
    cdef uint64_t[16] m
    cdef const unsigned char *byte = hashed.block
    cdef const unsigned char *order
    cdef Py_ssize_t at
    for at in range(16):
        m[at] = (
            <uint64_t>byte[0] | <uint64_t>byte[1] << 8 | <uint64_t>byte[2] << 16 | <uint64_t>byte[3] << 24
            | <uint64_t>byte[4] << 32 | <uint64_t>byte[5] << 40 | <uint64_t>byte[6] << 48 | <uint64_t>byte[7] << 56
        )
        byte += 8
    for at in range(8):
        v[at], v[at + 8] = hashed.state[at], _START[at]
    v[12] ^= hashed.total
    v[14] ^= last
    for at in range(ROUNDS):
        order = _ORDER[at]
        _stir(v, 0, 4, 8, 12, m[order[0]], m[order[1]])
        _stir(v, 1, 5, 9, 13, m[order[2]], m[order[3]])
        _stir(v, 2, 6, 10, 14, m[order[4]], m[order[5]])
        _stir(v, 3, 7, 11, 15, m[order[6]], m[order[7]])
        _stir(v, 0, 5, 10, 15, m[order[8]], m[order[9]])
        _stir(v, 1, 6, 11, 12, m[order[10]], m[order[11]])
        _stir(v, 2, 7, 8, 13, m[order[12]], m[order[13]])
        _stir(v, 3, 4, 9, 14, m[order[14]], m[order[15]])


cdef inline void _stir(uint64_t *v, int a, int b, int c, int d, uint64_t x, uint64_t y) noexcept:
    v[a] += v[b] + x
    v[d] = _turned(v[d] ^ v[a], 32)
    v[c] += v[d]
    v[b] = _turned(v[b] ^ v[c], 24)
    v[a] += v[b] + y
    v[d] = _turned(v[d] ^ v[a], 16)
    v[c] += v[d]
    v[b] = _turned(v[b] ^ v[c], 63)


cdef inline uint64_t _turned(uint64_t value, int bits) noexcept:
    return value >> bits | value << (64 - bits)
