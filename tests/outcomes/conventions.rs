//! Calling conventions other than the platform's own, against C functions that have them by attribute.

#[cfg(target_arch = "x86_64")]
mod x86_64 {
    use crate::fixture;
    use core::ffi::c_int;
    use ctypes_wrap::{Errno, foreign_fn};

    #[foreign_fn(lib = ["liboutcomes.so"], load = load_win64)]
    unsafe extern "win64" {
        safe fn weighted_win64(a: i64, b: f64, c: i32, d: i64, e: f32, f: i64) -> f64;
        #[errno(-1)]
        safe fn fail_win64(number: c_int) -> c_int;
    }

    #[foreign_fn(lib = ["liboutcomes.so"], load = load_sysv64)]
    unsafe extern "sysv64" {
        safe fn weighted_sysv64(a: i64, b: f64, c: i32, d: i64, e: f32, f: i64) -> f64;
        /// The other convention's, declared wrongly: what the test would see of a convention that is ignored.
        #[symbol = "weighted_win64"]
        safe fn wrong(a: i64, b: f64, c: i32, d: i64, e: f32, f: i64) -> f64;
    }

    #[test]
    fn each_is_what_it_says() {
        let _fixture = fixture();
        let expected = 1.0 + 20.0 + 300.0 + 4000.0 + 55_000.0 + 600_000.0;
        assert_eq!(weighted_win64(1, 2.0, 3, 4, 5.5, 6), expected);
        assert_eq!(weighted_win64(1, 2.0, 3, 4, 5.5, 6), expected, "without the stub");
        assert_eq!(weighted_sysv64(1, 2.0, 3, 4, 5.5, 6), expected);
        assert_ne!(wrong(1, 2.0, 3, 4, 5.5, 6), expected);
        assert_eq!(fail_win64(13), Err(Errno(13)));
    }
}

#[cfg(target_arch = "x86")]
mod x86 {
    use crate::fixture;
    use core::ffi::c_int;
    use ctypes_wrap::{Errno, foreign_fn};

    macro_rules! weighted {
        ($abi:literal, $load:ident, $name:ident) => {
            #[foreign_fn(lib = ["liboutcomes.so"], load = $load)]
            unsafe extern $abi {
                safe fn $name(a: i64, b: f64, c: i32, d: i64, e: f32, f: i64) -> f64;
            }
        };
    }
    weighted!("cdecl", load_cdecl, weighted_cdecl);
    weighted!("stdcall", load_stdcall, weighted_stdcall);
    weighted!("fastcall", load_fastcall, weighted_fastcall);

    #[foreign_fn(lib = ["liboutcomes.so"], load = load_thiscall)]
    unsafe extern "thiscall" {
        safe fn weighted_thiscall(a: &c_int, b: c_int, c: c_int) -> c_int;
    }

    #[foreign_fn(lib = ["liboutcomes.so"], load = load_more)]
    unsafe extern "fastcall" {
        safe fn integers_fastcall(a: c_int, b: c_int, c: c_int, d: c_int) -> c_int;
    }

    #[foreign_fn(lib = ["liboutcomes.so"], errno(-1), load = load_failing)]
    unsafe extern "stdcall" {
        safe fn fail_stdcall(number: c_int) -> c_int;
    }

    #[test]
    fn each_is_what_it_says() {
        let _fixture = fixture();
        let expected = 1.0 + 20.0 + 300.0 + 4000.0 + 55_000.0 + 600_000.0;
        for _ in 0..2 {
            assert_eq!(weighted_cdecl(1, 2.0, 3, 4, 5.5, 6), expected);
            assert_eq!(weighted_stdcall(1, 2.0, 3, 4, 5.5, 6), expected);
            assert_eq!(weighted_fastcall(1, 2.0, 3, 4, 5.5, 6), expected);
            assert_eq!(weighted_thiscall(&1, 2, 3), 321);
            assert_eq!(integers_fastcall(1, 2, 3, 4), 4321);
            assert_eq!(fail_stdcall(14), Err(Errno(14)));
        }
    }
}
