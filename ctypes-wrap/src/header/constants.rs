//! What macros without parameters stand for: values, other names, types, or nothing that is known.

use super::expand::Macros;
use super::token::{Kind, tokens};
use super::{Header, MacroAlias, MacroConstant, SkippedItem};
use ctypes_core::decl::{Declarations, Macro, Source};
use ctypes_core::types::OrdinaryName;
use ctypes_core::{Target, Type, Types};
use std::sync::Arc;

enum Meaning {
    Constant(ctypes_core::decl::Constant),
    Alias(Arc<str>, Option<Type>),
    /// A flag, or a word that stands for itself.
    Nothing,
}

/// Makes the header of what was declared in it; `unknown` is what is known to be skipped.
pub(super) fn header(
    name: String,
    types: &Types,
    target: Target,
    declarations: Declarations,
    unknown: Vec<SkippedItem>,
) -> Header {
    let mut macros = Macros::default();
    for definition in &declarations.macros {
        macros.define(definition);
    }
    let (mut constants, mut aliases) = (Vec::new(), Vec::new());
    let mut skipped: Vec<SkippedItem> = declarations
        .skipped
        .iter()
        .map(|s| SkippedItem {
            name: s.name.clone(),
            place: s.error.place.clone(),
            reason: s.error.message.clone(),
        })
        .chain(unknown)
        .collect();
    let written =
        |m: &&Macro| m.params.is_none() && !m.body.is_empty() && !m.place.file.starts_with('<');
    for definition in declarations.macros.iter().filter(written) {
        let place = definition.place.clone();
        let name = definition.name.clone();
        match meaning(definition, &macros, types, target) {
            Ok(Meaning::Constant(found)) => {
                // A variable of the same name, as for `stdin`, stays what it is.
                let _ = types.declare_constant(&name, &found.ty, found.value.clone());
                let of = is_word(&definition.body) && *definition.body != *name;
                let alias_of = of.then(|| definition.body.clone());
                let (value, ty) = (found.value, found.ty);
                constants.push(MacroConstant { name, value, ty, alias_of, place });
            }
            Ok(Meaning::Alias(to, ty)) => aliases.push(MacroAlias { name, to, ty, place }),
            Ok(Meaning::Nothing) => {}
            Err(reason) => skipped.push(SkippedItem { name: Some(name), place, reason }),
        }
    }
    Header { name, types: types.clone(), target, declarations, constants, aliases, skipped }
}

fn meaning(
    definition: &Macro,
    macros: &Macros<'_>,
    types: &Types,
    target: Target,
) -> Result<Meaning, String> {
    let text = macros.value_of(definition)?;
    if text.is_empty() {
        return Ok(Meaning::Nothing);
    }
    if is_word(&text) {
        if *text == *definition.name && types.ordinary(&text).is_none() {
            return Ok(Meaning::Nothing);
        }
        match types.ordinary(&text) {
            Some(OrdinaryName::Typedef(ty)) => return Ok(Meaning::Alias(text.into(), Some(ty))),
            Some(OrdinaryName::Object(_)) if *text == *definition.name => {
                return Ok(Meaning::Nothing);
            }
            Some(OrdinaryName::Object(ty)) => return Ok(Meaning::Alias(text.into(), Some(ty))),
            _ if macros.is_defined(&text) && text != *definition.name => {
                return Ok(Meaning::Alias(text.into(), None));
            }
            _ => {}
        }
    }
    let source = Source::new(&text).target(target);
    match source.evaluate(types) {
        // The front end knows the value behind a comma; to C there is no constant.
        Ok(found) => match inconstant(&text, types) {
            None => Ok(Meaning::Constant(found)),
            Some(reason) => Err(reason.to_owned()),
        },
        Err(error) => match source.type_name(types) {
            Ok(ty) => Ok(Meaning::Alias(text.into(), Some(ty))),
            Err(_) => Err(error.message),
        },
    }
}

/// Why an expression that has a value is no constant all the same (C11 6.6p3): it is a list, as for an
/// initialiser, or calls functions before it comes to its value.
fn inconstant(text: &str, types: &Types) -> Option<&'static str> {
    if !text.contains(',') {
        return None;
    }
    let (mut depth, tokens) = (0_i32, tokens(text, 0));
    for (i, token) in tokens.iter().enumerate() {
        match &*token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            "," if depth == 0 => return Some("expected one value, found a list"),
            word if token.kind == Kind::Word && tokens.get(i + 1).is_some_and(|t| t.is("(")) => {
                if let Some(OrdinaryName::Object(_)) = types.ordinary(word) {
                    return Some("expected a constant: a call is no constant");
                }
            }
            _ => {}
        }
    }
    None
}

fn is_word(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
}
