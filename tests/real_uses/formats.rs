//! `snprintf` and `printf`: arguments of every kind after the `...`, against the same calls in C.

use crate::{declare, in_c, open, written};
use core::ffi::*;
use ctypes_wrap::prelude::*;

#[foreign_fn(load = load_c)]
unsafe extern "C" {
    fn snprintf(to: *mut c_char, size: usize, format: *const c_char, ...) -> c_int;
    fn printf(format: *const c_char, ...) -> c_int;
    fn fflush(stream: *mut c_void) -> c_int;
}

/// `struct values` of `tests/native/real_uses.c`; the members are called as the letters of its formats.
#[derive(CStruct, Debug, Clone, Copy)]
#[repr(C)]
#[ctypes(name = "values")]
#[allow(non_snake_case, reason = "the letters in C")]
struct Values {
    c: c_char,
    a: c_schar,
    b: c_uchar,
    t: bool,
    h: c_short,
    H: c_ushort,
    i: c_int,
    u: c_uint,
    l: c_long,
    k: c_ulong,
    q: c_longlong,
    Q: c_ulonglong,
    z: usize,
    p: isize,
    j: i64,
    f: c_float,
    d: c_double,
    L: LongDouble,
    s: *const c_char,
    S: *const u32,
    P: *mut c_void,
}

const WIDE: [u32; 5] = ['w' as u32, 'i' as u32, 'd' as u32, 'e' as u32, 0];

/// What is as wide as a word is cut off where words are small.
const WORDS: [i64; 4] = [
    -0x0123_4567_89ab_cdef,
    0xfedc_ba98_7654_3210_u64 as i64,
    0x1032_5476_98ba_dcfe,
    -0x0f1e_2d3c_4b5a_6978,
];

/// Numbers in which no two bytes are equal, and those at the ends.
fn values() -> [Values; 2] {
    let some = Values {
        c: b'x' as c_char,
        a: -7,
        b: 9,
        t: true,
        h: -0x0123,
        H: 0x4567,
        i: -0x0123_4567,
        u: 0x89ab_cdef,
        l: WORDS[0] as c_long,
        k: WORDS[1] as c_ulong,
        q: -0x0011_2233_4455_6677,
        Q: 0x8899_aabb_ccdd_eeff,
        z: WORDS[2] as usize,
        p: WORDS[3] as isize,
        j: 0x7654_3210_0123_4567,
        f: -0.1,
        d: core::f64::consts::PI * 1e9,
        L: third(),
        s: c"some text".as_ptr(),
        S: WIDE.as_ptr(),
        P: core::ptr::without_provenance_mut(0x1234_5678),
    };
    let extreme = Values {
        c: b'~' as c_char,
        a: 12,
        b: 0,
        t: false,
        h: c_short::MIN,
        H: c_ushort::MAX,
        i: c_int::MIN,
        u: c_uint::MAX,
        l: c_long::MIN,
        k: c_ulong::MAX,
        q: c_longlong::MIN,
        Q: c_ulonglong::MAX,
        z: usize::MAX,
        p: isize::MIN,
        j: i64::MAX,
        f: f32::MAX,
        d: f64::MIN_POSITIVE,
        L: LongDouble::from_f64(f64::INFINITY),
        s: c"".as_ptr(),
        S: WIDE.as_ptr(),
        P: core::ptr::null_mut(),
    };
    [some, extreme]
}

/// A third, which has more digits than a double holds.
fn third() -> LongDouble {
    let libc = open("c", "libc6");
    let strtold = declare(&libc, "long double strtold(const char *text, char **end);");
    let end = core::ptr::null_mut::<*mut c_char>();
    // SAFETY: the text ends with NUL, and the end may be NULL.
    unsafe { strtold.call((c"0x0.55555555555555555p0", end)) }.expect("a call")
}

/// The formats of the C side: number, format, letters.
fn formats() -> Vec<(c_int, &'static CStr, &'static str)> {
    // SAFETY: the functions have these types; the texts are literals.
    unsafe {
        let text = |name: &str| in_c::<unsafe extern "C" fn(c_int) -> *const c_char>(name);
        let (format_of, letters_of) = (text("format_of"), text("letters_of"));
        let format = |n| {
            let (format, letters) = (format_of(n), letters_of(n));
            let letters = (!letters.is_null()).then(|| CStr::from_ptr(letters).to_str())?;
            Some((n, CStr::from_ptr(format), letters.expect("ASCII")))
        };
        (0..).map_while(format).collect()
    }
}

/// What C prints.
fn expected(n: c_int, v: &Values) -> String {
    type Print = unsafe extern "C" fn(c_int, *mut c_char, usize, *const Values) -> c_int;
    // SAFETY: the function has that type, and the values are those that it reads.
    unsafe {
        let print = in_c::<Print>("print_in_c");
        written(|to, size| print(n, to, size, v))
    }
}

/// The arguments that the letters stand for, each as Rust's own type of that kind: the call promotes them.
fn push(args: &mut Args<'_>, letters: &str, v: &Values) {
    for letter in letters.chars() {
        match letter {
            'c' => args.push(v.c),
            'a' => args.push(v.a),
            'b' => args.push(v.b),
            't' => args.push(v.t),
            'h' => args.push(v.h),
            'H' => args.push(v.H),
            'i' => args.push(v.i),
            'u' => args.push(v.u),
            'l' => args.push(v.l),
            'k' => args.push(v.k),
            'q' => args.push(v.q),
            'Q' => args.push(v.Q),
            'z' => args.push(v.z),
            'p' => args.push(v.p),
            'j' => args.push(v.j),
            'f' => args.push(v.f),
            'd' => args.push(v.d),
            'L' => args.push(v.L),
            's' => args.push(v.s),
            'S' => args.push(v.S),
            'P' => args.push(v.P),
            other => panic!("no value is called {other}"),
        }
    }
}

/// Calls a variadic function with the arguments of a format. Rust has C's `...` only for what is promoted already,
/// and has no `long double`: `None` for formats with one.
macro_rules! print {
    ($f:ident($($fixed:expr),*), $n:expr, $v:expr) => {{
        let v: &Values = $v;
        Some(match $n {
            0 => $f($($fixed,)* c_int::from(v.c), c_int::from(v.b), c_int::from(v.a), c_int::from(v.b), c_int::from(v.t)),
            1 => $f($($fixed,)* c_int::from(v.h), c_int::from(v.H), v.i, v.u, v.i, v.u),
            2 => $f($($fixed,)* v.l, v.k, v.q, v.Q, v.z, v.p, v.j),
            3 => $f($($fixed,)* f64::from(v.f), f64::from(v.f), v.d, v.d, v.d, f64::from(v.f)),
            4 => $f($($fixed,)* v.s, v.s, v.s, v.S, v.P),
            6 => {
                let (i, d, f) = (v.i, v.d, f64::from(v.f));
                $f($($fixed,)* i, d, i, f, i, d, i, f, i, d, i, f, i, d, i, f, i, d, i, f)
            }
            8 => $f($($fixed,)* c_int::from(v.a), v.i, c_int::from(v.a), v.i, c_int::from(v.b), v.d),
            _ => return None,
        })
    }};
}

fn declared(n: c_int, format: &CStr, v: &Values) -> Option<String> {
    let print = |to: *mut c_char, size: usize| {
        // SAFETY: the arguments are those of the format, and the buffer has that size.
        unsafe { print!(snprintf(to, size, format.as_ptr()), n, v) }
    };
    print(core::ptr::null_mut(), 0)?;
    Some(written(|to, size| print(to, size).expect("as before")))
}

#[test]
fn snprintf_writes_what_c_writes() {
    load_c().expect("it is in every program");
    // SAFETY: the function has that type.
    let size_of_values = unsafe { in_c::<unsafe extern "C" fn() -> usize>("size_of_values")() };
    assert_eq!(size_of::<Values>(), size_of_values);
    let libc = open("c", "libc6");
    let prototype =
        "int snprintf(char *restrict to, size_t size, const char *restrict format, ...);";
    let at_run_time = declare(&libc, prototype);
    let (mut by_declaration, mut letters_seen) = (0, String::new());
    for v in values() {
        for (n, format, letters) in formats() {
            let expected = expected(n, &v);
            let found = written(|to, size| {
                let mut args = Args::new();
                args.push(to);
                args.push(size);
                args.push(format);
                push(&mut args, letters, &v);
                // SAFETY: the arguments are those of the format, and the buffer has that size.
                let length = unsafe { at_run_time.call_args(&mut args) };
                let Ok(Value::Int(length)) = length else { panic!("{format:?}: {length:?}") };
                length as c_int
            });
            assert_eq!(found, expected, "{format:?} by a run-time signature");
            letters_seen.push_str(letters);
            let found = declared(n, format, &v);
            assert_eq!(found.is_none(), letters.contains('L'), "{format:?} was left out");
            if let Some(found) = found {
                assert_eq!(found, expected, "{format:?} by a declaration");
                by_declaration += 1;
            }
        }
    }
    assert_eq!(by_declaration, 2 * 7);
    assert!("cabthHiulkqQzpjfdLsSP".chars().all(|l| letters_seen.contains(l)), "{letters_seen}");
}

/// Rust's own texts, a call without arguments after the `...`, and a buffer that is too small: C99 7.19.6.5 says what
/// the length is then.
#[test]
fn snprintf_by_tuples() {
    let libc = open("c", "libc6");
    let print = declare(&libc, "int snprintf(char *to, size_t size, const char *format, ...);");
    // SAFETY: the arguments are those of the formats, the size that of the buffer.
    let text = |args: fn(
        &Function,
        *mut c_char,
        usize,
    ) -> Result<c_int, ctypes_wrap::error::CallError>| {
        written(|to, size| args(&print, to, size).expect("a call"))
    };
    // SAFETY: as above.
    unsafe {
        assert_eq!(text(|f, to, size| f.call((to, size, "100%%"))), "100%");
        assert_eq!(
            text(|f, to, size| f.call((to, size, "%s-%s", "one", String::from("two")))),
            "one-two"
        );
        assert_eq!(text(|f, to, size| f.call((to, size, c"%c%c", b'a', b'b' as c_char))), "ab");
        let mut small = *b"........";
        let length = print.call::<c_int>((small.as_mut_ptr(), 5_usize, "%d", 1_234_567));
        assert_eq!((length, &small), (Ok(7), b"1234\0..."));
        let length = snprintf(small.as_mut_ptr().cast(), 3, c"%d".as_ptr(), 9_876_543);
        assert_eq!((length, &small[..3]), (7, &b"98\0"[..]));
    }
}

const ROLE: &str = "CTYPES_TEST_PRINTS";

/// `printf` itself, in a child process of which all output is read.
#[test]
fn printf_prints_what_c_prints() {
    let formats = formats();
    if let Ok(way) = std::env::var(ROLE) {
        return print_all(&way);
    }
    for way in ["declared", "at run time"] {
        let run = crate::programs::itself()
            .args(["--exact", "formats::printf_prints_what_c_prints", "--nocapture"])
            .env(ROLE, way)
            .output()
            .expect("it runs");
        let output = String::from_utf8_lossy(&run.stdout).into_owned();
        let errors = String::from_utf8_lossy(&run.stderr).into_owned();
        assert!(run.status.success(), "{output}{errors}");
        let mut expected = String::from("<<<");
        for v in values() {
            for (n, _, letters) in &formats {
                if way == "at run time" || !letters.contains('L') {
                    let text = self::expected(*n, &v);
                    expected.push_str(&format!("{text}\n{}\n", text.len()));
                }
            }
        }
        expected.push_str(">>>");
        assert!(output.contains(&expected), "{way}: expected\n{expected}\nfound\n{output}");
    }
}

/// Prints a line for each format, and how many characters `printf` said that it has.
fn print_all(way: &str) {
    let libc = open("c", "libc6");
    let at_run_time = declare(&libc, "int printf(const char *format, ...);");
    // SAFETY: the arguments are those of the formats.
    unsafe {
        printf(c"<<<".as_ptr());
        for v in values() {
            for (n, format, letters) in formats() {
                let length = if way == "declared" {
                    let print = || print!(printf(format.as_ptr()), n, &v);
                    let Some(length) = print() else { continue };
                    length
                } else {
                    let mut args = Args::new();
                    args.push(format);
                    push(&mut args, letters, &v);
                    let Ok(Value::Int(length)) = at_run_time.call_args(&mut args) else { panic!() };
                    length as c_int
                };
                printf(c"\n%d\n".as_ptr(), length);
            }
        }
        printf(c">>>\n".as_ptr());
        assert_eq!(fflush(core::ptr::null_mut()), 0);
    }
}
