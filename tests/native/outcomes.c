/* What tests/outcomes calls: functions that leave error numbers, fill parameters, and have conventions of their own. */
#include <errno.h>
#ifndef _WIN32
#include <sched.h>
#endif
#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include <stdlib.h>

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT
#endif

/* Sets errno a number of times, the last time to `number`, and fails. */
EXPORT int fail_with(int number, int times) {
    while (times-- > 0)
        errno = number + times;
    return -1;
}

/* What errno would be if there were one for all threads. */
static _Atomic int number_of_all;

EXPORT int get_number_of_all(void) {
    return number_of_all;
}

/* Leaves another number first, as a function does that tries something else before it fails, and lets other threads run
   between setting errno and returning. */
EXPORT int fail_amid_others(int number) {
    strtol("999999999999999999999999", NULL, 10); /* ERANGE */
    errno = number;
    number_of_all = number;
#ifndef _WIN32
    sched_yield();
#endif
    return -1;
}

EXPORT void only_errno(int number) {
    errno = number;
}

/* What errno is when the function is entered. */
EXPORT int errno_at_entry(void) {
    return errno;
}

EXPORT int *null_with(int number) {
    errno = number;
    return NULL;
}

EXPORT int error_number(int number) {
    errno = 99;
    return number;
}

EXPORT long double fail_long_double(long double x, int number) {
    errno = number;
    return x + 1;
}

typedef int32_t status;

EXPORT status get_status(int32_t value) {
    return value;
}

/* An HRESULT, which is a 32-bit integer; `*made` is what it was, plus 1. */
EXPORT int32_t make(int32_t result, int32_t *made) {
    *made += 1;
    return result;
}

struct both {
    int64_t a;
    double b;
    unsigned char c;
};

/* `in` is doubled; what the two others held before comes back as the result. */
EXPORT int64_t fill(int64_t *in, struct both *both, bool *flag) {
    int64_t before = both->a + (int64_t)both->b + both->c + *flag;
    *in *= 2;
    both->a = -7;
    both->b = 0.5;
    both->c = 200;
    *flag = true;
    return before;
}

EXPORT uint64_t sum_with_flags(uint64_t a, uint64_t flags, const void *reserved, uint64_t b) {
    return a * 1000000 + flags * 1000 + b + (reserved != NULL) * 1000000000;
}

/* Each argument counts with another weight: a misplaced one changes the sum. */
#define WEIGHTED (a + 10 * b + 100 * c + 1000 * d + 10000 * e + 100000 * f)
#define PARAMETERS int64_t a, double b, int32_t c, int64_t d, float e, int64_t f

#if defined(__x86_64__)
EXPORT __attribute__((ms_abi)) double weighted_win64(PARAMETERS) {
    return WEIGHTED;
}
EXPORT __attribute__((sysv_abi)) double weighted_sysv64(PARAMETERS) {
    return WEIGHTED;
}
EXPORT __attribute__((ms_abi)) int fail_win64(int number) {
    errno = number;
    return -1;
}
#endif
#if defined(__i386__)
EXPORT __attribute__((cdecl)) double weighted_cdecl(PARAMETERS) {
    return WEIGHTED;
}
EXPORT __attribute__((stdcall)) double weighted_stdcall(PARAMETERS) {
    return WEIGHTED;
}
EXPORT __attribute__((fastcall)) double weighted_fastcall(PARAMETERS) {
    return WEIGHTED;
}
EXPORT __attribute__((thiscall)) int weighted_thiscall(const int *a, int b, int c) {
    return *a + 10 * b + 100 * c;
}
/* With more integer arguments than the registers of fastcall. */
EXPORT __attribute__((fastcall)) int integers_fastcall(int a, int b, int c, int d) {
    return a + 10 * b + 100 * c + 1000 * d;
}
EXPORT __attribute__((stdcall)) int fail_stdcall(int number) {
    errno = number;
    return -1;
}
#endif

/* Hands its user data on as the last argument, and counts the calls until one returns a negative number. */
EXPORT int each_last(int count, long (*each)(int, const char *, void *), void *data, long *sum) {
    static const char *const names[] = {"even", "odd"};
    if (!each)
        return -1;
    for (int i = 0; i < count; i++) {
        long one = each(i, names[i % 2], data);
        if (one < 0) {
            errno = EINTR;
            return -1;
        }
        *sum += one;
    }
    return count;
}

/* Hands it on as the first argument. */
EXPORT double each_first(void *data, double (*each)(void *, double), int count) {
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += each(data, i / 2.0);
    return sum;
}
