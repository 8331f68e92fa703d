/* What every checked callee does: fold the bytes of what it got into a checksum, and make a result of that checksum.
 *
 * The checksum is FNV-1a over the bytes of the arguments, field by field, padding left out. The caller folds the
 * same bytes of what it sent: an argument that arrives in another place, width or order changes the checksum. */
#ifndef CTYPES_FIXTURE_H
#define CTYPES_FIXTURE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

/* Tests run on several threads. */
#if defined(_MSC_VER)
#define PER_THREAD __declspec(thread)
#else
#define PER_THREAD _Thread_local
#endif

#define SEED UINT64_C(0xcbf29ce484222325)

static inline uint64_t fold_bytes(uint64_t h, const void *at, size_t size) {
    const unsigned char *byte = at;
    for (size_t i = 0; i < size; i++)
        h = (h ^ byte[i]) * UINT64_C(0x100000001b3);
    return h;
}

/* The x87 format has 10 bytes of 16 that mean something. */
#if defined(__x86_64__) || defined(__i386__)
#define LONG_DOUBLE_BYTES (sizeof(long double) > 10 ? 10 : sizeof(long double))
#else
#define LONG_DOUBLE_BYTES sizeof(long double)
#endif

#define FOLD(x) (h = fold_bytes(h, &(x), sizeof(x)))
#define FOLD_LONG_DOUBLE(x) (h = fold_bytes(h, &(x), LONG_DOUBLE_BYTES))

/* The next 64 bits of the result: a linear congruential step (Knuth's MMIX constants), its high bits mixed in. */
static inline uint64_t next_bits(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state ^ *state >> 29;
}

/* One scalar of a result each; numbers that are exact in every floating type. */
#define MAKE_INTEGER(x) \
    do { \
        uint64_t bits = next_bits(&h); \
        memcpy(&(x), &bits, sizeof(x)); \
    } while (0)
#define MAKE_WIDE(x) \
    do { \
        uint64_t bits[2] = {next_bits(&h)}; \
        bits[1] = next_bits(&h); \
        memcpy(&(x), bits, sizeof(x)); \
    } while (0)
#define MAKE_BOOL(x) ((x) = next_bits(&h) & 1)
#define MAKE_FLOAT(x) ((x) = (int32_t)(next_bits(&h) >> 32) >> 8)

#endif
