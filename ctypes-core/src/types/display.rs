//! Types as C text: `Display` writes the type name, [`Type::declare`] a declaration.

use super::{CallConv, MAX_PARTS, Repr, Type};
use crate::layout::MAX_NESTING;
use std::fmt;

impl Type {
    /// The declaration of `name` as a thing of this type, without the semicolon.
    ///
    /// ```
    /// use ctypes_core::{CallConv, Type};
    /// let compare = Type::function(CallConv::C, &Type::INT, [&Type::VOID_PTR], false).pointer();
    /// assert_eq!(compare.declare("f"), "int (*f)(void *)");
    /// assert_eq!(Type::CONST_CHAR_PTR.array(4)?.declare("names"), "const char *names[4]");
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// What is nested more than [`MAX_NESTING`] deep is left out and shown as `/* … */`.
    pub fn declare(&self, name: &str) -> String {
        self.declarator(name, 0, &mut 0)
    }

    fn declarator(&self, name: &str, depth: u32, parts: &mut u32) -> String {
        // C declarators are written inside out: the name is wrapped by each layer in turn.
        let mut declarator = name.to_owned();
        let mut ty = self.clone();
        for depth in depth..=MAX_NESTING {
            *parts += 1;
            if *parts > MAX_PARTS {
                break;
            }
            if let Some(alias) = &ty.1.alias {
                let more = ty.qualifiers().without(alias.aliased().qualifiers());
                return words([&more.to_string(), alias.name(), &declarator]);
            }
            let qualifiers = ty.qualifiers().to_string();
            let name = |name: &str| words([&qualifiers, name, &declarator]);
            let next = match &ty.0 {
                Repr::Void => return name("void"),
                Repr::Scalar(s) => return name(s.c_name()),
                Repr::BitInt(b) => return name(&b.to_string()),
                Repr::Vector(v) => return name(&v.to_string()),
                Repr::Ordered(s, endian) => {
                    return name(&format!("{} /* {} */", s.c_name(), endian.word()));
                }
                Repr::Enum(e) => return name(&format!("{:?}", super::Enumeration(e.clone()))),
                Repr::Record(r) => return name(&format!("{:?}", super::Record(r.clone()))),
                Repr::Pointer { to } => {
                    // What qualifies the pointer is written after the asterisk.
                    declarator = format!("*{}", words([&qualifiers, &declarator, ""]));
                    to.ty()
                }
                Repr::Array { of, len, .. } => {
                    declarator = format!("{}[{len}]", grouped(declarator));
                    of.get().clone()
                }
                Repr::IncompleteArray { of } => {
                    declarator = format!("{}[]", grouped(declarator));
                    of.get().clone()
                }
                Repr::Function(f) => {
                    let f = super::FunctionType(f.clone());
                    let params = f.params();
                    let mut params: Vec<String> =
                        params.iter().map(|p| p.declarator("", depth + 1, parts)).collect();
                    if f.is_variadic() {
                        params.push("...".to_owned());
                    } else if params.is_empty() {
                        params.push("void".to_owned());
                    }
                    let conv = convention(f.conv());
                    // It binds to the function, and so stands inside the parentheses of a pointer to it.
                    if !conv.is_empty() {
                        let space = if declarator.is_empty() { "" } else { " " };
                        declarator = if declarator.starts_with('*') {
                            format!("({conv}{space}{declarator})")
                        } else {
                            format!("{conv}{space}{declarator}")
                        };
                    }
                    declarator = format!("{}({})", grouped(declarator), params.join(", "));
                    f.result()
                }
            };
            ty = next;
        }
        words(["", "/* … */", &declarator])
    }
}

/// A calling convention as gcc and clang spell it; nothing for the platform's own.
fn convention(conv: CallConv) -> &'static str {
    match conv {
        CallConv::C | CallConv::System => "",
        CallConv::Stdcall => "__attribute__((stdcall))",
        CallConv::Fastcall => "__attribute__((fastcall))",
        CallConv::Thiscall => "__attribute__((thiscall))",
        CallConv::SysV64 => "__attribute__((sysv_abi))",
        CallConv::Win64 => "__attribute__((ms_abi))",
    }
}

/// A pointer binds looser than `[]` and `()`.
fn grouped(declarator: String) -> String {
    if declarator.starts_with('*') { format!("({declarator})") } else { declarator }
}

fn words(parts: [&str; 3]) -> String {
    parts.into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.declare(""))
    }
}

impl fmt::Debug for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Type({self})")
    }
}
