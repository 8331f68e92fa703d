//! A list that C allocates: what `getaddrinfo` says of a host.
//!
//!     cargo run --example addresses -- localhost http

// Each unsafe block calls a C function in the way that its manual page says.
#![allow(clippy::undocumented_unsafe_blocks)]

use core::ffi::{CStr, c_char, c_int};
use ctypes_wrap::prelude::*;
use std::ffi::CString;
use std::net::{Ipv4Addr, Ipv6Addr};

#[derive(CStruct, Clone, Copy)]
#[repr(C)]
#[ctypes(name = "addrinfo")]
struct AddrInfo {
    flags: c_int,
    family: c_int,
    socktype: c_int,
    protocol: c_int,
    len: u32,
    address: *const Address,
    name: *const c_char,
    next: *const AddrInfo,
}

/// C casts one pointer to another here; the family tells to which.
#[derive(CUnion, Clone, Copy)]
#[repr(C)]
#[ctypes(name = "address")]
union Address {
    family: u16,
    v4: V4,
    v6: V6,
}

/// `struct sockaddr_in`: the port and the address are in the byte order of the network.
#[derive(CStruct, Clone, Copy)]
#[repr(C)]
struct V4 {
    family: u16,
    port: Be<u16>,
    address: Be<u32>,
}

/// `struct sockaddr_in6`.
#[derive(CStruct, Clone, Copy)]
#[repr(C)]
struct V6 {
    family: u16,
    port: Be<u16>,
    flow: Be<u32>,
    address: [Be<u16>; 8],
    scope: u32,
}

// These values are Linux's, from its headers.
const AF_INET: c_int = 2;
const AF_INET6: c_int = 10;
const SOCK_STREAM: c_int = 1;

/// What `getaddrinfo` returns: 0, or a code that has a text.
fn check(code: c_int) -> Result<(), String> {
    match code {
        0 => Ok(()),
        code => Err(unsafe { CStr::from_ptr(gai_strerror(code)) }.to_string_lossy().into_owned()),
    }
}

// The last parameter is a result in Rust, and the code an error.
#[foreign_fn]
unsafe extern "C" {
    #[check(check -> Result<(), String>)]
    fn getaddrinfo(
        host: *const c_char,
        service: *const c_char,
        hints: *const AddrInfo,
        #[out] list: *mut *const AddrInfo,
    ) -> c_int;
    fn freeaddrinfo(list: *const AddrInfo);
    safe fn gai_strerror(code: c_int) -> *const c_char;
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let host = CString::new(args.next().unwrap_or_else(|| "localhost".to_owned()))?;
    let service = CString::new(args.next().unwrap_or_else(|| "80".to_owned()))?;

    let hints = AddrInfo {
        flags: 0,
        family: 0,
        socktype: SOCK_STREAM,
        protocol: 0,
        len: 0,
        address: core::ptr::null(),
        name: core::ptr::null(),
        next: core::ptr::null(),
    };
    let list = unsafe { getaddrinfo(host.as_ptr(), service.as_ptr(), &hints)? };
    let mut at = list;
    while let Some(info) = unsafe { at.as_ref() } {
        match info.family {
            AF_INET => {
                let v4 = unsafe { (*info.address).v4 };
                println!("{}:{}", Ipv4Addr::from(v4.address.get()), v4.port.get());
            }
            AF_INET6 => {
                let v6 = unsafe { (*info.address).v6 };
                println!("[{}]:{}", Ipv6Addr::from(v6.address.map(Be::get)), v6.port.get());
            }
            other => println!("an address of the family {other}"),
        }
        at = info.next;
    }
    unsafe { freeaddrinfo(list) };
    Ok(())
}
