/* Functions that the tests of calls and callbacks call. Each leaves the checksum of what it got in `last_checksum`. */
#include "fixture.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <wchar.h>

static PER_THREAD uint64_t last_checksum_;

EXPORT uint64_t last_checksum(void) { return last_checksum_; }

#define START uint64_t h = SEED
#define END (last_checksum_ = h)

/* --- scalars: there and back, and through a callback --- */

#define SCALAR(name, T) \
    EXPORT T echo_##name(T v) { START; FOLD(v); END; return v; } \
    EXPORT T call_##name(T (*f)(T), T v) { START; FOLD(v); END; return f(v); } \
    EXPORT T pair_##name(double a, T v, char b, T w) { \
        START; FOLD(a); FOLD(v); FOLD(b); FOLD(w); END; return w; }

#define INTEGER(name, T) \
    SCALAR(name, T) \
    EXPORT int64_t value_##name(T v) { return (int64_t)v; }

SCALAR(bool, bool)
INTEGER(char, char)
INTEGER(schar, signed char)
INTEGER(uchar, unsigned char)
INTEGER(short, short)
INTEGER(ushort, unsigned short)
INTEGER(int, int)
INTEGER(uint, unsigned)
INTEGER(long, long)
INTEGER(ulong, unsigned long)
INTEGER(longlong, long long)
INTEGER(ulonglong, unsigned long long)
INTEGER(i8, int8_t)
INTEGER(u8, uint8_t)
INTEGER(i16, int16_t)
INTEGER(u16, uint16_t)
INTEGER(i32, int32_t)
INTEGER(u32, uint32_t)
INTEGER(i64, int64_t)
INTEGER(u64, uint64_t)
INTEGER(size, size_t)
INTEGER(ptrdiff, ptrdiff_t)
INTEGER(wchar, wchar_t)
SCALAR(float, float)
SCALAR(double, double)
SCALAR(pointer, void *)

EXPORT long double echo_longdouble(long double v) { START; FOLD_LONG_DOUBLE(v); END; return v; }
EXPORT long double third(void) { return 1.0L / 3.0L; }
EXPORT void third_bytes(void *to) { long double v = 1.0L / 3.0L; memcpy(to, &v, LONG_DOUBLE_BYTES); }
EXPORT long double add_longdouble(int a, long double b, double c, long double d) { return a + b + c + d; }
EXPORT void sum_bytes(void *to, int a, const void *b, double c, const void *d) {
    long double x = 0, y = 0, sum;
    memcpy(&x, b, LONG_DOUBLE_BYTES);
    memcpy(&y, d, LONG_DOUBLE_BYTES);
    sum = a + x + c + y;
    memcpy(to, &sum, LONG_DOUBLE_BYTES);
}

/* --- 1 to 20 arguments of mixed kinds --- */

#define P1 int8_t a1
#define P2 P1, double a2
#define P3 P2, uint16_t a3
#define P4 P3, float a4
#define P5 P4, int64_t a5
#define P6 P5, void *a6
#define P7 P6, int32_t a7
#define P8 P7, float a8
#define P9 P8, uint8_t a9
#define P10 P9, double a10
#define P11 P10, int16_t a11
#define P12 P11, uint32_t a12
#define P13 P12, double a13
#define P14 P13, uint64_t a14
#define P15 P14, float a15
#define P16 P15, double a16
#define P17 P16, int8_t a17
#define P18 P17, double a18
#define P19 P18, float a19
#define P20 P19, double a20
#define F1 FOLD(a1)
#define F2 F1; FOLD(a2)
#define F3 F2; FOLD(a3)
#define F4 F3; FOLD(a4)
#define F5 F4; FOLD(a5)
#define F6 F5; FOLD(a6)
#define F7 F6; FOLD(a7)
#define F8 F7; FOLD(a8)
#define F9 F8; FOLD(a9)
#define F10 F9; FOLD(a10)
#define F11 F10; FOLD(a11)
#define F12 F11; FOLD(a12)
#define F13 F12; FOLD(a13)
#define F14 F13; FOLD(a14)
#define F15 F14; FOLD(a15)
#define F16 F15; FOLD(a16)
#define F17 F16; FOLD(a17)
#define F18 F17; FOLD(a18)
#define F19 F18; FOLD(a19)
#define F20 F19; FOLD(a20)
#define MIX(n) EXPORT uint64_t mix_##n(P##n) { START; F##n; return END; }
MIX(1) MIX(2) MIX(3) MIX(4) MIX(5) MIX(6) MIX(7) MIX(8) MIX(9) MIX(10)
MIX(11) MIX(12) MIX(13) MIX(14) MIX(15) MIX(16) MIX(17) MIX(18) MIX(19) MIX(20)

/* As many arguments as a call can have. */
#define TIMES4(m, x, comma) m(x##0) comma() m(x##1) comma() m(x##2) comma() m(x##3)
#define COMMA() ,
#define NONE()
#define PARAM(x) int x
#define FOLD_(x) FOLD(x);
#define PARAM4(x) TIMES4(PARAM, x, COMMA)
#define PARAM16(x) PARAM4(x##0), PARAM4(x##1), PARAM4(x##2), PARAM4(x##3)
#define PARAM64(x) PARAM16(x##0), PARAM16(x##1), PARAM16(x##2), PARAM16(x##3)
#define PARAM256(x) PARAM64(x##0), PARAM64(x##1), PARAM64(x##2), PARAM64(x##3)
#define PARAM1024(x) PARAM256(x##0), PARAM256(x##1), PARAM256(x##2), PARAM256(x##3)
#define FOLD4(x) TIMES4(FOLD_, x, NONE)
#define FOLD16(x) FOLD4(x##0) FOLD4(x##1) FOLD4(x##2) FOLD4(x##3)
#define FOLD64(x) FOLD16(x##0) FOLD16(x##1) FOLD16(x##2) FOLD16(x##3)
#define FOLD256(x) FOLD64(x##0) FOLD64(x##1) FOLD64(x##2) FOLD64(x##3)
#define FOLD1024(x) FOLD256(x##0) FOLD256(x##1) FOLD256(x##2) FOLD256(x##3)
EXPORT uint64_t many(PARAM1024(a)) {
    START;
    FOLD1024(a)
    return END;
}

/* --- records by value --- */

#define SIZED(n) \
    struct sized_##n { unsigned char b[n]; }; \
    EXPORT struct sized_##n sized_##n(short a, struct sized_##n v, double b) { \
        START; FOLD(a); FOLD(v.b); FOLD(b); END; \
        for (int i = 0; i < n; i++) \
            MAKE_INTEGER(v.b[i]); \
        return v; \
    }
SIZED(1) SIZED(2) SIZED(3) SIZED(4) SIZED(5) SIZED(6) SIZED(7) SIZED(8) SIZED(9) SIZED(10)
SIZED(11) SIZED(12) SIZED(13) SIZED(14) SIZED(15) SIZED(16) SIZED(17) SIZED(18) SIZED(19) SIZED(20)
SIZED(21) SIZED(22) SIZED(23) SIZED(24) SIZED(25) SIZED(26) SIZED(27) SIZED(28) SIZED(29) SIZED(30)
SIZED(31) SIZED(32) SIZED(33) SIZED(34) SIZED(35) SIZED(36) SIZED(37) SIZED(38) SIZED(39) SIZED(40)

struct long_double_ { long a; double b; };
struct double_long { double a; long b; };
struct float4 { float a, b, c, d; };
struct float2 { float a, b; };
struct float3 { float a[3]; };
struct double2 { double a, b; };
struct char3 { char a[3]; };
struct short_char { short a; char b; };
struct eight_longs { long a[8]; };
struct inner { char a; float b; };
struct nested { struct inner a; short b; struct inner c; };
struct pointers { void *a; int b; void *c[2]; };
struct mixed { float a; int b; double c; };
struct x87 { long double a; };
union double_int { double a; int b; };
union floats_double { float a[2]; double b; };
union chars_double { char a[12]; double b; };
struct tagged { int a; union double_int b; };
struct bool_wide { bool a; unsigned char b; wchar_t c; };

/* `T v` alone, and between arguments that take registers of both kinds; returned as it came. */
#define RECORD(name, T, EACH) \
    EXPORT T echo_##name(T v) { START; EACH(v); END; return v; } \
    EXPORT void take_##name(T v) { START; EACH(v); END; } \
    EXPORT T pair_##name(int a, T v, double b, T w) { \
        START; FOLD(a); EACH(v); FOLD(b); EACH(w); END; return w; } \
    EXPORT T crowd_##name(int a, double b, T v, T w, T x, T y, T z) { \
        START; FOLD(a); FOLD(b); EACH(v); EACH(w); EACH(x); EACH(y); EACH(z); END; return y; } \
    EXPORT T call_##name(T (*f)(int, T, double), T v) { START; EACH(v); END; return f(7, v, 0.5); }

#define FIELDS1(v) FOLD((v).a)
#define FIELDS2(v) FOLD((v).a); FOLD((v).b)
#define FIELDS3(v) FIELDS2(v); FOLD((v).c)
#define FIELDS4(v) FIELDS3(v); FOLD((v).d)
#define FIELDS_NESTED(v) FIELDS2((v).a); FOLD((v).b); FIELDS2((v).c)
#define FIELDS_X87(v) FOLD_LONG_DOUBLE((v).a)
#define FIELDS_TAGGED(v) FOLD((v).a); FOLD((v).b.a)
RECORD(long_double, struct long_double_, FIELDS2)
RECORD(double_long, struct double_long, FIELDS2)
RECORD(float4, struct float4, FIELDS4)
RECORD(float2, struct float2, FIELDS2)
RECORD(float3, struct float3, FIELDS1)
RECORD(double2, struct double2, FIELDS2)
RECORD(char3, struct char3, FIELDS1)
RECORD(short_char, struct short_char, FIELDS2)
RECORD(eight_longs, struct eight_longs, FIELDS1)
RECORD(nested, struct nested, FIELDS_NESTED)
RECORD(pointers, struct pointers, FIELDS3)
RECORD(mixed, struct mixed, FIELDS3)
RECORD(x87, struct x87, FIELDS_X87)
RECORD(double_int, union double_int, FIELDS1)
RECORD(floats_double, union floats_double, FIELDS1)
RECORD(chars_double, union chars_double, FIELDS1)
RECORD(tagged, struct tagged, FIELDS_TAGGED)
RECORD(bool_wide, struct bool_wide, FIELDS3)

/* A packed long double has no alignment on the stack: here it follows 24 bytes. */
#pragma pack(push, 1)
struct packed_x87 { long double a; };
#pragma pack(pop)
struct three_longs { long a[3]; };
EXPORT struct packed_x87 after_24_bytes(struct three_longs v, struct packed_x87 w) {
    START;
    long double a = w.a;
    FOLD(v.a); FOLD_LONG_DOUBLE(a); END;
    return w;
}

/* --- variadic functions, errno, results --- */

/* The same format and arguments as the test has, by C's own call. */
EXPORT int print_mixed(char *to, size_t size) {
    return snprintf(to, size, "%d %s %.3f %c %lld %u %g %hhd %hu %d %zu %p", -5, "five", 2.5, 'x', -1234567890123LL,
                    4000000000u, (double)1.25f, (signed char)-3, (unsigned short)65535, true, (size_t)7, (void *)0);
}

/* Sums what the letters say: i int, l long long, d double, p int pointer, r struct mixed. */
EXPORT double sum_variadic(const char *kinds, ...) {
    double sum = 0;
    va_list rest;
    va_start(rest, kinds);
    for (; *kinds; kinds++) {
        if (*kinds == 'i')
            sum += va_arg(rest, int);
        else if (*kinds == 'l')
            sum += (double)va_arg(rest, long long);
        else if (*kinds == 'd')
            sum += va_arg(rest, double);
        else if (*kinds == 'p')
            sum += *va_arg(rest, int *);
        else {
            struct mixed v = va_arg(rest, struct mixed);
            sum += v.a + v.b + v.c;
        }
    }
    va_end(rest);
    return sum;
}

/* Folds what the letters say into the checksum: what the default promotions leave as it is. */
EXPORT int fold_variadic(int before, const char *kinds, ...) {
    START;
    va_list rest;
    va_start(rest, kinds);
    FOLD(before); FOLD(kinds);
    for (; *kinds; kinds++) {
        switch (*kinds) {
#define NEXT(letter, T, fold) case letter: { T v = va_arg(rest, T); fold; break; }
        NEXT('i', int, FOLD(v))
        NEXT('l', long long, FOLD(v))
        NEXT('d', double, FOLD(v))
        NEXT('p', void *, FOLD(v))
        NEXT('L', long double, FOLD_LONG_DOUBLE(v))
        NEXT('m', struct mixed, FOLD(v.a); FOLD(v.b); FOLD(v.c))
        NEXT('e', struct eight_longs, FOLD(v.a))
        NEXT('2', struct double2, FOLD(v.a); FOLD(v.b))
        NEXT('3', struct char3, FOLD(v.a))
        NEXT('u', union double_int, FOLD(v.a))
#ifdef __GNUC__
        NEXT('c', float _Complex, FOLD(v))
        NEXT('z', double _Complex, FOLD(v))
        NEXT('Z', long double _Complex, long double re = __real__ v; FOLD_LONG_DOUBLE(re);
             long double im = __imag__ v; FOLD_LONG_DOUBLE(im))
#endif
#ifdef __SIZEOF_INT128__
        NEXT('w', __int128, FOLD(v))
#endif
        }
    }
    va_end(rest);
    END;
    return before;
}

EXPORT int set_errno(int value) { errno = value; return -1; }
EXPORT int keep_errno(int value) { return value; }
EXPORT void *null_result(void) { return NULL; }
EXPORT unsigned char byte_two(void) { return 2; }
EXPORT void nothing(void) {}

/* --- calls back --- */

EXPORT int call_times(int (*f)(int), int times) {
    int sum = 0;
    for (int i = 0; i < times; i++)
        sum += f(i);
    return sum;
}
EXPORT int call_plain(int (*f)(void)) { return f(); }
EXPORT void call_void(void (*f)(void *), void *at) { f(at); }
/* Calls what expects a bool with any byte. */
EXPORT int call_with_byte(int (*f)(unsigned char), int byte) { return f((unsigned char)byte); }
EXPORT int call_with_pointer(int (*f)(void *), void *at) { return f(at); }
/* Hands data back as the first argument. */
struct item { int key; double weight; };
EXPORT double call_with_data(double (*f)(void *, int, double, struct item), void *data) {
    struct item first = {10, 0.25}, second = {20, 0.25};
    double sum = f(data, 1, 0.5, first);
    return sum + f(data, 2, 1.5, second);
}
/* A record of five bytes with an unaligned int. */
#pragma pack(push, 1)
struct packed { signed char tag; int number; };
#pragma pack(pop)
EXPORT int call_with_packed(struct packed (*f)(int, struct packed, double)) {
    struct packed sent = {-5, 1000}, back = f(3, sent, 0.5);
    return back.number + back.tag;
}
/* Function pointers that come back. */
typedef int (*unary)(int);
EXPORT unary keep_and_return(unary f) { static PER_THREAD unary kept; unary old = kept; kept = f; return old; }
static int negated(int n) { return -n; }
EXPORT unary own_function(int which) { return which ? negated : NULL; }
/* A table of handlers. */
struct handler { const char *name; int (*run)(const char *, int); };
EXPORT int dispatch(const struct handler *table, size_t n, const char *name, int value) {
    for (size_t i = 0; i < n; i++)
        if (!strcmp(table[i].name, name))
            return table[i].run ? table[i].run(name, value) : -1;
    return -2;
}
EXPORT uint64_t call_many(uint64_t (*f)(int8_t, double, uint16_t, float, int64_t, void *, int32_t, float, uint8_t,
                                        double, int16_t, double)) {
    START;
    int8_t a = -7; double b = 1.5; uint16_t c = 0x1234; float d = -2.25f; int64_t e = INT64_C(-0x123456789abcdef);
    void *p = &last_checksum_; int32_t g = -0x12345678; float i = 1e10f; uint8_t j = 0xfe; double k = -1e300;
    int16_t l = -0x1234; double m = 0.1;
    FOLD(a); FOLD(b); FOLD(c); FOLD(d); FOLD(e); FOLD(p); FOLD(g); FOLD(i); FOLD(j); FOLD(k); FOLD(l); FOLD(m);
    END;
    return f(a, b, c, d, e, p, g, i, j, k, l, m);
}

/* --- calls from other threads --- */

struct task { int (*f)(int); int argument; int result; };
#define THREADS 4

#if defined(_WIN32)
#include <windows.h>
static DWORD WINAPI run(void *at) { struct task *t = at; t->result = t->f(t->argument); return 0; }
EXPORT int call_on_threads(int (*f)(int), int threads) {
    HANDLE handles[THREADS];
    struct task tasks[THREADS];
    int sum = 0;
    for (int i = 0; i < threads && i < THREADS; i++) {
        tasks[i] = (struct task){f, i + 1, 0};
        handles[i] = CreateThread(NULL, 0, run, &tasks[i], 0, NULL);
    }
    for (int i = 0; i < threads && i < THREADS; i++) {
        WaitForSingleObject(handles[i], INFINITE);
        CloseHandle(handles[i]);
        sum += tasks[i].result;
    }
    return sum;
}
#else
#include <pthread.h>
static void *run(void *at) { struct task *t = at; t->result = t->f(t->argument); return NULL; }
EXPORT int call_on_threads(int (*f)(int), int threads) {
    pthread_t handles[THREADS];
    struct task tasks[THREADS];
    int sum = 0;
    for (int i = 0; i < threads && i < THREADS; i++) {
        tasks[i] = (struct task){f, i + 1, 0};
        if (pthread_create(&handles[i], NULL, run, &tasks[i]))
            return -1;
    }
    for (int i = 0; i < threads && i < THREADS; i++) {
        pthread_join(handles[i], NULL);
        sum += tasks[i].result;
    }
    return sum;
}
#endif

#ifdef __SIZEOF_INT128__
/* The fifth argument takes the last integer register but one: `x` does not fit and leaves it to `last`. */
EXPORT __int128 sum_i128(int a, int b, int c, int d, int e, __int128 x, long last, __int128 y) {
    return x + 10 * y + a + b + c + d + e + 100 * last;
}

struct with_i128 {
    char c;
    unsigned __int128 x;
};

EXPORT struct with_i128 turn_i128(struct with_i128 s, unsigned __int128 x) {
    struct with_i128 back = {(char)(s.c + 1), s.x - x};
    return back;
}

EXPORT __int128 half_i128(double d, __int128 x) { return d == 0.5 ? x / 2 : 0; }
#endif
