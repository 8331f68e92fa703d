//! `stat`: a struct that each platform's headers lay out in their own way, against the crate libc.

use crate::{header, open};
use core::ffi::{CStr, c_int};
#[cfg(target_arch = "x86_64")]
use core::ffi::{c_char, c_long, c_uint};
use core::mem::MaybeUninit;

use ctypes_wrap::header::Header;
use ctypes_wrap::prelude::*;
use ctypes_wrap::types::ConstValue;
use std::ffi::CString;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

/// `struct stat` as libc has it on this platform: a mirror whose offsets are compared when this is compiled.
#[cfg(target_arch = "x86_64")]
#[derive(CStruct, Clone, Copy)]
#[repr(C)]
#[ctypes(name = "stat", remote = libc::stat)]
struct Stat {
    st_dev: u64,
    st_ino: u64,
    st_nlink: u64,
    st_mode: c_uint,
    st_uid: c_uint,
    st_gid: c_uint,
    _pad: c_int,
    st_rdev: u64,
    st_size: c_long,
    st_blksize: c_long,
    st_blocks: c_long,
    st_atime: libc::time_t,
    st_atime_nsec: c_long,
    st_mtime: libc::time_t,
    st_mtime_nsec: c_long,
    st_ctime: libc::time_t,
    st_ctime_nsec: c_long,
    _reserved: [c_long; 3],
}

#[cfg(target_arch = "x86_64")]
#[foreign_fn(load = load_c, errno(-1))]
unsafe extern "C" {
    fn stat(path: *const c_char, #[out] buf: *mut Stat) -> c_int;
    fn lstat(path: *const c_char, #[out] buf: *mut Stat) -> c_int;
}

/// What is compared of a file, in the crate's names, and where `sys/stat.h` has it. Not the time of access, which
/// following a link changes.
const MEMBERS: [(&str, &str); 14] = [
    ("st_dev", "st_dev"),
    ("st_ino", "st_ino"),
    ("st_nlink", "st_nlink"),
    ("st_mode", "st_mode"),
    ("st_uid", "st_uid"),
    ("st_gid", "st_gid"),
    ("st_rdev", "st_rdev"),
    ("st_size", "st_size"),
    ("st_blksize", "st_blksize"),
    ("st_blocks", "st_blocks"),
    ("st_mtime", "st_mtim.tv_sec"),
    ("st_mtime_nsec", "st_mtim.tv_nsec"),
    ("st_ctime", "st_ctim.tv_sec"),
    ("st_ctime_nsec", "st_ctim.tv_nsec"),
];

macro_rules! numbers {
    ($stat:expr) => {{
        let s = $stat;
        [
            i128::from(s.st_dev),
            s.st_ino.into(),
            s.st_nlink.into(),
            s.st_mode.into(),
            s.st_uid.into(),
            s.st_gid.into(),
            s.st_rdev.into(),
            s.st_size.into(),
            s.st_blksize.into(),
            s.st_blocks.into(),
            s.st_mtime.into(),
            s.st_mtime_nsec.into(),
            s.st_ctime.into(),
            s.st_ctime_nsec.into(),
        ]
    }};
}

/// The same of the crate libc, which is linked.
fn linked(path: &CStr, follows: bool) -> Result<[i128; 14], c_int> {
    let mut buf = MaybeUninit::<libc::stat>::zeroed();
    let stat = if follows { libc::stat } else { libc::lstat };
    // SAFETY: the path ends with NUL; there is room for a stat, of which any bytes are one.
    unsafe {
        match stat(path.as_ptr(), buf.as_mut_ptr()) {
            0 => Ok(numbers!(buf.assume_init())),
            _ => Err(*libc::__errno_location()),
        }
    }
}

/// A folder with a file, an empty file and a link.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("ctypes-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        let mut file = fs::File::create(path.join("file")).expect("a file");
        // On the disk, so that its blocks are counted.
        file.write_all(&[7; 123_456]).and_then(|()| file.sync_all()).expect("it is written");
        fs::write(path.join("empty"), "").expect("a file");
        symlink("file", path.join("link")).expect("a link");
        Folder(path)
    }

    fn paths(&self) -> Vec<CString> {
        let here = ["file", "empty", "link", "", "none", "file/none"].map(|name| self.0.join(name));
        let all = here.into_iter().chain([PathBuf::from("/dev/null")]);
        all.map(|path| CString::new(path.as_os_str().as_bytes()).expect("no NUL")).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left does no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(target_arch = "x86_64")]
#[test]
fn stat_by_declaration() {
    load_c().expect("glibc 2.33 and newer export it");
    let folder = Folder::new("stat-declared");
    let mut failures = 0;
    for path in folder.paths() {
        // SAFETY: the path ends with NUL.
        let (stat, lstat) = unsafe { (stat(path.as_ptr()), lstat(path.as_ptr())) };
        for (found, expected) in [(stat, linked(&path, true)), (lstat, linked(&path, false))] {
            failures += usize::from(expected.is_err());
            assert_eq!(found.map(|s| numbers!(s)).map_err(|e| e.0), expected, "{path:?}");
        }
    }
    assert_eq!(failures, 2 * 2, "a file that is not there, a folder that is none");
}

#[test]
fn stat_by_the_header() {
    let header = header(&Header::new("sys/stat.h"), "libc6-dev");
    let libc = header.bind(&open("c", "libc6")).expect("the header is for this platform");
    let ty = header.types().get("struct stat").expect("the header has it");
    assert_eq!((ty.size(), ty.align()), (size_of::<libc::stat>(), align_of::<libc::stat>()));
    let folder = Folder::new("stat-header");
    let (mut failures, mut kinds) = (0, Vec::new());
    for (name, follows) in [("stat", true), ("lstat", false)] {
        let stat = libc.function(name).expect("glibc 2.33 and newer export it");
        for path in folder.paths() {
            let buf = CData::new(&ty).expect("memory");
            // SAFETY: the path ends with NUL, and there is room for a stat.
            let done = unsafe { stat.call_errno::<c_int>((&path, buf.byref())) };
            let (result, errno) = done.expect("a call");
            let member = |(_, path): (&str, &str)| buf.get::<i128>(path).expect("a member");
            let found = if result == 0 { Ok(MEMBERS.map(member)) } else { Err(errno.0) };
            let expected = linked(&path, follows);
            assert_eq!(found, expected, "{name} of {path:?}: {MEMBERS:?}");
            failures += usize::from(expected.is_err());
            if result == 0 {
                // The macros of the header, evaluated, are those of the crate.
                let format = header.constant("S_IFMT").expect("a macro").value;
                let ConstValue::Int(format) = format else { panic!("a number, found {format:?}") };
                kinds.push(buf.get::<i128>("st_mode").expect("a member") & format);
            }
        }
    }
    assert_eq!(failures, 2 * 2, "a file that is not there, a folder that is none");
    for kind in [libc::S_IFREG, libc::S_IFDIR, libc::S_IFLNK, libc::S_IFCHR] {
        assert!(kinds.contains(&kind.into()), "{kind:o} of {kinds:?}");
    }
}
