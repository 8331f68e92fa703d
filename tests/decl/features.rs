//! Syntax, a line for each feature. What a line declares is written back in C and compared with itself
//! by compilers, with sizes, alignments, offsets and values.

use crate::judge::{By, judge};

/// Who knows it, the text, expressions to be judged. `@` is the number of the line, so that all of
/// them fit one translation unit.
#[rustfmt::skip]
const FEATURES: &[(By, &str, &[&str])] = &[
    // C89.
    (By::Both, "int f@(int, char);", &[]),
    (By::Both, "long unsigned int long f@(void);", &[]),
    (By::Both, "char signed short_@; int signed int_@; short signed int s@;", &["sizeof(s@)"]),
    (By::Both, "double g@(float x, long double y);", &[]),
    (By::Both, "extern int a@, *b@, **c@, d@[3], e@(int), (*g@)(int), *h@[4], (*i@)[4];", &["sizeof(h@)", "sizeof(*i@)"]),
    (By::Both, "int (*signal@(int sig, void (*handler)(int)))(int);", &[]),
    (By::Both, "int (*(*(*f@)(void))(int))[5];", &["sizeof(*f@()(1))"]),
    (By::Both, "typedef int (*compare@)(const void *, const void *); void sort@(void *, unsigned long, unsigned long, compare@);", &[]),
    (By::Both, "struct s@ { char c; short s; int i; };", &["sizeof(struct s@)", "offsetof(struct s@, i)"]),
    (By::Both, "union u@ { char c; double d; char text[13]; };", &["sizeof(union u@)", "_Alignof(union u@)"]),
    (By::Both, "struct n@ { struct n@ *next; struct m@ *other; }; struct m@ { struct n@ n; };", &["sizeof(struct m@)"]),
    (By::Both, "typedef struct { int x, y; } p@; p@ f@(p@ a, const p@ *b);", &["sizeof(p@)"]),
    (By::Both, "typedef struct t@ t@; struct t@ { t@ *self; }; t@ *f@(t@);", &["sizeof(t@)"]),
    (By::Both, "enum e@ { A@, B@ = 5, C@, D@ = -1, E@ = 'x' }; enum e@ f@(enum e@);", &["sizeof(enum e@)", "C@"]),
    (By::Both, "enum { BIG@ = 0xffffffff, SMALL@ = 1 };", &["sizeof(BIG@)", "sizeof(SMALL@)"]),
    (By::Both, "enum w@ { WIDE@ = 0x100000000, NEGATIVE@ = -1 };", &["sizeof(enum w@)", "sizeof(WIDE@)"]),
    (By::Both, "enum ea@; extern enum ea@ *eb@; struct ec@ { enum ea@ *p; } ed@; enum ea@ ee@(enum ea@); enum ea@ { EA@ = 1, EB@ = 0x100000000 }; extern enum ea@ *eb@, ef@;", &["sizeof(enum ea@)", "sizeof(*eb@)", "sizeof(*ed@.p)", "sizeof(ee@(EA@))", "sizeof(ef@)"]),
    (By::Both, "struct b@ { unsigned a : 3, b : 5; int : 0; signed c : 7; unsigned : 4; };", &["sizeof(struct b@)"]),
    (By::Both, "int f@(int a[3], int b[], int c[2][3], int g(char));", &[]),
    (By::Both, "const char *const names@[]; volatile int *volatile v@; const int *f@(int *const);", &[]),
    (By::Both, "static int hidden@(int x) { if (x) { return \"}\"[0]; } return '}'; /* } */ }", &[]),
    (By::Both, "int old@(a, b, c) int a; char b, *c; { return a + b; }", &[]),
    (By::Both, "int nothing@(); static f@; extern g@;", &["sizeof(g@)"]),
    (By::Both, "typedef int m@[3][4]; m@ x@; int f@(m@ y);", &["sizeof(m@)", "sizeof(x@[0])"]),
    (By::Both, "struct in@ { struct deep@ { int x; } a; union { int i; float f; } u; } v@;", &["sizeof(struct deep@)", "sizeof(v@.u)"]),
    (By::Both, "int x@ = 3, y@[] = { 1, 2, 3 }, (*z@)(int) = 0; char t@[] = \"four\";", &["sizeof(t@)"]),
    (By::Both, "typedef unsigned u@; const u@ k@; unsigned const typedef v@;", &["sizeof(v@)"]),
    (By::Both, "int (f@)(int (x)); int ((*(g@))); int *(*(h@));", &[]),
    (By::Both, "extern int printf@(const char *, ...);", &[]),
    (By::Both, "void pa@(struct pb@ { struct pb@ *next; int a; } *p, enum pc@ { PC@ = 3 } e, char x[PC@], struct pb@ *q, char (*r)[sizeof(struct pb@)]); struct pb@ { long b[5]; }; enum pc@ { PD@ = 5 }; enum { PC@ = 7 };", &["sizeof(struct pb@)", "PC@"]),
    (By::Both, "int pe@(char (*p)[sizeof(struct pf@ { struct pg@ { int x; }; char c; })]); struct pg@ { long y; }; int ph@[sizeof(struct pi@ { int x; })]; struct pi@ pj@;", &["sizeof(struct pg@)", "sizeof(pj@)"]),
    (By::Both, "struct only@; int f@(struct only@ *); union later@ *g@(void);", &[]),
    (By::Both, ";; int a@; ;", &[]),
    (By::Both, "typedef char T@; struct tt@ { T@ T@; }; int f@(T@ (*)(T@));", &["sizeof(struct tt@)"]),
    (By::Both, "extern int ia@[]; extern int ib@[], ib@[5], ib@[]; extern int (*ic@)[], (*ic@)[7]; int id@(int (*)[]);", &["sizeof(ib@)", "sizeof(*ic@)", "__alignof__(ia@)"]),
    (By::Both, "int ie@[] = { 1, 2, 3, }, if@[] = { [5] = 1, 2, [0] = 7 }, ig@[] = { (1 + 2), sizeof(int[3]), { 4 } }; float ih@[] = { 1.5f };", &["sizeof(ie@)", "sizeof(if@)", "sizeof(ig@)", "sizeof(ih@) / sizeof(*ih@)"]),
    (By::Both, "char ii@[] = { \"abc\" }, ij@[] = \"a\" \"bc\", ik@[] = { 'a', 'b' }, il@[3] = \"abc\"; const char *im@[] = { \"a\", \"b\" };", &["sizeof(ii@)", "sizeof(ij@)", "sizeof(ik@)", "sizeof(il@)", "sizeof(im@)"]),
    (By::Both, "struct in@ { int x, y; } io@[] = { { 1, 2 }, { .y = 3 } }, ip@[] = { [7] = { 1 } }; char iq@[][4] = { \"abc\", \"de\", { 'x' } }; int ir@[][2] = { { 1 }, { 2, 3 }, };", &["sizeof(io@)", "sizeof(ip@)", "sizeof(iq@)", "sizeof(ir@)"]),
    (By::Both, "typedef int is@[]; is@ it@ = { 1, 2 }, iu@ = { 3 }; extern is@ iv@; struct iw@ { char c; is@ x; }; struct ix@ { int n; char c[]; } iy@ = { 1, \"ab\" };", &["sizeof(it@)", "sizeof(iu@)", "sizeof(struct iw@)", "sizeof(iy@)"]),
    // C99 and C11.
    (By::Both, "inline int f@(int x) { return x; } extern int f@(int);", &[]),
    (By::Both, "int f@(char *restrict a, const char *restrict b); _Bool b@;", &["sizeof(b@)"]),
    (By::Both, "struct flex@ { int n; double d[]; };", &["sizeof(struct flex@)", "offsetof(struct flex@, d)"]),
    (By::Both, "int f@(int n, int a[static 3], int b[const 4], int c[n], int d[*], int e[n][3]);", &[]),
    (By::Both, "float _Complex a@; double _Complex b@; long double _Complex c@; _Complex double d@;", &["sizeof(a@)", "sizeof(c@)"]),
    (By::Both, "long long a@; unsigned long long b@; long long int c@;", &["sizeof(a@)"]),
    (By::Both, "_Static_assert(sizeof(int) == 4, \"int\"); int x@;", &[]),
    (By::Both, "struct al@ { char c; _Alignas(16) int x; _Alignas(double) char d; };", &["sizeof(struct al@)", "offsetof(struct al@, d)"]),
    (By::Both, "_Noreturn void f@(void); _Thread_local int t@; extern _Thread_local int u@;", &[]),
    (By::Both, "_Atomic int a@; _Atomic(long) b@; int *_Atomic c@; struct at@ { char c; _Atomic long long l; };", &["sizeof(struct at@)"]),
    (By::Both, "struct an@ { int a; struct { int b; union { int c; float d; }; }; };", &["offsetof(struct an@, d)", "sizeof(struct an@)"]),
    (By::Both, "int g@[_Generic(1.0f, float: 3, default: 4)];", &["sizeof(g@)"]),
    (By::Both, "int f@(void) { for (int i = 0;;) { switch (i) { case '{': return \"\\\"}\"[0]; } } }", &[]),
    (By::Both, "typedef int D@; typedef int D@;", &["sizeof(D@)"]),
    (By::Both, "int a@[sizeof(struct { char c; int i; })];", &["sizeof(a@)"]),
    (By::Both, "// a comment\nint a@; /* another\n*/ int b@; // int c@;", &[]),
    (By::Both, "int a@ <:3:>; struct dg@ <% int x; %>;", &["sizeof(a@)"]),
    (By::Both, "int il@[] = L\"ab\"; unsigned short im@[] = { u\"abc\" }; int vl@(int n, int a[n][n], int b[n][n][n], int c[*][*][3]);", &["sizeof(il@)", "sizeof(im@)"]),
    // C23; what gcc 12 and clang 14 do not know is judged by clang 19.
    (By::Both, "[[deprecated]] int f@([[maybe_unused]] int x); struct [[gnu::packed]] pk@ { char c; int i; };", &["sizeof(struct pk@)"]),
    (By::C23, "int f@(int a [[maybe_unused]], ...); [[nodiscard(\"why\")]] int g@(void); [[]] int h@;", &[]),
    (By::C23, "bool b@ = true; bool f@(bool x); enum { T@ = true, F@ = false };", &["sizeof(b@)"]),
    (By::C23, "constexpr unsigned N@ = 10; int a@[N@];", &["sizeof(a@)"]),
    (By::C23, "static_assert(1 + 1 == 2); static_assert(sizeof(char) == 1, \"m\"); int x@;", &[]),
    (By::C23, "enum fx@ : unsigned char { FA@, FB@ = 255 }; enum fw@ : long long { FC@ = 1 };", &["sizeof(enum fx@)", "sizeof(FC@)"]),
    (By::C23, "enum fd@ : short; struct fe@ { char c; enum fd@ e; }; enum fd@ : short { FD@ = 2 };", &["sizeof(struct fe@)", "sizeof(enum fd@)", "sizeof(FD@)"]),
    (By::C23, "typeof(int *) a@; typeof(1 + 1L) b@; typeof_unqual(const int) c@;", &["sizeof(b@)"]),
    (By::C23, "auto a@ = 1.5f; auto b@ = 'x'; constexpr auto c@ = 3ull;", &["sizeof(a@)", "sizeof(b@)"]),
    (By::C23, "unsigned _BitInt(17) a@; _BitInt(64) b@; struct bi@ { _BitInt(33) x : 20; };", &["sizeof(a@)", "sizeof(struct bi@)"]),
    (By::C23, "_BitInt(128) a@; unsigned _BitInt(200) b@;", &["sizeof(a@)", "sizeof(b@)"]),
    (By::C23, "int *n@ = nullptr; enum { NP@ = sizeof(nullptr) };", &["NP@"]),
    (By::C23, "int a@ = 1'000'000, b@[0b1010], c@[0x1'0];", &["sizeof(b@)", "sizeof(c@)"]),
    (By::C23, "alignas(16) char a@; thread_local int t@; struct ag@ { alignas(8) char c; };", &["_Alignof(struct ag@)"]),
    (By::C23, "int f@(...); void g@();", &[]),
    // GNU C.
    (By::Both, "int in@[] = { [0 ... 3] = 1, 2 }, io@[] = {}; struct { int x; } ip@[] = { [2 ... 4] = { 1 } };", &["sizeof(in@)", "sizeof(io@)", "sizeof(ip@)"]),
    (By::Both, "__extension__ typedef long long ll@; __extension__ struct ex@ { __extension__ union { int a; }; };", &["sizeof(ll@)"]),
    (By::Both, "struct __attribute__((packed)) pa@ { char c; int i; }; struct pb@ { char c; int i; } __attribute__((__packed__, aligned(2)));", &["sizeof(struct pa@)", "_Alignof(struct pb@)"]),
    (By::Both, "struct pf@ { char c; int i __attribute__((packed)); short s __attribute__((aligned(8))); };", &["sizeof(struct pf@)", "offsetof(struct pf@, s)"]),
    (By::Both, "typedef int ai@ __attribute__((aligned(16))); struct ua@ { char c; ai@ i; };", &["sizeof(struct ua@)", "_Alignof(ai@)"]),
    (By::Both, "struct th@ { int x; }; typedef struct th@ __attribute__((aligned(16))) ti@; enum tj@ { TK@ }; typedef enum tj@ __attribute__((aligned(8))) tl@; struct tm@ { char c; struct th@ __attribute__((aligned(32))) t; };", &["_Alignof(ti@)", "_Alignof(tl@)", "sizeof(struct tm@)"]),
    (By::Both, "struct tr@ { char c; }; typedef struct tr@ ts@ __attribute__((aligned(16))); typedef struct { int x; } tu@ __attribute__((__aligned__)); struct tv@ { char c; ts@ t; };", &["sizeof(struct tv@)", "_Alignof(tu@)"]),
    (By::Both, "typedef int un@ __attribute__((aligned(1))); struct uu@ { char c; un@ i; };", &["sizeof(struct uu@)"]),
    (By::Both, "extern int ao@ __attribute__((aligned(64))), ap@[2]; _Alignas(32) char aq@; struct ar@ { char c; int i; } __attribute__((packed)); extern struct ar@ as@;", &["__alignof__(ao@)", "__alignof__(ap@)", "__alignof__(aq@)", "__alignof__(as@.i)", "__alignof__((&as@)->i)"]),
    (By::Gcc, "extern int at@ __attribute__((aligned(64))), *au@;", &["__alignof__(*&at@)", "__alignof__(*(char *)au@)", "__alignof__(int(int))"]),
    (By::Clang, "extern int at@ __attribute__((aligned(64))), *au@;", &["__alignof__(at@)", "__alignof__(au@[0])"]),
    (By::Msvc, "int __declspec(align(64)) av@; struct aw@ { char c; __declspec(align(8)) int i; }; struct aw@ ax@;", &["__alignof__(av@)", "__alignof__(ax@.i)", "__alignof__(int(int))"]),
    (By::Both, "struct mx@ { char c; } __attribute__((aligned));", &["sizeof(struct mx@)"]),
    (By::Both, "int f@(const char *, ...) __attribute__((format(printf, 1, 2), nonnull(1))) __attribute__((noreturn));", &[]),
    (By::Both, "int f@(void) __asm__(\"other@\"); extern int v@ __asm(\"va\" \"r@\") __attribute__((weak));", &[]),
    (By::Both, "__typeof__(int[3]) a@; __typeof__(a@) b@; __typeof__(sizeof(0)) c@;", &["sizeof(b@)"]),
    (By::Both, "typedef int SI@ __attribute__((mode(SI))); typedef unsigned DI@ __attribute__((__mode__(__DI__))); typedef int QI@ __attribute__((mode(QI)));", &["sizeof(DI@)", "sizeof(QI@)"]),
    (By::Both, "typedef int W@ __attribute__((mode(word))); typedef float DF@ __attribute__((mode(DF))); typedef _Complex float DC@ __attribute__((mode(DC)));", &["sizeof(W@)", "sizeof(DF@)", "sizeof(DC@)"]),
    (By::Both, "typedef float v4@ __attribute__((vector_size(16))); typedef int v8@ __attribute__((__vector_size__(8), __may_alias__)); v4@ f@(v8@);", &["sizeof(v4@)", "_Alignof(v8@)"]),
    (By::Clang, "typedef float e4@ __attribute__((ext_vector_type(4)));", &["sizeof(e4@)"]),
    (By::Both, "__int128 a@; unsigned __int128 b@; __int128_t c@; __uint128_t d@; signed __int128 e@;", &["sizeof(a@)", "_Alignof(__int128)"]),
    (By::Gcc, "_Float128 a@; _Float64 b@; _Float32 c@; _Float32x d@; _Float64x e@; _Float16 g@; __float128 h@;", &["sizeof(a@)", "sizeof(g@)", "sizeof(e@)"]),
    (By::Gcc, "_Complex _Float16 ch@; struct ci@ { char c; _Float16 _Complex h; }; _Float16 cj@(_Complex _Float16);", &["sizeof(ch@)", "sizeof(struct ci@)", "__alignof__(ch@)"]),
    (By::Gcc, "struct cf@ { _Complex _Float64 a; _Float32 _Complex b; };", &["sizeof(struct cf@)", "_Alignof(struct cf@)"]),
    (By::Both, "struct z@ { int n; int tail[0]; }; struct {} e@; struct ze@ {};", &["sizeof(struct z@)", "sizeof(e@)"]),
    (By::Both, "union fl@ { int i; char c; } __attribute__((transparent_union)); int f@(union fl@);", &["sizeof(union fl@)"]),
    (By::Both, "enum __attribute__((packed)) ep@ { EP@ = 200 }; enum eq@ { EQ@ = -2 } __attribute__((packed));", &["sizeof(enum ep@)", "sizeof(enum eq@)"]),
    (By::Both, "int f@(int x) { return ({ int y = x; y; }); } int g@[__builtin_constant_p(3)];", &["sizeof(g@)"]),
    (By::Both, "int a@[__builtin_offsetof(struct { int x; struct { int y[4]; } z; }, z.y[2])];", &["sizeof(a@)"]),
    (By::Both, "int a@[__builtin_types_compatible_p(int, const int) + 1]; int b@[__builtin_choose_expr(1, 3, \"x\")];", &["sizeof(a@)", "sizeof(b@)"]),
    (By::Both, "void f@(__builtin_va_list ap); typedef __builtin_va_list va@;", &["sizeof(va@)", "_Alignof(va@)"]),
    (By::Both, "extern inline __attribute__((gnu_inline, always_inline)) int f@(void) { return 0; }", &[]),
    (By::Both, "struct nk@ { int a, b } ;", &["sizeof(struct nk@)"]),
    (By::Gcc, "int f@(int n; int a[n], int n);", &[]),
    (By::Gcc, "int outer@(int x) { int inner(int y) { return y; } return inner(x); } int after@;", &[]),
    (By::Both, "__auto_type a@ = 3u; int __attribute__((unused)) b@, *__attribute__((unused)) c@;", &["sizeof(a@)"]),
    (By::Both, "void (__attribute__((unused)) *f@)(void); void (*g@)(void) __attribute__((unused));", &[]),
    (By::Both, "signed char __const *__volatile__ a@; __signed__ char b@; __inline__ int c@(void); char *__restrict__ d@;", &[]),
    (By::Both, "int a@[(1 ? 2 : 1 / 0)]; int b@[sizeof(int[(char)300])];", &["sizeof(a@)", "sizeof(b@)"]),
    (By::Both, "int a@[(int)sizeof(\"text\" \"more\")], b@[sizeof(L\"ab\")], c@[sizeof(u\"ab\")], d@[sizeof(u8\"ab\")];", &["sizeof(a@)", "sizeof(b@)", "sizeof(c@)", "sizeof(d@)"]),
    (By::Both, "struct ms@ { char c; int i : 3; char d; } __attribute__((ms_struct));", &["sizeof(struct ms@)"]),
    (By::Both, "enum { P@ = ((unsigned long)&((struct { char c; long l; } *)0)->l) };", &["P@"]),
    (By::Both, "asm(\"nop\"); int x@;", &[]),
    // Pragmas.
    (By::Both, "\n#pragma pack(1)\nstruct p1@ { char c; int i; };\n#pragma pack()\nstruct p0@ { char c; int i; };", &["sizeof(struct p1@)", "sizeof(struct p0@)"]),
    (By::Both, "\n#pragma pack(push, 2)\nstruct p2@ { char c; int i; };\n#pragma pack(push)\n#pragma pack(1)\nstruct p3@ { char c; int i; };\n#pragma pack(pop)\nstruct p4@ { char c; int i; };\n#pragma pack(pop)\nstruct p5@ { char c; int i; };", &["sizeof(struct p2@)", "sizeof(struct p3@)", "sizeof(struct p4@)", "sizeof(struct p5@)"]),
    (By::Both, "\n#pragma pack(push, here, 1)\n#pragma pack(push, 4)\n#pragma pack(pop, here)\nstruct p6@ { char c; int i; };", &["sizeof(struct p6@)"]),
    (By::Both, "_Pragma(\"pack(push, 1)\") struct p7@ { char c; int i; }; _Pragma(\"pack(pop)\") struct p8@ { char c; int i; };", &["sizeof(struct p7@)", "sizeof(struct p8@)"]),
    (By::Both, "\n#pragma GCC diagnostic push\n#pragma STDC FP_CONTRACT ON\n#pragma once\n#ident \"x\"\nint x@;", &[]),
    (By::Both, "\n# 12 \"some \\\"file\\\".h\" 1 3\nint x@;\n#line 4\nint y@;", &[]),
    (By::Both, "\n#define MACRO@(a, ...) a\n#define OBJECT@ 1 + \\\n 2\n#undef MACRO@\nint x@;", &[]),
    // Microsoft.
    (By::Msvc, "__declspec(dllimport) int __stdcall f@(int); int (__stdcall *g@)(int); typedef void (__cdecl h@)(void);", &[]),
    (By::Msvc, "__int8 a@; unsigned __int16 b@; __int32 c@; unsigned __int64 d@; signed __int8 e@;", &["sizeof(d@)", "sizeof(b@)"]),
    (By::Msvc, "__declspec(align(16)) struct al@ { char c; }; struct __declspec(align(8)) am@ { char c; };", &["_Alignof(struct am@)"]),
    (By::Msvc, "struct na@ { struct base@ { int a; }; int b; }; struct nb@ { struct base@; int c; };", &["sizeof(struct nb@)"]),
    (By::Msvc, "__declspec(deprecated(\"x\")) __declspec(noreturn) void f@(void); __forceinline int g@(int x) { return x; }", &[]),
    (By::Msvc, "void *__ptr64 a@; int *__sptr b@; int *__w64 c@;", &["sizeof(a@)"]),
    (By::Msvc, "enum me@ { ME@ = 0xffffffff }; enum mf@ : unsigned short { MF@ = 3 };", &["sizeof(enum me@)", "sizeof(enum mf@)", "ME@ < 0"]),
    (By::Msvc, "enum mg@; enum mg@ *mh@(enum mg@); enum mi@; enum mg@ { MG@ = 1 };", &["sizeof(enum mg@)", "sizeof(*mh@(MG@))", "sizeof(enum mi@)"]),
    (By::Msvc, "__pragma(pack(push, 1)) struct mp@ { char c; int i; }; __pragma(pack(pop)) struct mq@ { char c; int i; };", &["sizeof(struct mp@)", "sizeof(struct mq@)"]),
    (By::Msvc, "long a@; wchar_t b@; size_t c@; enum { M@ = sizeof(L\"ab\"), S@ = 5i64, U@ = 6ui32 };", &["sizeof(a@)", "sizeof(c@)", "M@"]),
    (By::X86, "int __attribute__((stdcall)) f@(int); void (__attribute__((fastcall)) *g@)(int, int); typedef int (__attribute__((cdecl)) *h@)(void); typedef int __attribute__((stdcall)) i@(int); i@ *j@(i@ *);", &[]),
    (By::X86, "struct l@ { char c; long long l; double d; }; struct m@ { char c; _Alignas(8) double d; };", &["sizeof(struct l@)", "sizeof(struct m@)"]),
    (By::X86, "__builtin_va_list a@; long double b@; unsigned long c@; __typeof__(sizeof 0) d@; __typeof__((char *)0 - (char *)0) e@;", &["sizeof(a@)", "sizeof(b@)"]),
    // What gcc predeclares for ARM.
    (By::Arm64, "__Int8x8_t na@; __Int64x1_t nb@; __Uint16x8_t nc@; __Float32x4_t nd@; __Float64x1_t ne@; __Poly8x16_t nf@; __Poly64x2_t ng@; __Bfloat16x4_t nh@; __Float16x8_t ni@;", &["sizeof(na@)", "sizeof(nb@)", "sizeof(nd@)", "__alignof__(nc@)", "__alignof__(ne@)", "sizeof(nf@)", "sizeof(ng@)", "sizeof(nh@)", "__alignof__(ni@)"]),
    (By::Arm64, "__Poly8_t nj@; __Poly16_t nk@; __Poly64_t nl@; __Poly128_t nm@; __fp16 nn@; __bf16 no@; __builtin_va_list np@;", &["sizeof(nj@)", "sizeof(nk@)", "sizeof(nl@)", "sizeof(nm@)", "__alignof__(nm@)", "sizeof(nn@)", "sizeof(no@)", "sizeof(np@)"]),
    (By::Arm64, "\n#pragma GCC aarch64 \"arm_neon.h\"\nint8x8x2_t nq@; float64x2x4_t nr@; poly16x4x3_t ns@; struct nt@ { char c; uint32x4x3_t v; }; int8x8x2_t nu@(bfloat16x8x2_t);", &["sizeof(nq@)", "sizeof(nr@)", "sizeof(ns@)", "sizeof(struct nt@)", "__alignof__(nq@.val)", "sizeof(nr@.val[1])"]),
    (By::Arm32, "__simd64_int8_t nv@; __simd128_float32_t nw@; __simd128_poly16_t nx@; __builtin_neon_di ny@; __builtin_neon_uqi nz@; __builtin_neon_poly64 ox@; __builtin_neon_sf oy@; struct oz@ { char c; __simd128_uint64_t v; };", &["sizeof(nv@)", "sizeof(nw@)", "__alignof__(nx@)", "sizeof(ny@)", "sizeof(nz@)", "sizeof(ox@)", "sizeof(oy@)", "sizeof(struct oz@)"]),
];

#[test]
fn features() {
    assert!(FEATURES.len() >= 82);
    let failures = judge(FEATURES);
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

/// The judge objects to what is wrong.
#[test]
fn a_wrong_claim_is_noticed() {
    // gcc has no such words: that it says so shows that each line really reaches it.
    let failures = judge(&[(By::Gcc, "__int64 x@;", &[])]);
    assert!(failures[0].contains("gcc"), "{failures:?}");
    // To us, Microsoft's `long`; to gcc, its own.
    let failures =
        judge(&[(By::Wrong, "long x@; struct s@ { char c; long l; };", &["sizeof(struct s@)"])]);
    assert!(failures[0].contains("static assertion"), "{failures:?}");
}
