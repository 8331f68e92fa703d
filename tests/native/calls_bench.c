/* What the bench of calls calls: functions that do as little as their signature allows, so that the
   call itself is what costs. Built twice, into an archive and into a shared library. */
#include <stdint.h>

#if defined(_WIN32) && defined(CALLS_BENCH_SHARED)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT
#endif

struct pair { int64_t n; double x; };
struct block { int64_t v[8]; };

EXPORT void calls_bench_nothing(void) {}

EXPORT int calls_bench_add(int a, int b) { return (int)((unsigned)a + (unsigned)b); }

EXPORT double calls_bench_fma3(double a, double b, double c) { return a * b + c; }

EXPORT long calls_bench_sum8(long a, long b, long c, long d, long e, long f, long g, long h)
{
    return a + b + c + d + e + f + g + h;
}

EXPORT struct pair calls_bench_pair(struct pair p)
{
    struct pair result = { p.n + 1, p.x * 2 };
    return result;
}

EXPORT struct block calls_bench_block(struct block b)
{
    /* Not a change of b: a small store before a wide load of the same bytes would stall the processor. */
    struct block result = {
        { b.v[0] + b.v[7], b.v[1], b.v[2], b.v[3], b.v[4], b.v[5], b.v[6], b.v[7] }
    };
    return result;
}

EXPORT double calls_bench_mixed(int a, double b, const int *c, int64_t d, float e, unsigned char f)
{
    return a + b + *c + (double)d + e + f;
}

/* Calls back n times; the sum keeps the compiler from dropping a result. */
EXPORT int64_t calls_bench_call_back(int (*f)(int, int), int64_t n)
{
    int64_t sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += f((int)(i & 7), 1);
    return sum;
}
