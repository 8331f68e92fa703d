//! `getaddrinfo`: a list that C allocates, of pointers to structs of which the first member says which they are; against
//! the crate libc and Rust's own addresses. Hosts are numbers, or in /etc/hosts: nothing is sent anywhere.

use crate::{header, open};
use core::ffi::{CStr, c_char, c_int};
use core::ptr::{null, null_mut};
use ctypes_wrap::header::{BoundHeader, Header};
use ctypes_wrap::memory::AccessError;
use ctypes_wrap::prelude::*;
use std::ffi::CString;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

#[derive(CStruct, Debug, Clone, Copy)]
#[repr(C)]
#[ctypes(name = "addrinfo", remote = libc::addrinfo)]
struct AddrInfo {
    ai_flags: c_int,
    ai_family: c_int,
    ai_socktype: c_int,
    ai_protocol: c_int,
    ai_addrlen: u32,
    ai_addr: *mut Address,
    ai_canonname: *mut c_char,
    ai_next: *mut AddrInfo,
}

/// What C says with casts between pointers: which of them it is, the family tells.
#[derive(CUnion, Clone, Copy)]
#[repr(C)]
union Address {
    family: u16,
    v4: SockAddrIn,
    v6: SockAddrIn6,
}

#[derive(CStruct, Debug, Clone, Copy)]
#[repr(C)]
#[ctypes(name = "sockaddr_in", remote = libc::sockaddr_in)]
struct SockAddrIn {
    sin_family: u16,
    sin_port: Be<u16>,
    sin_addr: Be<u32>,
    sin_zero: [u8; 8],
}

#[derive(CStruct, Clone, Copy)]
#[repr(C)]
#[ctypes(name = "sockaddr_in6", remote = libc::sockaddr_in6)]
struct SockAddrIn6 {
    sin6_family: u16,
    sin6_port: Be<u16>,
    sin6_flowinfo: Be<u32>,
    sin6_addr: In6Addr,
    sin6_scope_id: u32,
}

#[derive(CUnion, Clone, Copy)]
#[repr(C)]
#[ctypes(name = "in6_addr")]
union In6Addr {
    bytes: [u8; 16],
    words: [Be<u16>; 8],
    longs: [u32; 4],
}

/// One of `netdb.h`'s codes.
#[derive(Debug, Clone, PartialEq)]
struct NoAddress(c_int);

fn check(code: c_int) -> Result<(), NoAddress> {
    if code == 0 { Ok(()) } else { Err(NoAddress(code)) }
}

#[foreign_fn(load = load_c)]
unsafe extern "C" {
    #[check(check -> Result<(), NoAddress>)]
    fn getaddrinfo(
        host: *const c_char,
        service: *const c_char,
        hints: *const AddrInfo,
        #[out] list: *mut *mut AddrInfo,
    ) -> c_int;
    fn freeaddrinfo(list: *mut AddrInfo);
    safe fn gai_strerror(code: c_int) -> *const c_char;
}

/// What is asked for.
struct Question {
    host: Option<&'static CStr>,
    service: &'static CStr,
    flags: c_int,
    family: c_int,
    /// What Rust's own parser makes of host and service, where they are numbers.
    expected: Option<&'static str>,
}

/// An entry of the answer.
#[derive(Debug, Clone, PartialEq)]
struct Found {
    address: SocketAddr,
    socktype: c_int,
    protocol: c_int,
    canonical: Option<CString>,
}

type Answer = Result<Vec<Found>, NoAddress>;

const NUMBERS: c_int = libc::AI_NUMERICHOST | libc::AI_NUMERICSERV;

fn questions() -> Vec<Question> {
    let ask = |host, service, flags, family, expected| Question {
        host,
        service,
        flags,
        family,
        expected,
    };
    let (any, v4, v6) = (libc::AF_UNSPEC, libc::AF_INET, libc::AF_INET6);
    vec![
        ask(Some(c"127.0.0.1"), c"80", NUMBERS, any, Some("127.0.0.1:80")),
        ask(Some(c"192.0.2.77"), c"65535", NUMBERS, v4, Some("192.0.2.77:65535")),
        ask(Some(c"::1"), c"443", NUMBERS, any, Some("[::1]:443")),
        ask(Some(c"2001:db8::a:0b"), c"513", NUMBERS, v6, Some("[2001:db8::a:b]:513")),
        ask(Some(c"fe80::1%1"), c"8080", NUMBERS, any, Some("[fe80::1%1]:8080")),
        ask(Some(c"localhost"), c"8080", libc::AI_NUMERICSERV | libc::AI_CANONNAME, any, None),
        // Both families, and for each the kinds of sockets.
        ask(None, c"4660", NUMBERS | libc::AI_PASSIVE, any, None),
        ask(Some(c"no number"), c"80", NUMBERS, any, None),
        ask(Some(c"127.0.0.1"), c"no number", NUMBERS, any, None),
        ask(Some(c"127.0.0.1"), c"80", NUMBERS, v6, None),
    ]
}

fn declared(q: &Question) -> Answer {
    let hints = AddrInfo {
        ai_flags: q.flags,
        ai_family: q.family,
        ai_socktype: 0,
        ai_protocol: 0,
        ai_addrlen: 0,
        ai_addr: null_mut(),
        ai_canonname: null_mut(),
        ai_next: null_mut(),
    };
    let host = q.host.map_or(null(), CStr::as_ptr);
    // SAFETY: the texts end with NUL; the list is what C says that it is, until it is freed.
    unsafe {
        let list = getaddrinfo(host, q.service.as_ptr(), &hints)?;
        let (mut found, mut at) = (Vec::new(), list);
        while let Some(info) = at.as_ref() {
            found.push(Found {
                address: socket_address(info.ai_addr),
                socktype: info.ai_socktype,
                protocol: info.ai_protocol,
                canonical: text(info.ai_canonname),
            });
            at = info.ai_next;
        }
        freeaddrinfo(list);
        Ok(found)
    }
}

/// # Safety
/// The address of a `sockaddr_in` or `sockaddr_in6`, as the family in it says.
unsafe fn socket_address(at: *const Address) -> SocketAddr {
    // SAFETY: the caller's promise: no more is read than the family says is there, and any bytes are a number.
    unsafe {
        match c_int::from((*at).family) {
            libc::AF_INET => {
                let a = (*at).v4;
                SocketAddrV4::new(Ipv4Addr::from(a.sin_addr.get()), a.sin_port.get()).into()
            }
            libc::AF_INET6 => {
                let a = (*at).v6;
                let by_words = Ipv6Addr::from(a.sin6_addr.words.map(|word| word.get()));
                assert_eq!(by_words.octets(), a.sin6_addr.bytes);
                let (port, flow) = (a.sin6_port.get(), a.sin6_flowinfo.get());
                SocketAddrV6::new(by_words, port, flow, a.sin6_scope_id).into()
            }
            other => panic!("an address of the family {other}"),
        }
    }
}

/// # Safety
/// A text or NULL.
unsafe fn text(at: *const c_char) -> Option<CString> {
    // SAFETY: the caller's promise.
    (!at.is_null()).then(|| unsafe { CStr::from_ptr(at) }.to_owned())
}

/// The same by what the headers say, nothing of which is known when this is compiled.
fn at_run_time(netdb: &BoundHeader, q: &Question) -> Answer {
    let types = netdb.header().types();
    let addrinfo = types.get("struct addrinfo").expect("netdb.h has it");
    let function = |name: &str| netdb.function(name).unwrap_or_else(|e| panic!("{e}"));
    let hints = CData::new(&addrinfo).expect("memory");
    hints.set("ai_flags", q.flags).expect("a number");
    hints.set("ai_family", q.family).expect("a number");
    let list = CData::new(&addrinfo.pointer()).expect("memory");
    // SAFETY: the functions are those of the header; the list is what it says, until it is freed.
    unsafe {
        let args = (q.host, q.service, hints.byref(), list.byref());
        check(function("getaddrinfo").call(args).expect("a call"))?;
        let found = walk(types, &list).unwrap_or_else(|e| panic!("{e}"));
        function("freeaddrinfo").call::<()>((&list,)).expect("a call");
        Ok(found)
    }
}

/// # Safety
/// A pointer to a list of `getaddrinfo`.
unsafe fn walk(types: &Types, list: &CData<'_>) -> Result<Vec<Found>, AccessError> {
    let pointer = |name: &str| types.get(name).expect("netinet/in.h has it").pointer();
    let (v4, v6) = (pointer("struct sockaddr_in"), pointer("struct sockaddr_in6"));
    let (mut found, mut at) = (Vec::new(), list.clone());
    while !at.is_null("")? {
        // SAFETY: the caller's promise, for all that C allocated.
        unsafe {
            let info = at.deref("", 0)?;
            let address = info.at("ai_addr")?;
            let address = match address.deref("", 0)?.get::<c_int>("sa_family")? {
                libc::AF_INET => {
                    let a = address.cast(&v4)?.deref("", 0)?;
                    let host = u32::from_be(a.get("sin_addr.s_addr")?);
                    SocketAddrV4::new(host.into(), u16::from_be(a.get("sin_port")?)).into()
                }
                libc::AF_INET6 => {
                    let a = address.cast(&v6)?.deref("", 0)?;
                    // A union in the struct, as glibc names it.
                    let words = a.get_vec::<u16>("sin6_addr.__in6_u.__u6_addr16")?;
                    let words: [u16; 8] = words.try_into().expect("eight of them");
                    let port = u16::from_be(a.get("sin6_port")?);
                    let flow = u32::from_be(a.get("sin6_flowinfo")?);
                    let host = Ipv6Addr::from(words.map(u16::from_be));
                    SocketAddrV6::new(host, port, flow, a.get("sin6_scope_id")?).into()
                }
                other => panic!("an address of the family {other}"),
            };
            let name = match info.is_null("ai_canonname")? {
                true => None,
                false => Some(info.deref_text("ai_canonname")?),
            };
            found.push(Found {
                address,
                socktype: info.get("ai_socktype")?,
                protocol: info.get("ai_protocol")?,
                canonical: name.map(|name| CString::new(name).expect("text ends at a NUL")),
            });
            at = info.at("ai_next")?;
        }
    }
    Ok(found)
}

/// The same of the crate libc, which is linked.
fn linked(q: &Question) -> Answer {
    // SAFETY: any bytes are hints; the texts end with NUL; the list is what C says that it is, until it is freed.
    unsafe {
        let mut hints: libc::addrinfo = core::mem::zeroed();
        (hints.ai_flags, hints.ai_family) = (q.flags, q.family);
        let mut list = null_mut();
        let host = q.host.map_or(null(), CStr::as_ptr);
        check(libc::getaddrinfo(host, q.service.as_ptr(), &hints, &mut list))?;
        let (mut found, mut at) = (Vec::new(), list);
        while let Some(info) = at.as_ref() {
            let address = if info.ai_family == libc::AF_INET {
                let a = *info.ai_addr.cast::<libc::sockaddr_in>();
                let host = Ipv4Addr::from(u32::from_be(a.sin_addr.s_addr));
                SocketAddrV4::new(host, u16::from_be(a.sin_port)).into()
            } else {
                let a = *info.ai_addr.cast::<libc::sockaddr_in6>();
                let (port, flow) = (u16::from_be(a.sin6_port), u32::from_be(a.sin6_flowinfo));
                let host = Ipv6Addr::from(a.sin6_addr.s6_addr);
                SocketAddrV6::new(host, port, flow, a.sin6_scope_id).into()
            };
            found.push(Found {
                address,
                socktype: info.ai_socktype,
                protocol: info.ai_protocol,
                canonical: text(info.ai_canonname),
            });
            at = info.ai_next;
        }
        libc::freeaddrinfo(list);
        Ok(found)
    }
}

#[test]
fn getaddrinfo_both_ways() {
    load_c().expect("it is in every program");
    let netdb = Header::new("netdb.h").include("netinet/in.h");
    let netdb = header(&netdb, "libc6-dev").bind(&open("c", "libc6")).expect("for this platform");
    let (mut families, mut failures) = ([0; 2], Vec::new());
    for q in questions() {
        let expected = linked(&q);
        let asked = format!("{:?} {:?} of family {}", q.host, q.service, q.family);
        assert_eq!(declared(&q), expected, "{asked}, declared");
        assert_eq!(at_run_time(&netdb, &q), expected, "{asked}, at run time");
        match expected {
            Ok(found) => {
                assert!(!found.is_empty(), "{asked}");
                for Found { address, .. } in &found {
                    families[usize::from(address.is_ipv6())] += 1;
                    if let Some(expected) = q.expected {
                        assert_eq!(Ok(*address), expected.parse(), "{asked}");
                    }
                }
                if q.host == Some(c"localhost") {
                    assert!(
                        found.iter().all(|found| found.address.ip().is_loopback()),
                        "{found:?}"
                    );
                    assert!(found[0].canonical.is_some(), "its name was asked for");
                }
            }
            Err(failure) => failures.push(failure.0),
        }
    }
    assert!(families.iter().all(|count| *count >= 3), "{families:?} of each family");
    let nobody = libc::EAI_NONAME;
    assert_eq!((&failures[..2], failures.len()), (&[nobody, nobody][..], 3));
    let constant = |name: &str| netdb.header().constant(name).expect("a macro").value;
    assert_eq!(constant("EAI_NONAME"), ctypes_wrap::types::ConstValue::Int(nobody.into()));
    for failure in failures {
        let strerror = netdb.function("gai_strerror").expect("netdb.h has it");
        // SAFETY: any code has a text, which ends with NUL.
        unsafe {
            let expected = text(libc::gai_strerror(failure));
            assert_eq!(text(gai_strerror(failure)), expected);
            assert_eq!(text(strerror.call((failure,)).expect("a call")), expected);
        }
    }
}
