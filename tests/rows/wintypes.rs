//! `wintypes` against mingw's headers, for 32 and 64 bits.

use crate::compilers::{JUDGES, Judge};
use ctypes_wrap::prelude::*;
use ctypes_wrap::types::{ScalarClass, TypeKind};
use ctypes_wrap::{HResult, Target, wintypes};
use std::fmt::Write as _;

fn mingw() -> [&'static Judge; 2] {
    [Target::X86_64_WINDOWS_GNU, Target::I686_WINDOWS_GNU].map(|target| {
        let judge = JUDGES.iter().find(|j| j.target == target).expect("a named target");
        judge.check().unwrap_or_else(|missing| panic!("{missing}"));
        judge
    })
}

/// C's assertion that the type of that name is as described.
fn claims(name: &str, ty: &Type, target: &Target) -> String {
    let layout = ty.at(target).expect("every target has it");
    let mut text = String::new();
    let mut claim = |what: String, is: u64| {
        writeln!(text, "_Static_assert({what} == {is}, \"{what}\");").expect("text");
    };
    claim(format!("sizeof({name})"), layout.size());
    claim(format!("_Alignof({name})"), layout.align());
    match ty.kind() {
        // Unions there, of which the 64 bits are one member.
        _ if name.ends_with("LARGE_INTEGER") => {
            claim(format!("sizeof((({name} *)0)->QuadPart)"), layout.size());
        }
        TypeKind::Scalar(scalar) => match scalar.class(target) {
            ScalarClass::Float => claim(format!("(({name})0.5 != 0)"), 1),
            class => claim(format!("(({name})-1 < 0)"), u64::from(class == ScalarClass::Signed)),
        },
        TypeKind::Pointer { to } => {
            if let Ok(to) = to.at(target)
                && !name.starts_with('H')
            {
                claim(format!("sizeof(*({name})0)"), to.size());
            }
        }
        _ => {}
    }
    for field in layout.named_fields() {
        claim(format!("__builtin_offsetof({name}, {})", field.name()), field.offset());
        claim(format!("sizeof((({name} *)0)->{})", field.name()), field.size());
    }
    text
}

fn ask(judge: &Judge, claims: &str) -> Result<(), String> {
    let text = format!("#include <windows.h>\n#include <wtypes.h>\n#include <winsvc.h>\n{claims}");
    judge.compile(&text).map(|_| ())
}

#[test]
fn names_are_those_of_windows_headers() {
    for judge in mingw() {
        let all: String =
            wintypes::all().map(|(name, ty)| claims(&name, &ty, &judge.target)).collect();
        ask(judge, &all).unwrap_or_else(|e| panic!("{e}"));
    }
}

#[test]
fn a_wrong_size_is_noticed() {
    for judge in mingw() {
        let error = ask(judge, &claims("WORD", &Type::U32, &judge.target)).expect_err("16 bits");
        assert!(error.contains("sizeof(WORD)"), "{error}");
        let error = ask(judge, &claims("DWORD", &Type::I32, &judge.target)).expect_err("unsigned");
        assert!(error.contains("(DWORD)-1"), "{error}");
        let size = wintypes::SIZE::TYPE;
        let error = ask(judge, &claims("POINT", size, &judge.target)).expect_err("other names");
        assert!(error.contains("cx"), "{error}");
    }
}

/// True is -1 (Automation), whatever else is true when it is read.
#[test]
fn the_truth_of_automation() {
    use wintypes::VARIANT_BOOL;
    for judge in mingw() {
        let is = VARIANT_BOOL::TRUE.0;
        let not = VARIANT_BOOL::FALSE.0;
        ask(
            judge,
            &format!("_Static_assert(VARIANT_TRUE == {is} && VARIANT_FALSE == {not}, \"\");"),
        )
        .unwrap_or_else(|e| panic!("{e}"));
    }
    assert_eq!([true, false].map(VARIANT_BOOL::from), [VARIANT_BOOL::TRUE, VARIANT_BOOL::FALSE]);
    assert_eq!([0, 1, -1, 256].map(|v| bool::from(VARIANT_BOOL(v))), [false, true, true, true]);
}

#[test]
fn declarations_know_the_names() {
    let types = Types::new();
    wintypes::declare(&types).expect("an empty namespace");
    wintypes::declare(&types).expect("the same again");
    types.parse("BOOL PtInRect(const RECT *area, POINT at);").expect("known names");
    assert_eq!(types.get("POINT").as_ref(), Some(wintypes::POINT::TYPE));
    let used = Types::new();
    used.typedef("DWORD", &Type::DOUBLE).expect("a free name");
    assert!(wintypes::declare(&used).expect_err("another type").to_string().contains("`DWORD`"));
}

/// The parts of an `HRESULT` and the names of some, by the macros and constants of `winerror.h`.
fn hresult_claims(name: &str, result: HResult) -> String {
    let claims = [
        ("(unsigned)", result.to_bits()),
        ("HRESULT_FACILITY", u32::from(result.facility())),
        ("HRESULT_CODE", u32::from(result.code())),
        ("SUCCEEDED", u32::from(result.is_ok())),
        ("FAILED", u32::from(result.is_err())),
    ];
    let claims =
        claims.map(|(of, is)| format!("_Static_assert({of}({name}) == {is}u, \"{of} {name}\");\n"));
    format!(
        "_Static_assert(sizeof(HRESULT) == {}, \"size\");\n{}",
        size_of::<HResult>(),
        claims.concat()
    )
}

#[test]
fn results_of_com() {
    let all = [
        HResult::S_OK,
        HResult::S_FALSE,
        HResult::E_NOTIMPL,
        HResult::E_NOINTERFACE,
        HResult::E_POINTER,
        HResult::E_ABORT,
        HResult::E_FAIL,
        HResult::E_UNEXPECTED,
        HResult::CLASS_E_CLASSNOTAVAILABLE,
        HResult::CLASS_E_NOAGGREGATION,
        HResult::REGDB_E_CLASSNOTREG,
        HResult::E_ACCESSDENIED,
        HResult::E_HANDLE,
        HResult::E_OUTOFMEMORY,
        HResult::E_INVALIDARG,
    ];
    for judge in mingw() {
        let claims: String =
            all.map(|result| hresult_claims(result.name().expect("a constant"), result)).concat();
        ask(judge, &claims).unwrap_or_else(|e| panic!("{e}"));
        let others: String = [0x8007_FFFF_u32, 0x0004_0000, 0xC07F_1234, 0x8FFF_0001, 2]
            .map(|bits| hresult_claims(&format!("((HRESULT)0x{bits:x})"), HResult::from_bits(bits)))
            .concat();
        ask(judge, &others).unwrap_or_else(|e| panic!("{e}"));
        let wrong = hresult_claims("E_FAIL", HResult::E_ABORT);
        assert!(ask(judge, &wrong).expect_err("another one").contains("E_FAIL"));
    }
}
