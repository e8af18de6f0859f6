# cython: language_level=3, boundscheck=False, wraparound=False
"""BLAKE2b (RFC 7693) of many short texts, four at a time: the first 64 bits of each result.

Comes in: texts of at most one block. Goes out: the numbers that hashlib's `blake2b` gives with a digest of 8 bytes, read from
the lowest byte on. Called by `native.pairs` for every pair of words: hashlib takes ten times as long for so little, most of it
to make objects.
"""

from libc.stdint cimport uint64_t
from libc.string cimport memset

# In C, because Cython knows no vectors. Of one text each step waits for the one before; four side by side keep the processor
# busy, and take half the time or less where it has such vectors. Elsewhere the compiler makes of a vector what there is.
cdef extern from *:
    """
    #include <stdint.h>

    typedef uint64_t Lanes __attribute__((vector_size(32)));

    /* Where hashing begins (section 2.6), and in which order each round takes the numbers of a block (2.7). */
    static const uint64_t START[8] = {
        0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
        0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179,
    };
    static const unsigned char ORDER[12][16] = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
        {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
        {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
        {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
        {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
        {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
        {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
        {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
        {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
        {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
        {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    };

    #define TURNED(x, bits) ((x) >> (bits) | (x) << (64 - (bits)))
    #define STIR(a, b, c, d, x, y) \\
        v[a] += v[b] + m[x]; v[d] ^= v[a]; v[d] = TURNED(v[d], 32); v[c] += v[d]; v[b] ^= v[c]; v[b] = TURNED(v[b], 24); \\
        v[a] += v[b] + m[y]; v[d] ^= v[a]; v[d] = TURNED(v[d], 16); v[c] += v[d]; v[b] ^= v[c]; v[b] = TURNED(v[b], 63);

    static inline __attribute__((always_inline)) void
    mix(const unsigned char *texts, const uint64_t *sizes, uint64_t *hashes)
    {
        const uint64_t begin = START[0] ^ 0x01010000 ^ 8;  /* no key, a digest of 8 bytes (2.5) */
        Lanes m[16], v[16];
        for (int i = 0; i < 16; i++) {
            for (int lane = 0; lane < 4; lane++) {
                const unsigned char *byte = texts + 128 * lane + 8 * i;
                uint64_t number = 0;
                for (int at = 0; at < 8; at++)
                    number |= (uint64_t)byte[at] << 8 * at;
                m[i][lane] = number;
            }
            v[i] = (Lanes){} + (i ? START[i % 8] : begin);
        }
        v[12] ^= (Lanes){sizes[0], sizes[1], sizes[2], sizes[3]};
        v[14] = ~v[14];  /* the only block is the last one */
        for (int round = 0; round < 12; round++) {
            const unsigned char *s = ORDER[round];
            STIR(0, 4, 8, 12, s[0], s[1])
            STIR(1, 5, 9, 13, s[2], s[3])
            STIR(2, 6, 10, 14, s[4], s[5])
            STIR(3, 7, 11, 15, s[6], s[7])
            STIR(0, 5, 10, 15, s[8], s[9])
            STIR(1, 6, 11, 12, s[10], s[11])
            STIR(2, 7, 8, 13, s[12], s[13])
            STIR(3, 4, 9, 14, s[14], s[15])
        }
        for (int lane = 0; lane < 4; lane++)
            hashes[lane] = begin ^ v[0][lane] ^ v[8][lane];
    }

    typedef void (*Mix)(const unsigned char *texts, const uint64_t *sizes, uint64_t *hashes);

    #define MIX_FOR(name, processor) \
        processor static void name(const unsigned char *texts, const uint64_t *sizes, uint64_t *hashes) \
        { mix(texts, sizes, hashes); }

    MIX_FOR(mix_plain, )
    #ifdef __x86_64__
    MIX_FOR(mix_avx2, __attribute__((target("avx2"))))
    MIX_FOR(mix_avx512, __attribute__((target("avx512vl"))))
    #endif

    static Mix best_mix(void)
    {
    #ifdef __x86_64__
        if (__builtin_cpu_supports("avx512vl"))
            return mix_avx512;
        if (__builtin_cpu_supports("avx2"))
            return mix_avx2;
    #endif
        return mix_plain;
    }
    """
    ctypedef void (*Mix)(const unsigned char *texts, const uint64_t *sizes, uint64_t *hashes) noexcept nogil
    Mix best_mix()

cdef Mix _mix = best_mix()


cdef void begin(Batch *batch) noexcept:
    memset(batch, 0, sizeof(Batch))


cdef unsigned char *room(Batch *batch, Py_ssize_t size, uint64_t *target) noexcept:
    cdef unsigned char *text
    if batch.count == LANES:
        end(batch)
    text = batch.texts + batch.count * BLOCK
    memset(text + size, 0, BLOCK - size)
    batch.sizes[batch.count] = size
    batch.targets[batch.count] = target
    batch.count += 1
    return text


cdef void end(Batch *batch) noexcept:
    cdef uint64_t[LANES] hashes
    cdef Py_ssize_t lane
    _mix(batch.texts, batch.sizes, hashes)
    for lane in range(batch.count):
        batch.targets[lane][0] = hashes[lane]
    batch.count = 0
