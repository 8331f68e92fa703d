//! `ctypes consts`: the constants of a header.

use crate::header::{HeaderArguments, NamedTarget};
use crate::{Failure, Output};
use clap::Args;
use ctypes_wrap::types::ConstValue;
use regex::Regex;
use serde_json::{Value, json};
use std::fmt::Write as _;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    header: HeaderArguments,
    /// Only names in which this regular expression is found
    #[arg(value_name = "REGEX")]
    pattern: Option<Regex>,
    /// The target whose compiler decides, as a triple; this platform if there is none
    #[arg(short, long, value_name = "TARGET", value_parser = NamedTarget::parse)]
    target: Option<NamedTarget>,
    /// Writes an array of constants in JSON
    #[arg(long)]
    json: bool,
    /// Lists what has no value instead, with the reason
    #[arg(long)]
    skipped: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Output, Failure> {
    let target = arguments.target.clone().unwrap_or_else(NamedTarget::native);
    let header = arguments.header.read(&target.target)?;
    let is_wanted = |name: &str| arguments.pattern.as_ref().is_none_or(|p| p.is_match(name));
    let mut text = String::new();
    if arguments.skipped {
        for item in header.skipped().iter().filter(|s| is_wanted(s.name.as_deref().unwrap_or(""))) {
            let _ = writeln!(text, "{item}");
        }
        return Ok(Output { text, complete: true });
    }
    let macros = header.constants().iter().map(|c| (&c.name, c.value.clone(), &c.ty, &c.place));
    let enumerators = header.declarations().constants.iter();
    let enumerators = enumerators.map(|c| (&c.name, ConstValue::Int(c.value), &c.ty, &c.place));
    let found = enumerators.chain(macros).filter(|(name, ..)| is_wanted(name));
    let mut records = Vec::new();
    for (name, value, ty, place) in found {
        if arguments.json {
            let (ty, place) = (ty.to_string(), place.to_string());
            records.push(
                json!({ "name": **name, "value": as_json(&value), "type": ty, "place": place }),
            );
        } else {
            let _ = writeln!(text, "{name} = {}", shown(&value));
        }
    }
    if arguments.json {
        text = format!("{:#}\n", Value::Array(records));
    }
    Ok(Output { text, complete: true })
}

fn shown(value: &ConstValue) -> String {
    match value {
        ConstValue::Int(value) => value.to_string(),
        ConstValue::Float(value) => format!("{value:?}"),
        ConstValue::Str(bytes) => format!("\"{}\"", bytes.escape_ascii()),
        ConstValue::WStr(units) => {
            let text: String =
                units.iter().map(|u| char::from_u32(*u).unwrap_or('\u{fffd}')).collect();
            format!("L{text:?}")
        }
        other => format!("{other:?}"),
    }
}

/// A number where JSON has one that is exact, else its digits as a string.
fn as_json(value: &ConstValue) -> Value {
    match value {
        ConstValue::Int(value) => match (i64::try_from(*value), u64::try_from(*value)) {
            (Ok(value), _) => value.into(),
            (_, Ok(value)) => value.into(),
            _ => value.to_string().into(),
        },
        ConstValue::Float(value) => Value::from(*value),
        ConstValue::Str(bytes) => String::from_utf8_lossy(bytes).into_owned().into(),
        other => shown(other).into(),
    }
}
