//! Constant expressions on every named target, their values and types judged by its compiler.

use crate::oracle::compilers::JUDGES;
use ctypes_core::Types;
use ctypes_core::decl::Source;
use ctypes_core::types::ConstValue;
use std::fmt::Write as _;

const DECLARATIONS: &str = "
struct inner { char c; int a[3]; };
struct outer { char c; struct inner in[4]; long long l; union { double d; short s; }; };
enum small { ZERO, ONE, FIVE = 5, MINUS = -1 };
enum large { HUGE_VALUE = 0x80000000, MAXIMUM = 0xffffffff };
typedef unsigned char byte;
// For alignments.
extern char many[100]; extern int lower __attribute__((aligned(1))), higher __attribute__((aligned(64))), plain; _Alignas(32) extern char strict; extern double wide; extern _Complex double pair;
struct packed { char c; int i; double d; } __attribute__((packed));
#pragma pack(2)
struct pragma { char c; int i; double d; };
#pragma pack()
struct own { char c; int i __attribute__((packed)); double d; short s __attribute__((aligned(8))); int w __attribute__((aligned(1))); long long l; int both __attribute__((packed, aligned(2))); struct { double inner; }; int bits : 3; };
extern struct packed of_packed; extern struct pragma of_pragma; extern struct own of_own;
typedef int int16 __attribute__((aligned(16))); typedef double double4 __attribute__((aligned(4))); extern int16 by_typedef, *to_typedef;
extern int again; extern int again __attribute__((aligned(32))); extern int again; extern __attribute__((aligned(32))) int twice; extern int twice __attribute__((aligned(16)));
extern int *pointer, array[3] __attribute__((aligned(32))); __attribute__((aligned(64))) extern int first, second __attribute__((aligned(16)));
";

/// What only compilers need, or say otherwise.
const PRELUDE: &str = "#include <stddef.h>\n#include <stdint.h>\n";

#[rustfmt::skip]
const EXPRESSIONS: &[&str] = &[
    // Literals.
    "0", "2147483647", "2147483648", "4294967295", "4294967296", "9223372036854775807", "0x7fffffff", "0x80000000",
    "0xffffffff", "0x100000000", "0x7fffffffffffffff", "0x8000000000000000", "0xffffffffffffffff", "017", "0777777777777777777777", "1u", "1l",
    "1ul", "1LL", "1ull", "1LLU", "4294967295u", "4294967296u", "2147483648l", "0b1011", "0B11u",
    "1.0", "1.5f", ".5", "1.", "1e3", "1e-2f", "0x1p4", "0x1.8p-1", "0x.8p0f", "0xAp1",
    "3.14159265358979323846", "1e308", "4.9406564584124654e-324", "1.17549435e-38f", "16777217.0f", "0x1.fffffffffffff8p0", "0x1.000001p0f", "0x1p-1074", "0x0.8p-1074",
    // Characters.
    "'a'", "'\\n'", "'\\0'", "'\\x41'", "'\\377'", "'\\xff'", "'\\''", "'\"'", "'\\\\'", "'\\a'", "'\\e'", "'ab'", "'abcd'", "L'x'", "L'\\xff'",
    "u'x'", "U'x'", "L'\\u20ac'", "u'\\u20ac'", "U'\\U0001F600'", "sizeof('a')", "sizeof(L'a')", "sizeof(u'a')", "sizeof(U'a')", "L'\\xffff'",
    // Strings.
    "sizeof(\"\")", "sizeof(\"abc\")", "sizeof(\"a\" \"bc\")", "sizeof(L\"abc\")", "sizeof(u\"abc\")", "sizeof(U\"abc\")", "sizeof(u8\"\\u20ac\")",
    "sizeof(\"\\x41\" \"B\")", "sizeof(\"a\\0b\")", "sizeof(\"\\u20ac\")", "sizeof(u\"\\U0001F600\")",
    // Operators and conversions.
    "1 + 2 * 3", "(1 + 2) * 3", "10 - 2 - 3", "7 / 2", "-7 / 2", "-7 % 3", "7 % -3", "1 << 4", "1u << 31", "-1 >> 1", "0xffffffffu >> 4", "1ll << 40",
    "~0", "~0u", "~0ul", "-1", "-1u", "+'a'", "!5", "!0", "!0.5", "1 < 2", "-1 < 0u", "-1l < 0u", "-1ll < 0u", "1.5 > 1", "2 == 2.0", "3 != 3",
    "5 & 3", "5 | 3", "5 ^ 3", "1 && 0", "1 || 0", "0 || 2", "0 && 1 / 0", "1 || 1 / 0", "1 ? 2 : 3", "0 ? 2 : 3u", "1 ? -1 : 0u", "1 ? 1 : 1.0", "1 ? 2 : 1 / 0",
    "0 ? 1 : 0 ? 2 : 3", "1 + 1u", "1 + 1l", "1u + 1l", "1u + 1ll", "1ul + 1ll", "1 + 1.0f", "1.0f + 1.0", "1.0 + 1.0l", "'a' + 1", "(short)1 + (short)1", "(unsigned short)1 + (unsigned char)1",
    "(unsigned short)65535 * 1", "0.1 + 0.2", "0.1f + 0.2f", "1 / 3.0", "1.0f / 3.0f", "(float)0.1", "(double)0.1f", "-0.0", "16777216.0f + 1.0f", "5 / 2 * 2.0",
    // Casts.
    "(char)300", "(signed char)200", "(unsigned char)-1", "(byte)256", "(short)70000", "(unsigned)-1", "(long)-1", "(unsigned long)-1", "(long long)-1", "(unsigned long long)-1",
    "(int)3.99", "(int)-3.99", "(unsigned char)3.5f", "(_Bool)2", "(_Bool)0.5", "(_Bool)0", "(float)16777217", "(double)9007199254740993ll", "(float)0x7fffffffffffffffll", "(long)1.5l",
    "(char)-1", "(char)'\\xff' == '\\xff'", "(size_t)-1", "(ptrdiff_t)-1", "(int8_t)-1", "(uint64_t)-1", "(wchar_t)-1", "(intptr_t)-1", "(uintptr_t)1",
    // Enumerations.
    "FIVE", "MINUS", "FIVE * 2 + ONE", "(enum small)5", "sizeof(enum small)", "sizeof(enum large)", "sizeof(FIVE)", "HUGE_VALUE", "MAXIMUM + 0", "MAXIMUM > 0", "(enum large)1 > -1",
    // sizeof, _Alignof, offsetof.
    "sizeof(char)", "sizeof(short)", "sizeof(int)", "sizeof(long)", "sizeof(long long)", "sizeof(void *)", "sizeof(float)", "sizeof(double)", "sizeof(long double)",
    "sizeof(wchar_t)", "sizeof(size_t)", "sizeof(_Bool)", "sizeof(struct inner)", "sizeof(struct outer)", "sizeof(struct outer[3])", "sizeof(int (*)[5])", "sizeof(int[2][3])",
    "sizeof 1", "sizeof 1.0f", "sizeof(1 + 1l)", "sizeof (char)", "sizeof -1", "sizeof(int) * 2", "sizeof(((struct outer *)0)->in)", "sizeof(((struct outer *)0)->in[0].a[1])",
    "sizeof(*(struct inner *)0)", "sizeof(void)", "sizeof(int(int))", "sizeof(&((struct outer *)0)->in)", "sizeof(*&((struct outer *)0)->in)", "sizeof(float _Complex)", "sizeof(long double _Complex)",
    "_Alignof(char)", "_Alignof(long long)", "_Alignof(double)", "_Alignof(long double)", "_Alignof(struct outer)", "_Alignof(int[4])", "__alignof__(long long)", "__alignof__(double)", "__alignof__(struct outer)",
    "offsetof(struct outer, in)", "offsetof(struct outer, l)", "offsetof(struct outer, d)", "offsetof(struct outer, in[2].a[1])", "__builtin_offsetof(struct outer, in[1])", "sizeof(offsetof(struct outer, in))",
    "(size_t)&((struct outer *)0)->in[1].a[2]", "(size_t)&((struct outer *)0)->s", "(size_t)(((int *)0) + 3)", "(char *)&((struct outer *)64)->l - (char *)64", "(long long)((int *)40 - (int *)8)", "(size_t)&((int *)16)[-2]",
    "(void *)0 == 0", "(char *)8 < (char *)9", "!(void *)0", "(long)(char *)-1", "sizeof((char *)0 - (char *)0)",
    // Alignments of objects and members.
    "__alignof__(many)", "__alignof__(lower)", "__alignof__(higher)", "__alignof__(plain)", "__alignof__(strict)", "__alignof__(wide)", "_Alignof(wide)", "_Alignof(double)", "__alignof__(pair)", "__alignof__(_Complex double)", "_Alignof(higher)",
    "__alignof__(of_packed)", "__alignof__(of_packed.i)", "__alignof__(of_packed.d)", "__alignof__((&of_packed)->i)", "__alignof__(((struct packed *)0)->i)", "__alignof__(of_pragma.i)", "__alignof__(of_pragma.d)",
    "__alignof__(of_own)", "__alignof__(of_own.c)", "__alignof__(of_own.i)", "__alignof__(of_own.d)", "__alignof__(of_own.s)", "__alignof__(of_own.w)", "__alignof__(of_own.l)", "__alignof__(of_own.both)", "__alignof__(of_own.inner)", "__alignof__(((struct own *)0)->inner)",
    "__alignof__(by_typedef)", "__alignof__(*to_typedef)", "__alignof__(to_typedef[0])", "__alignof__(to_typedef[1])", "__alignof__(to_typedef)", "__alignof__(double4)", "_Alignof(double4)", "__alignof__(again)", "__alignof__(twice)", "__alignof__(first)", "__alignof__(second)",
    "__alignof__(array)", "__alignof__(array[0])", "__alignof__(*array)", "__alignof__(*&higher)", "__alignof__((&higher)[0])", "__alignof__(+higher)", "__alignof__((higher))", "__alignof__(__typeof__(higher))", "__alignof__((char)higher)", "__alignof__((higher, higher))", "__alignof__(1 ? higher : higher)",
    "__alignof__(*(char *)pointer)", "__alignof__(((char *)pointer)[0])", "__alignof__(*(char *)&higher)", "__alignof__(*(int *)&higher)", "__alignof__(*(int *)&of_packed)", "__alignof__(*(char *)(short *)pointer)", "__alignof__(*(char *)8)", "__alignof__(wide = 1)", "__alignof__(wide + 1)",
    "__alignof__(long long[2])", "_Alignof(long long[2])", "__alignof__(\"abc\")", "__alignof__(void)", "sizeof(__alignof__(plain))",
    // The rest.
    "_Generic(1, int: 10, long: 20)", "_Generic(1l, int: 10, long: 20, default: 30)", "_Generic((char)1, int: 1, char: 2)", "_Generic(\"x\", char *: 1, const char *: 2)", "_Generic(1.0f + 1, float: 1, double: 2)",
    "_Generic(sizeof(0), unsigned int: 1, unsigned long: 2, unsigned long long: 3)", "_Generic((char *)0 - (char *)0, int: 1, long: 2, long long: 3)", "_Generic(L'x', int: 1, unsigned int: 2, unsigned short: 3, long: 4)",
    "_Generic((const int)1, int: 1, default: 2)", "_Generic((size_t)1, unsigned int: 1, unsigned long: 2, unsigned long long: 3)", "_Generic((struct inner *)0, struct inner *: 1, default: 2)", "_Generic((int (*)(char))0, int (*)(char): 1, default: 2)",
    "__builtin_types_compatible_p(int, signed)", "__builtin_types_compatible_p(int, unsigned)", "__builtin_types_compatible_p(char *, const char *)", "__builtin_types_compatible_p(long, int)", "__builtin_types_compatible_p(int[3], int[4])", "__builtin_types_compatible_p(int[], int[3])", "__builtin_types_compatible_p(int (*)[], int (*)[3])",
    "__builtin_types_compatible_p(size_t *, __typeof__(sizeof 0) *)", "_Generic((size_t *)0, __typeof__(sizeof 0) *: 1, default: 2)", "__builtin_types_compatible_p(size_t *, int *)", "_Generic((const int *)0, int *: 1, const int *: 2)",
    "__builtin_choose_expr(1, 5, 1.0)", "__builtin_choose_expr(0, 5, 1.0)", "sizeof(__builtin_choose_expr(1, (char)5, 1.0))", "__builtin_constant_p(5)", "__builtin_expect(3, 1)", "__builtin_bswap32(0x11223344)", "__builtin_bswap16(0x1122)", "__builtin_bswap64(1)",
    "__builtin_popcount(255)", "__builtin_clz(1)", "__builtin_ctz(8)", "__builtin_clzll(1)", "__extension__ 5", "sizeof(__typeof__(1 + 1ull))", "(__typeof__(1u))-1",
    "sizeof(int) == sizeof(*(8 ? ((void *)((long)(1) * 0l)) : (int *)8))", "sizeof(1 ? (char *)0 : 0)", "_Generic(1 ? (int *)0 : (void *)0, int *: 1, void *: 2, default: 3)", "_Generic(1 ? (int *)8 : (void *)8, int *: 1, void *: 2)",
    "(((unsigned)(1) << 30) | (('T') << 8) | (0x13) | ((sizeof(struct inner)) << 16))", "(-2147483647 - 1)", "(-9223372036854775807ll - 1)", "0x7fffffff + 0u", "1 ?: 2", "0 ?: 2", "1 << sizeof(int)",
];

#[test]
fn values_and_types() {
    let mut failures = String::new();
    for judge in JUDGES {
        judge.check().unwrap_or_else(|missing| panic!("{missing}"));
        let types = Types::new();
        let source = Source::new(DECLARATIONS).target(judge.target);
        source.parse(&types).unwrap_or_else(|e| panic!("{}: {e}", judge.target.name));
        let mut unit = format!("{PRELUDE}{DECLARATIONS}");
        for (number, expression) in EXPRESSIONS.iter().enumerate() {
            let result = Source::new(expression).target(judge.target).evaluate(&types);
            let constant = result.unwrap_or_else(|e| panic!("{}: {e}", judge.target.name));
            let claim = match &constant.value {
                ConstValue::Int(value) => {
                    let literal = match *value {
                        v if v > i128::from(i64::MAX) => format!("{v}ull"),
                        v if v == i128::from(i64::MIN) => "(-9223372036854775807ll - 1)".to_owned(),
                        v => format!("{v}ll"),
                    };
                    format!("({expression}) == ({}){literal}", constant.ty)
                }
                ConstValue::Float(value) if value.is_infinite() => {
                    format!("({expression}) == __builtin_inf()")
                }
                ConstValue::Float(value) => format!("({expression}) == ({}){value:e}", constant.ty),
                other => panic!("{expression} is {other:?}"),
            };
            let shown = format!("{expression} is {:?} of type {}", constant.value, constant.ty);
            let shown = shown.replace(['"', '\\'], " ");
            writeln!(unit, "#line {number} \"expression\"").unwrap();
            // clang folds floats in the length of an array, but not in an assertion.
            match judge.program {
                "clang" => {
                    writeln!(unit, "extern char claim{number}[({claim}) ? 1 : -1]; /* {shown} */")
                }
                _ => writeln!(unit, "_Static_assert({claim}, \"{shown}\");"),
            }
            .unwrap();
            // A cast to a qualified type or an enumeration has that type, in other words.
            let ty = &constant.ty;
            writeln!(
                unit,
                "_Static_assert(__builtin_types_compatible_p(__typeof__({expression}), {ty}), \"{shown}\");"
            )
            .unwrap();
        }
        if let Err(errors) = judge.compile(&unit) {
            writeln!(failures, "{}: {errors}", judge.target.name).unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Undefined in C: no value, and why.
#[test]
fn no_values() {
    let types = Types::new();
    types
        .parse("extern int object; int function(void); typedef int type; struct s { int x : 3; };")
        .unwrap();
    for (expression, reason) in [
        ("2147483647 + 1", "does not fit"),
        ("-2147483647 - 2", "does not fit"),
        ("65536 * 65536", "does not fit"),
        ("-(-2147483647 - 1)", "does not fit"),
        ("(-2147483647 - 1) / -1", "does not fit"),
        ("(-2147483647 - 1) % -1", "does not fit"),
        ("1 / 0", "division by zero"),
        ("1 % 0", "division by zero"),
        ("1 << 32", "shift"),
        ("1 << -1", "shift"),
        ("1 >> 64", "shift"),
        ("(int)1e10", "does not fit"),
        ("(unsigned char)-1.0", "does not fit"),
        ("(int)__builtin_nan(\"\")", "does not fit"),
        ("object", "value of an object"),
        ("&object", "address"),
        ("function", "address"),
        ("function()", "call"),
        ("object = 3", "assignment"),
        ("object++", "assignment"),
        ("type", "found the type `type`"),
        ("unknown", "`unknown` is not declared"),
        ("unknown(1)", "`unknown` is not declared"),
        ("({ 1; })", "statement expression"),
        ("(struct s){1}", "compound literal"),
        ("1 +", "expected an expression, found the end"),
        ("(1", "expected `)`"),
        ("1 2", "expected the end of the text, found `2`"),
        ("", "expected an expression"),
        ("1.5 % 2", "expects integers"),
        ("~1.5", "expects an integer"),
        ("*5", "expects a pointer"),
        ("5[0]", "expects an array or a pointer"),
        ("5.x", "unknown suffix"),
        ("(struct s)5", "without a constant"),
        ("((struct s *)0)->y", "no member `y`"),
        ("sizeof(struct unknown)", "declared but not defined"),
        ("__alignof__(((struct s *)0)->x)", "a bit field has no alignment"),
        ("_Generic(1, char: 2)", "no association"),
        ("0x", "without digits"),
        ("1x", "unknown suffix"),
        ("09", "unknown suffix"),
        ("0b2", "without digits"),
        ("1e", "suffix"),
        ("0x1p", "malformed"),
        ("''", "without a character"),
        ("'\\q'", "unknown escape"),
        ("'\\x'", "without digits"),
        ("'\\x100'", "does not fit a character"),
        ("'a", "literal without an end"),
        ("\"a", "literal without an end"),
        ("u\"a\" L\"b\"", "different kinds"),
        ("99999999999999999999999999999999999999999", "does not fit 128 bits"),
        ("1e999", "does not fit a double"),
    ] {
        let error = match types.evaluate(expression) {
            Err(error) => error,
            Ok(constant) => panic!("{expression} is {constant:?}"),
        };
        assert!(error.message.contains(reason), "{expression}: {error}");
    }
}

#[test]
fn texts() {
    let types = Types::new();
    let value = |text| types.evaluate(text).unwrap().value;
    assert_eq!(value(r#""a\tb" "\x41" "c""#), ConstValue::Str(b"a\tbAc"[..].into()));
    assert_eq!(value(r#"u8"\u20ac""#), ConstValue::Str("€".as_bytes().into()));
    assert_eq!(value("(\"x\")"), ConstValue::Str(b"x"[..].into()));
    assert_eq!(value(r#"L"\u20ac" "b""#), ConstValue::WStr([0x20ac, 98][..].into()));
    assert_eq!(value(r#"u"\U0001F600""#), ConstValue::WStr([0xd83d, 0xde00][..].into()));
    assert_eq!(value("(void *)-1"), ConstValue::Int(i128::from(usize::MAX as u64)));
}
