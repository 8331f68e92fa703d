/* What a C compiler makes of the calls that tests/real_uses makes, to be compared with: formats with arguments of
   every kind, numbers that are wider than Rust's, a comparison for qsort_r. */
#define _GNU_SOURCE
#include <complex.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

/* One of each kind that goes after the `...`; the letters are their names in CASES. */
struct values {
    char c;
    signed char a;
    unsigned char b;
    bool t;
    short h;
    unsigned short H;
    int i;
    unsigned int u;
    long l;
    unsigned long k;
    long long q;
    unsigned long long Q;
    size_t z;
    ptrdiff_t p;
    intmax_t j;
    float f;
    double d;
    long double L;
    const char *s;
    const wchar_t *S;
    void *P;
};

size_t size_of_values(void) { return sizeof(struct values); }

/* A format, the letters of its arguments, the arguments. */
#define CASES(X) \
    X(0, "%c|%c|%hhd|%hhu|%d", "cbabt", v->c, v->b, v->a, v->b, v->t) \
    X(1, "%hd|%hu|%d|%u|%#x|%o", "hHiuiu", v->h, v->H, v->i, v->u, v->i, v->u) \
    X(2, "%ld|%lu|%lld|%llu|%zu|%td|%jd", "lkqQzpj", v->l, v->k, v->q, v->Q, v->z, v->p, v->j) \
    X(3, "%f|%.9g|%a|%.17g|%e|%G", "ffdddf", v->f, v->f, v->d, v->d, v->d, v->f) \
    X(4, "%s|%.3s|%12s|%ls|%p", "sssSP", v->s, v->s, v->s, v->S, v->P) \
    X(5, "%Lf|%.20Lg|%La", "LLL", v->L, v->L, v->L) \
    /* More of both than there are registers for. */ \
    X(6, "%d %g %d %g %d %g %d %g %d %g %d %g %d %g %d %g %d %g %d %g", "idifidifidifidifidif", v->i, v->d, v->i, \
      v->f, v->i, v->d, v->i, v->f, v->i, v->d, v->i, v->f, v->i, v->d, v->i, v->f, v->i, v->d, v->i, v->f) \
    /* What is wider than a place on the stack, behind an odd number of them. */ \
    X(7, "%d %d %d %d %.20Lg %d %.20Lg %g %s", "iiiiLiLds", v->i, v->i, v->i, v->i, v->L, v->i, v->L, v->d, v->s) \
    /* Width and precision are arguments, too. */ \
    X(8, "%*d|%-*d|%.*f|%%", "aiaibd", v->a, v->i, v->a, v->i, v->b, v->d)

const char *format_of(int which) {
    static const char *const formats[] = {
#define X(n, format, letters, ...) [n] = format,
        CASES(X)
#undef X
    };
    return (size_t)which < sizeof formats / sizeof *formats ? formats[which] : NULL;
}

const char *letters_of(int which) {
    static const char *const all[] = {
#define X(n, format, letters, ...) [n] = letters,
        CASES(X)
#undef X
    };
    return (size_t)which < sizeof all / sizeof *all ? all[which] : NULL;
}

int print_in_c(int which, char *to, size_t size, const struct values *v) {
    switch (which) {
#define X(n, format, letters, ...) case n: return snprintf(to, size, format, __VA_ARGS__);
        CASES(X)
#undef X
    }
    return -1;
}

/* A long double as C prints it. */
int print_long_double(char *to, size_t size, const char *format, const long double *x) {
    return snprintf(to, size, format, *x);
}

/* The number at the start of a text, how many characters it has, and errno. */
void strtold_in_c(const char *text, long double *x, size_t *length, int *error) {
    char *end;
    errno = 0;
    *x = strtold(text, &end);
    *error = errno;
    *length = (size_t)(end - text);
}

void cosl_in_c(const long double *x, long double *y) { *y = cosl(*x); }
void powl_in_c(const long double *x, const long double *y, long double *z) { *z = powl(*x, *y); }

void csqrtf_in_c(const float _Complex *z, float _Complex *w) { *w = csqrtf(*z); }
void csqrt_in_c(const double _Complex *z, double _Complex *w) { *w = csqrt(*z); }
void cexp_in_c(const double _Complex *z, double _Complex *w) { *w = cexp(*z); }
void csqrtl_in_c(const long double _Complex *z, long double _Complex *w) { *w = csqrtl(*z); }
void cabs_in_c(const double _Complex *z, double *r) { *r = cabs(*z); }

void div_in_c(int a, int b, int result[2]) {
    result[0] = a / b;
    result[1] = a % b;
}

void lldiv_in_c(long long a, long long b, long long result[2]) {
    result[0] = a / b;
    result[1] = a % b;
}

/* What the comparisons of qsort_r are given: the column to sort by, the direction; they count. */
struct order {
    int column;
    int direction;
    long compared;
};

struct row {
    int columns[2];
    char name[4];
};

int compare_rows(const void *a, const void *b, void *context) {
    struct order *order = context;
    int x = ((const struct row *)a)->columns[order->column];
    int y = ((const struct row *)b)->columns[order->column];
    order->compared++;
    return order->direction * ((x > y) - (x < y));
}

void sort_in_c(struct row *rows, size_t count, struct order *order) {
    qsort_r(rows, count, sizeof *rows, compare_rows, order);
}
