//! C compilers as judges of what was read: each line's declarations are written back in C, and the
//! compiler asserts that they are the same, all lines in one run of each compiler.

use ctypes_core::decl::{Constant, Declarations, Source};
use ctypes_core::target::Target;
use ctypes_core::types::{ConstValue, TypeKind};
use ctypes_core::{Type, Types};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Who knows a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// gcc and clang.
    Both,
    Gcc,
    Clang,
    /// A clang that knows C23.
    C23,
    /// clang in the place of Microsoft's compiler.
    Msvc,
    /// gcc for i386.
    X86,
    /// gcc for AArch64.
    Arm64,
    /// gcc for 32-bit ARM.
    Arm32,
    /// A target that the compiler is not for.
    Wrong,
}

/// A compiler, the target that it is for, and the lines that it judges.
struct Compiler {
    program: &'static str,
    options: &'static [&'static str],
    package: &'static str,
    target: Target,
    lines: &'static [By],
}

const COMPILERS: &[Compiler] = &[
    Compiler {
        program: "gcc",
        options: &["-std=gnu2x"],
        package: "gcc",
        target: Target::X86_64_LINUX,
        lines: &[By::Both, By::Gcc],
    },
    Compiler {
        program: "clang",
        options: &["-std=gnu2x"],
        package: "clang",
        target: Target::X86_64_LINUX,
        lines: &[By::Both, By::Clang],
    },
    Compiler {
        program: "clang-19",
        options: &["-std=gnu23"],
        package: "clang-19",
        target: Target::X86_64_LINUX,
        lines: &[By::C23],
    },
    Compiler {
        program: "clang",
        options: &["-std=gnu2x", "--target=x86_64-pc-windows-msvc", "-fms-extensions"],
        package: "clang",
        target: Target::X86_64_WINDOWS_MSVC,
        lines: &[By::Msvc],
    },
    Compiler {
        program: "i686-linux-gnu-gcc",
        options: &["-std=gnu2x"],
        package: "gcc-i686-linux-gnu",
        target: Target::I686_LINUX,
        lines: &[By::X86],
    },
    Compiler {
        program: "aarch64-linux-gnu-gcc",
        options: &["-std=gnu2x"],
        package: "gcc-aarch64-linux-gnu",
        target: Target::AARCH64_LINUX,
        lines: &[By::Arm64],
    },
    Compiler {
        program: "arm-linux-gnueabihf-gcc",
        options: &["-std=gnu2x", "-march=armv8.2-a", "-mfpu=neon-fp-armv8"],
        package: "gcc-arm-linux-gnueabihf",
        target: Target::ARMV7_LINUX,
        lines: &[By::Arm32],
    },
    Compiler {
        program: "gcc",
        options: &["-std=gnu2x"],
        package: "gcc",
        target: Target::X86_64_WINDOWS_MSVC,
        lines: &[By::Wrong],
    },
];

const PRELUDE: &str = "#include <stddef.h>\n#include <stdint.h>\n";

/// What is wrong with the lines.
pub(crate) fn judge(lines: &[(By, &str, &[&str])]) -> Vec<String> {
    let mut failures = Vec::new();
    for compiler in COMPILERS {
        let mut unit = PRELUDE.to_owned();
        let own = |by: &By| compiler.lines.contains(by);
        let own = lines.iter().enumerate().filter(|(_, line)| own(&line.0));
        let mut any = false;
        for (number, (_, text, expressions)) in own {
            any = true;
            let number = number.to_string();
            let text = text.replace('@', &number);
            let expressions: Vec<String> =
                expressions.iter().map(|e| e.replace('@', &number)).collect();
            match claims(&text, &expressions, &compiler.target) {
                // The judge's own line numbers tell which line of the table is meant.
                Ok(claims) => {
                    let marker = format!("#line {number} \"line\"");
                    let _ = write!(unit, "{marker}\n{text}\n#pragma pack()\n");
                    for claim in claims {
                        let _ = write!(unit, "{marker}\n{claim}\n");
                    }
                }
                Err(error) => failures.push(format!("line {number}: {text}\n{error}")),
            }
        }
        if any && let Err(errors) = compile(compiler, &unit) {
            failures.push(format!("{} refuses:\n{errors}", compiler.program));
        }
    }
    failures
}

/// Assertions that hold if the text was understood.
fn claims(text: &str, expressions: &[String], target: &Target) -> Result<Vec<String>, String> {
    let types = Types::new();
    let source = Source::new(text).target(*target);
    let found = source.read(&types);
    let is_expected = |message: &str| message == "assembler code declares nothing";
    if let Some(bad) = found.skipped.iter().find(|s| !is_expected(&s.error.message)) {
        return Err(bad.error.to_string());
    }
    let mut claims = declared(&found, target);
    for expression in expressions {
        let value = Source::new(expression).target(*target).evaluate(&types);
        let Constant { value, ty, .. } = value.map_err(|e| e.to_string())?;
        match value {
            ConstValue::Int(value) => {
                claims.push(same_value(expression, value));
                claims.extend(same_type(&format!("__typeof__({expression})"), &ty));
            }
            other => return Err(format!("{expression} is {other:?}")),
        }
    }
    Ok(claims)
}

fn declared(found: &Declarations, target: &Target) -> Vec<String> {
    let mut claims = Vec::new();
    let functions = found.functions.iter().map(|f| (&f.name, &f.ty));
    let inline = found.inline_functions.iter().map(|f| (&f.name, &f.ty));
    for (name, ty) in functions.chain(inline) {
        claims.extend(same_type(&format!("__typeof__({name})"), ty));
    }
    for variable in &found.variables {
        let name = &variable.name;
        claims.extend(same_type(&format!("__typeof__({name})"), &variable.ty));
        // To compilers, pointers to arrays of different lengths are alike if one of them is unknown.
        if let TypeKind::Array { .. } = variable.ty.kind()
            && let Ok(layout) = variable.ty.at(target)
        {
            claims.push(same_value(&format!("sizeof({name})"), layout.size().into()));
        }
    }
    for typedef in &found.typedefs {
        let ty = typedef.ty.resolved();
        claims.extend(same_type(&typedef.name, &ty));
        if let Ok(layout) = typedef.ty.at(target) {
            claims.push(same_value(&format!("sizeof({})", typedef.name), layout.size().into()));
            claims.push(same_value(&format!("_Alignof({})", typedef.name), layout.align().into()));
        }
    }
    for constant in &found.constants {
        claims.push(same_value(&constant.name, constant.value));
        if let Ok(layout) = constant.ty.at(target) {
            claims.push(same_value(&format!("sizeof({})", constant.name), layout.size().into()));
        }
    }
    claims
}

/// Pointers to the two are compared, since qualifiers at the top make no difference to compilers.
fn same_type(one: &str, ty: &Type) -> Option<String> {
    let other = ty.pointer().to_string();
    // What has no name in C cannot be written.
    if other.contains("(unnamed") || other.contains("struct (") || other.contains("__va_list") {
        return None;
    }
    Some(format!(
        "_Static_assert(__builtin_types_compatible_p(__typeof__({one}) *, {other}), \"type is {}\");",
        other.replace(['"', '\\'], " ")
    ))
}

fn same_value(expression: &str, value: i128) -> String {
    let literal = match value {
        v if v > i128::from(i64::MAX) => format!("{v}ull"),
        v if v == i128::from(i64::MIN) => format!("({}ll - 1)", v + 1),
        v => format!("{v}ll"),
    };
    let shown = expression.replace(['"', '\\'], " ");
    format!("_Static_assert(({expression}) == {literal}, \"{shown} is {value}\");")
}

fn compile(compiler: &Compiler, text: &str) -> Result<(), String> {
    let missing = |e: std::io::Error| {
        format!(
            "{} does not run ({e}): install Debian's package `{}`",
            compiler.program, compiler.package
        )
    };
    let mut child = Command::new(compiler.program)
        .args(compiler.options)
        .args(["-ffreestanding", "-w", "-fsyntax-only", "-x", "c", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(missing)?;
    let mut stdin = child.stdin.take().expect("stdin is piped");
    // A compiler that stops reading has said why.
    let _ = stdin.write_all(text.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().map_err(missing)?;
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let errors: Vec<&str> = stderr.lines().filter(|l| l.contains("error")).take(40).collect();
    Err(errors.join("\n"))
}
