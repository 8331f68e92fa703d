//! Structs of another crate; that the assertions fail on wrong mirrors is in `ui_derive.rs`.

use super::declarations;
use core::ffi::{c_char, c_int, c_long};
#[cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
use core::ffi::{c_uint, c_ulong};
use ctypes_wrap::{CStruct, CType};

#[derive(CStruct)]
#[repr(C)]
#[ctypes(name = "timespec", remote = libc::timespec)]
struct Timespec {
    tv_sec: libc::time_t,
    tv_nsec: c_long,
}

#[derive(CStruct)]
#[repr(C)]
#[ctypes(name = "tm", remote = libc::tm)]
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

#[cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
#[derive(CStruct)]
#[repr(C)]
#[ctypes(name = "stat", remote = libc::stat)]
struct Stat {
    st_dev: u64,
    st_ino: c_ulong,
    st_nlink: c_ulong,
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

#[test]
fn mirrors_are_described() {
    assert_eq!(Timespec::TYPE.to_string(), "struct timespec");
    assert_eq!(declarations(Timespec::TYPE), ["time_t tv_sec", "long tv_nsec"]);
    assert_eq!(Tm::TYPE.size(), size_of::<libc::tm>());
    #[cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
    assert_eq!(Stat::TYPE.size(), size_of::<libc::stat>());
}
