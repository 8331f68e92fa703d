//! The C library, which every program has loaded already.

use crate::{Stop, row};
use core::ffi::{CStr, c_char, c_int, c_long, c_void};
use ctypes_wrap::prelude::*;
use std::io;
use std::path::PathBuf;

// Without `lib` the names are those of the program itself and what it is linked with.
#[foreign_fn]
unsafe extern "C" {
    fn strlen(text: *const c_char) -> usize;
    fn snprintf(to: *mut c_char, size: usize, format: *const c_char, ...) -> c_int;
    fn open(path: *const c_char, flags: c_int, ...) -> c_int;
    fn gmtime_r(time: *const i64, out: *mut Tm) -> *mut Tm;
    fn strftime(to: *mut c_char, size: usize, format: *const c_char, tm: *const Tm) -> usize;
    fn qsort(
        base: *mut c_void,
        count: usize,
        size: usize,
        compare: Option<unsafe extern "C" fn(*const Item, *const Item) -> c_int>,
    );
}

/// C's `struct tm`, as glibc and musl have it.
#[derive(CStruct, Debug, Clone, Copy, Default)]
#[repr(C)]
#[ctypes(name = "tm")]
struct Tm {
    tm_sec: c_int,
    tm_min: c_int,
    tm_hour: c_int,
    tm_mday: c_int,
    tm_mon: c_int,
    tm_year: c_int,
    tm_wday: c_int,
    tm_yday: c_int,
    tm_isdst: c_int,
    tm_gmtoff: c_long,
    tm_zone: *const c_char,
}

/// What `qsort` is to sort.
#[derive(CStruct, Debug, Clone, Copy)]
#[repr(C)]
struct Item {
    price: f32,
    count: u16,
}

/// A wrapper with a body: the foreign function is declared where it is used, the attribute binds it.
#[foreign_fn]
fn getcwd() -> io::Result<PathBuf> {
    unsafe extern "C" {
        fn getcwd(buf: *mut c_char, size: usize) -> *mut c_char;
    }
    let mut buf = [0; 4096];
    if unsafe { getcwd(buf.as_mut_ptr(), buf.len()) }.is_null() {
        return Err(io::Error::last_os_error());
    }
    Ok(PathBuf::from(text(&buf)))
}

/// The text that C wrote into a buffer.
fn text(buf: &[c_char]) -> String {
    let bytes = buf.iter().map(|c| *c as u8).take_while(|b| *b != 0).collect();
    String::from_utf8(bytes).unwrap_or_else(|e| format!("{:?}", e.as_bytes()))
}

pub(crate) fn visit() -> Stop {
    let libc = Library::this();

    let sig = Signature::new(CallConv::C, &Type::SIZE, [&Type::CONST_CHAR_PTR])?;
    let strlen_rt = libc.function("strlen", &sig)?;
    row("strlen(\"twelve bytes\")", unsafe { strlen(c"twelve bytes".as_ptr()) }, unsafe {
        strlen_rt.call::<usize>((c"twelve bytes",))?
    });

    sort(&libc)?;
    format(&libc)?;
    time(&libc)?;

    let sig =
        Signature::new(CallConv::C, &Type::CHAR.pointer(), [&Type::CHAR.pointer(), &Type::SIZE])?;
    let mut buf = [0; 4096];
    unsafe { libc.function("getcwd", &sig)?.call_void((buf.as_mut_ptr(), buf.len()))? };
    let is_here = |path: PathBuf| path == std::env::current_dir().unwrap_or_default();
    row("getcwd() is the current directory", is_here(getcwd()?), is_here(text(&buf).into()));

    // errno of a failing call: the dynamic call returns what the call left in it.
    let sig = Signature::variadic(CallConv::C, &Type::INT, [&Type::CONST_CHAR_PTR, &Type::INT])?;
    let path = c"/no/such/file";
    let fd = unsafe { open(path.as_ptr(), 0) };
    let error = io::Error::last_os_error();
    let (fd_rt, errno) = unsafe { libc.function("open", &sig)?.call_errno::<c_int>((path, 0))? };
    row("open(\"/no/such/file\")", format!("{fd}: {:?}", error.kind()), {
        format!("{fd_rt}: {:?}", io::Error::from(errno).kind())
    });
    Ok(())
}

/// `qsort` of structs with a Rust closure as the comparison.
fn sort(libc: &Library) -> Stop {
    let compare = Callback::new(|a: *const Item, b: *const Item| -> c_int {
        // qsort passes pointers into the array.
        let (a, b) = unsafe { (&*a, &*b) };
        a.price.total_cmp(&b.price) as c_int
    })?
    .named("compare");

    let unsorted = [(9.5, 1), (0.25, 2), (3.0, 3)].map(|(price, count)| Item { price, count });
    let (mut one, mut two) = (unsorted, unsorted);
    let size = size_of::<Item>();
    unsafe { qsort(one.as_mut_ptr().cast(), one.len(), size, Some(compare.as_fn())) };

    let sig = Signature::new(
        CallConv::C,
        &Type::VOID,
        [&Type::VOID_PTR, &Type::SIZE, &Type::SIZE, compare.ty()],
    )?;
    let qsort_rt = libc.function("qsort", &sig)?;
    unsafe { qsort_rt.call::<()>((two.as_mut_ptr(), two.len(), size, &compare))? };

    let prices = |items: [Item; 3]| format!("{:?}", items.map(|i| i.price));
    row("qsort with a closure", prices(one), prices(two));
    let counts = |items: [Item; 3]| format!("{:?}", items.map(|i| i.count));
    row("  the counts went along", counts(one), counts(two));
    Ok(())
}

/// A variadic function: the run-time call promotes what C promotes.
fn format(libc: &Library) -> Stop {
    let sig = Signature::variadic(
        CallConv::C,
        &Type::INT,
        [&Type::CHAR.pointer(), &Type::SIZE, &Type::CONST_CHAR_PTR],
    )?;
    let snprintf_rt = libc.function("snprintf", &sig)?;
    let (mut one, mut two) = ([0; 64], [0; 64]);
    let format: &CStr = c"%d items at %.2f, %s";
    unsafe {
        snprintf(one.as_mut_ptr(), 64, format.as_ptr(), 3, 2.5_f64, c"net".as_ptr());
        snprintf_rt.call::<c_int>((two.as_mut_ptr(), 64_usize, format, 3, 2.5_f32, c"net"))?;
    }
    row("snprintf(\"%d items at %.2f, %s\")", text(&one), text(&two));
    Ok(())
}

/// A mirrored struct that C fills and reads.
fn time(libc: &Library) -> Stop {
    let gmtime = Signature::new(
        CallConv::C,
        &Tm::TYPE.pointer(),
        [&Type::TIME.const_pointer(), &Tm::TYPE.pointer()],
    )?;
    let strftime_sig = Signature::new(
        CallConv::C,
        &Type::SIZE,
        [&Type::CHAR.pointer(), &Type::SIZE, &Type::CONST_CHAR_PTR, &Tm::TYPE.const_pointer()],
    )?;
    let day = 1_109_635_200_i64;
    let format = c"%A, %d %B %Y";
    let (mut tm1, mut tm2) = (Tm::default(), Tm::default());
    let (mut one, mut two) = ([0; 64], [0; 64]);
    unsafe {
        gmtime_r(&day, &mut tm1);
        strftime(one.as_mut_ptr(), 64, format.as_ptr(), &tm1);
        libc.function("gmtime_r", &gmtime)?.call_void((&raw const day, &raw mut tm2))?;
        let f = libc.function("strftime", &strftime_sig)?;
        f.call_void((two.as_mut_ptr(), 64_usize, format, &raw const tm2))?;
    }
    row("strftime of a mirrored struct tm", text(&one), text(&two));
    Ok(())
}
