//! `dl_iterate_phdr`: C hands a callback a struct of its own, with pointers to more; against the crate libc, the files,
//! and what the kernel has mapped.
#![cfg(target_pointer_width = "64")]

use crate::{header, open};
use core::ffi::{CStr, c_char, c_int, c_ulonglong, c_void};
use ctypes_wrap::header::Header;
use ctypes_wrap::memory::AccessError;
use ctypes_wrap::prelude::*;
use std::ffi::CString;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

#[derive(CStruct, Debug, Clone, Copy)]
#[repr(C)]
#[ctypes(name = "dl_phdr_info", remote = libc::dl_phdr_info)]
struct Info {
    dlpi_addr: u64,
    dlpi_name: *const c_char,
    dlpi_phdr: *const Segment,
    dlpi_phnum: u16,
    dlpi_adds: c_ulonglong,
    dlpi_subs: c_ulonglong,
    dlpi_tls_modid: usize,
    dlpi_tls_data: *mut c_void,
}

#[derive(CStruct, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
#[ctypes(name = "Elf64_Phdr", remote = libc::Elf64_Phdr)]
struct Segment {
    p_type: u32,
    p_flags: u32,
    p_offset: u64,
    p_vaddr: u64,
    p_paddr: u64,
    p_filesz: u64,
    p_memsz: u64,
    p_align: u64,
}

type Each = unsafe extern "C" fn(*mut Info, usize, *mut c_void) -> c_int;

#[foreign_fn(load = load_c)]
unsafe extern "C" {
    fn dl_iterate_phdr(each: Option<Each>, data: *mut c_void) -> c_int;
}

#[derive(Debug, Clone, PartialEq)]
struct Module {
    base: u64,
    name: CString,
    segments: Vec<Segment>,
}

fn declared() -> Vec<Module> {
    let mut found = Vec::new();
    let each = Callback::new_mut(|info: *mut Info, size: usize, data: *mut c_void| -> c_int {
        // The loader says what it takes the size of the struct to be.
        assert_eq!((size, data.addr()), (size_of::<Info>(), 0x1234));
        // SAFETY: the loader's description, valid during the call.
        unsafe {
            let info = &*info;
            let segments = core::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into());
            found.push(Module {
                base: info.dlpi_addr,
                name: CStr::from_ptr(info.dlpi_name).to_owned(),
                segments: segments.to_vec(),
            });
        }
        0
    })
    .expect("a callback");
    // SAFETY: the callback lives longer than the call, and follows no other pointer than the first.
    let stopped =
        unsafe { dl_iterate_phdr(Some(each.as_fn()), core::ptr::without_provenance_mut(0x1234)) };
    drop(each);
    assert_eq!(stopped, 0);
    found
}

/// By what link.h says, with a callback whose type is that of the parameter in the header.
fn at_run_time() -> Vec<Module> {
    let link = header(&Header::new("link.h").define("_GNU_SOURCE", "1"), "libc6-dev");
    let info = link.types().get("struct dl_phdr_info").expect("link.h has it");
    let libc = link.bind(&open("c", "libc6")).expect("the header is for this platform");
    let iterate = libc.function("dl_iterate_phdr").expect("link.h has it");
    let signature = Signature::of(&iterate.signature().params()[0]).expect("a function pointer");
    let found = core::cell::RefCell::new(Vec::new());
    let each = Callback::dynamic(&signature, |args| {
        let [Value::Pointer(at), Value::UInt(size), Value::Pointer(_)] = args else {
            panic!("a pointer, a size and a pointer, found {args:?}")
        };
        assert_eq!(*size, info.size() as u64);
        // SAFETY: the loader's description, valid during the call.
        let module = unsafe { CData::from_const_ptr(&info, *at).and_then(|info| module(&info)) };
        found.borrow_mut().push(module.unwrap_or_else(|e| panic!("{e}")));
        Value::Int(0)
    })
    .expect("a callback");
    // SAFETY: the callback is of the type that the header says and lives longer than the call.
    let stopped = unsafe { iterate.call::<c_int>((&each, core::ptr::null::<c_void>())) };
    assert_eq!(stopped, Ok(0));
    drop(each);
    found.into_inner()
}

/// # Safety
/// A description that the loader gave, and still holds.
unsafe fn module(info: &CData<'_>) -> Result<Module, AccessError> {
    let segment = |i: isize| {
        // SAFETY: the caller's promise: there are as many as it says.
        let header = unsafe { info.deref("dlpi_phdr", i)? };
        Ok(Segment {
            p_type: header.get("p_type")?,
            p_flags: header.get("p_flags")?,
            p_offset: header.get("p_offset")?,
            p_vaddr: header.get("p_vaddr")?,
            p_paddr: header.get("p_paddr")?,
            p_filesz: header.get("p_filesz")?,
            p_memsz: header.get("p_memsz")?,
            p_align: header.get("p_align")?,
        })
    };
    let segments = (0..info.get("dlpi_phnum")?).map(segment).collect::<Result<_, _>>()?;
    // SAFETY: the caller's promise: a text.
    let name = unsafe { info.deref_text("dlpi_name")? };
    let name = CString::new(name).expect("text ends at a NUL");
    Ok(Module { base: info.get("dlpi_addr")?, name, segments })
}

/// By the crate libc, which is linked.
fn linked() -> Vec<Module> {
    unsafe extern "C" fn each(
        info: *mut libc::dl_phdr_info,
        _: usize,
        found: *mut c_void,
    ) -> c_int {
        // SAFETY: the loader's description, and the pointer that was given to dl_iterate_phdr.
        unsafe {
            let (info, found) = (&*info, &mut *found.cast::<Vec<Module>>());
            // Of one layout, as the mirror asserts.
            let segments = core::slice::from_raw_parts(
                info.dlpi_phdr.cast::<Segment>(),
                info.dlpi_phnum.into(),
            );
            found.push(Module {
                base: info.dlpi_addr,
                name: CStr::from_ptr(info.dlpi_name).to_owned(),
                segments: segments.to_vec(),
            });
        }
        0
    }
    let mut found = Vec::<Module>::new();
    // SAFETY: the function is of that type, and gets what it writes to.
    unsafe { libc::dl_iterate_phdr(Some(each), (&raw mut found).cast()) };
    found
}

/// A line of /proc/self/maps.
struct Mapping {
    start: u64,
    end: u64,
    is_code: bool,
    file: PathBuf,
}

fn mappings() -> Vec<Mapping> {
    let text = fs::read_to_string("/proc/self/maps").expect("the kernel tells");
    let line = |line: &str| {
        let mut words = line.split_whitespace();
        let (start, end) = words.next()?.split_once('-')?;
        Some(Mapping {
            start: u64::from_str_radix(start, 16).ok()?,
            end: u64::from_str_radix(end, 16).ok()?,
            is_code: words.next()?.contains('x'),
            file: words.nth(3).unwrap_or_default().into(),
        })
    };
    text.lines().map(|text| line(text).unwrap_or_else(|| panic!("{text}"))).collect()
}

/// The file of a module; the kernel's own has none.
fn file(module: &Module) -> Option<PathBuf> {
    let name = std::ffi::OsStr::from_bytes(module.name.as_bytes());
    match name.as_bytes() {
        b"" => Some(std::env::current_exe().expect("this program")),
        name if name.contains(&b'/') => Some(PathBuf::from(std::ffi::OsStr::from_bytes(name))),
        _ => None,
    }
}

#[test]
fn dl_iterate_phdr_both_ways() {
    load_c().expect("it is in every program");
    // Other tests open libraries meanwhile, and none is closed: what was there is there later.
    let lists = [linked(), declared(), at_run_time(), linked()];
    for pair in lists.windows(2) {
        for module in &pair[0] {
            assert!(pair[1].contains(module), "{module:x?} is not in {:x?}", pair[1]);
        }
    }
    let (mappings, loaded) = (mappings(), ctypes_wrap::library::loaded());
    let mut files = 0;
    for module in &lists[1] {
        let Some(path) = file(module) else { continue };
        let path = fs::canonicalize(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        files += 1;
        // The headers in memory are those of the file: where they are, how many (ELF-64: e_phoff, e_phnum).
        let bytes = fs::read(&path).expect("a file");
        let offset = u64::from_ne_bytes(*bytes[32..].first_chunk().expect("a header"));
        let count = u16::from_ne_bytes(*bytes[56..].first_chunk().expect("a header"));
        assert_eq!(module.segments.len(), usize::from(count), "{}", path.display());
        let in_file = &bytes[offset as usize..][..size_of_val(&module.segments[..])];
        // SAFETY: segments have no padding.
        let in_memory = unsafe {
            core::slice::from_raw_parts(module.segments.as_ptr().cast::<u8>(), in_file.len())
        };
        assert_eq!(in_memory, in_file, "{}", path.display());

        // What is loaded is where the kernel has mapped that file, as code where it is code.
        let loads = module.segments.iter().filter(|s| s.p_type == libc::PT_LOAD);
        let starts = loads.map(|segment| {
            let start = module.base + segment.p_vaddr;
            let mapping = mappings.iter().find(|m| m.start <= start && start < m.end);
            let mapping = mapping.unwrap_or_else(|| panic!("nothing is mapped at {start:x}"));
            assert_eq!(fs::canonicalize(&mapping.file).ok().as_ref(), Some(&path), "{segment:x?}");
            assert_eq!(mapping.is_code, segment.p_flags & libc::PF_X != 0, "{segment:x?}");
            mapping.start
        });
        let first = starts.min().expect("something is loaded");
        let listed = loaded.iter().any(|library| library.base().addr() as u64 == first);
        assert!(listed, "{} from {first:x} is not in {loaded:x?}", path.display());
    }
    assert!(files >= 3, "the program, libc and the loader: {files}");
}

/// The result of the callback ends the walk, and so does a panic, after which the loader is as good as before.
#[test]
fn a_walk_that_is_ended() {
    let mut count = 0;
    let third = Callback::new_mut(|_: *mut Info, _: usize, _: *mut c_void| -> c_int {
        count += 1;
        if count == 3 { 42 } else { 0 }
    })
    .expect("a callback");
    // SAFETY: the callback lives longer than the call.
    assert_eq!(unsafe { dl_iterate_phdr(Some(third.as_fn()), core::ptr::null_mut()) }, 42);
    drop(third);
    assert_eq!(count, 3);

    let broken =
        Callback::new(|_: *mut Info, _: usize, _: *mut c_void| -> c_int { panic!("enough") })
            .and_then(|callback| callback.on_panic::<c_int>(1))
            .expect("a callback");
    let walk = std::panic::AssertUnwindSafe(|| {
        // SAFETY: the callback lives longer than the call.
        unsafe { dl_iterate_phdr(Some(broken.as_fn()), core::ptr::null_mut()) }
    });
    let payload = std::panic::catch_unwind(walk).expect_err("the panic comes through");
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"enough"));
    // In another thread, so that a lock that was left locked would show.
    let again = std::thread::spawn(declared).join().expect("it walks");
    assert!(again.len() >= 3);
}
