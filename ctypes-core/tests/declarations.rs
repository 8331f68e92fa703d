//! `Type::declare` and `Display`, read by gcc: it finds the same type in them as in a chain of typedefs
//! with one step each, for which no declarator has to be written inside out.

#[path = "../../tests/common/programs.rs"]
mod programs;

use ctypes_core::target::Target;
use ctypes_core::types::{Qualifiers, Scalar};
use ctypes_core::{CallConv, Type, Types};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

const SEED: u64 = 20_050_101;

const HEADERS: &str = "\
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>
#include <uchar.h>
#include <wchar.h>
struct record { int x; };
typedef unsigned char char8_t; /* C23 7.30 */
#if __GNUC__ < 13 && !defined __aarch64__
typedef struct { short bits; } __bf16; /* any type of that name will do */
#endif
union opaque;
";

#[test]
fn declarations_are_c() {
    let types = Types::new();
    let record = types.declare_struct("record").unwrap();
    let record = record.define(|r| r.field("x", Type::INT)).unwrap();
    let opaque = types.declare_union("opaque").unwrap();
    let leaves = [record.clone(), opaque.pointer()];
    let mut text = HEADERS.to_owned();
    let mut random = Random(SEED);
    for n in 0..400 {
        let mut typedefs = Typedefs { text: String::new(), prefix: format!("t{n}_"), count: 0 };
        let (ty, name) = typedefs.random_type(&leaves, &mut random, 0);
        text += &typedefs.text;
        writeln!(text, "extern {};", ty.declare(&format!("x{n}"))).unwrap();
        writeln!(text, "{};", same_type(&format!("__typeof__(x{n})"), &name, &ty)).unwrap();
        writeln!(text, "{};", same_type(&ty.to_string(), &name, &ty)).unwrap();
    }
    if let Err(errors) = gcc(&text) {
        panic!("gcc objects (seed {SEED}):\n{errors}");
    }
}

/// The judge tells types apart even by a `const` behind a pointer.
#[test]
fn another_type_is_noticed() {
    let claim = same_type(&Type::CONST_CHAR_PTR.to_string(), "char *", &Type::CHAR_PTR);
    let errors = gcc(&format!("{claim};\n")).unwrap_err();
    assert!(errors.contains("static assertion failed"), "{errors}");
}

/// Pointers to the two are compared, since gcc ignores qualifiers at the top.
fn same_type(one: &str, other: &str, shown: &Type) -> String {
    format!(
        "_Static_assert(__builtin_types_compatible_p(__typeof__({one}) *, __typeof__({other}) *), \"{shown}\")"
    )
}

struct Typedefs {
    text: String,
    prefix: String,
    count: usize,
}

impl Typedefs {
    fn name(&mut self, declaration: impl FnOnce(&str) -> String) -> String {
        let name = format!("{}{}", self.prefix, self.count);
        self.count += 1;
        writeln!(self.text, "typedef {};", declaration(&name)).unwrap();
        name
    }

    /// The same type twice: as a `Type`, and as a name in C.
    fn random_type(&mut self, leaves: &[Type], random: &mut Random, depth: u32) -> (Type, String) {
        match random.below(if depth > 5 { 2 } else { 14 }) {
            0 => {
                let leaf = random.of(leaves).clone();
                let name = match leaf.pointee() {
                    None => "struct record".to_owned(),
                    Some(_) => self.name(|n| format!("union opaque *{n}")),
                };
                (leaf, name)
            }
            1 => {
                let is_here = |s: &&Scalar| s.is_available(&Target::NATIVE);
                let here: Vec<&Scalar> = Scalar::ALL.iter().filter(is_here).collect();
                let scalar = **random.of(&here);
                (Type::scalar(scalar), scalar.c_name().to_owned())
            }
            2..=4 => {
                let (to, name) = self.random_type(leaves, random, depth + 1);
                (to.pointer(), self.name(|n| format!("{name} *{n}")))
            }
            5 | 6 => {
                let (to, name) = self.random_type(leaves, random, depth + 1);
                (to.const_pointer(), self.name(|n| format!("const {name} *{n}")))
            }
            7 | 8 => {
                let (of, name) = self.random_type(leaves, random, depth + 1);
                let len = 1 + random.below(3);
                (of.array(len as usize).unwrap(), self.name(|n| format!("{name} {n}[{len}]")))
            }
            9..=10 => {
                let (ty, name) = self.random_type(leaves, random, depth + 1);
                let qualifiers = *random.of(&[
                    Qualifiers::CONST,
                    Qualifiers::VOLATILE,
                    Qualifiers::CONST | Qualifiers::VOLATILE,
                ]);
                (ty.with_qualifiers(qualifiers), self.name(|n| format!("{qualifiers} {name} {n}")))
            }
            11 => {
                let (ty, name) = self.random_type(leaves, random, depth + 1);
                let alias = self.name(|n| format!("{name} {n}"));
                (ty.typedef(&alias).unwrap(), alias)
            }
            _ => self.random_function(leaves, random, depth + 1),
        }
    }

    /// A pointer to a function: of functions themselves, C makes nothing else.
    fn random_function(
        &mut self,
        leaves: &[Type],
        random: &mut Random,
        depth: u32,
    ) -> (Type, String) {
        let (result, result_name) = match random.below(3) {
            0 => (Type::VOID, "void".to_owned()),
            _ => {
                let (to, name) = self.random_type(leaves, random, depth);
                (to.pointer(), self.name(|n| format!("{name} *{n}")))
            }
        };
        let (mut params, mut names) = (Vec::new(), Vec::new());
        for _ in 0..random.below(4) {
            let (param, name) = self.random_type(leaves, random, depth + 1);
            params.push(param.pointer());
            names.push(format!("{name} *"));
        }
        let variadic = !params.is_empty() && random.below(3) == 0;
        if variadic {
            names.push("...".to_owned());
        } else if names.is_empty() {
            names.push("void".to_owned());
        }
        let function = Type::function(CallConv::C, &result, &params, variadic);
        let names = names.join(", ");
        (function.pointer(), self.name(|n| format!("{result_name} (*{n})({names})")))
    }
}

fn gcc(text: &str) -> Result<(), String> {
    let mut child = Command::new(programs::compiler())
        .args(["-std=gnu11", "-fsyntax-only", "-x", "c", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("this test needs gcc (Debian's package `gcc`) in PATH: {e}"));
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(text.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let errors: Vec<&str> = stderr.lines().filter(|l| l.contains("error")).take(10).collect();
    Err(errors.join("\n"))
}

/// SplitMix64: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len() as u64) as usize]
    }
}
