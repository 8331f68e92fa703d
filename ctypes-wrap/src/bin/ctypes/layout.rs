//! `ctypes layout`: a listing of records in C, or an array of them in JSON.

use crate::header::{HeaderArguments, NamedTarget};
use crate::{Failure, Output, colours, report};
use clap::Args;
use ctypes_wrap::header::Header;
use ctypes_wrap::types::{FieldRole, Layout, TypeKind};
use ctypes_wrap::{Target, Type};
use serde_json::{Value, json};
use std::fmt::Write as _;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    header: HeaderArguments,
    /// Structs, unions and typedefs of them; all of the header if none is named
    #[arg(value_name = "STRUCT")]
    names: Vec<String>,
    /// The target whose layout is shown, as a triple; this platform if there is none
    #[arg(short, long = "target", value_name = "TARGET", value_parser = NamedTarget::parse)]
    targets: Vec<NamedTarget>,
    /// Writes an array of records with their fields, in JSON
    #[arg(long)]
    json: bool,
}

/// The most bytes that all masks of one record may take together.
const MAX_MASKS: u64 = 1 << 28;

pub(crate) fn run(arguments: &Arguments) -> Result<Output, Failure> {
    let native = [NamedTarget::native()];
    let targets = if arguments.targets.is_empty() { &native[..] } else { &arguments.targets };
    let (mut text, mut records, mut complete) = (String::new(), Vec::new(), true);
    for target in targets {
        let header = arguments.header.read(&target.target)?;
        for (name, ty) in wanted(&header, &arguments.names)? {
            let shown = ty.at(&target.target).map_err(|e| e.to_string()).and_then(|layout| {
                if arguments.json {
                    records.push(record(&name, target, &layout)?);
                } else {
                    text.push_str(&listing(&name, &layout));
                }
                Ok(())
            });
            if let Err(reason) = shown {
                report("error", &format!("{name}: {reason}"));
                complete = false;
            }
        }
    }
    if arguments.json {
        text = format!("{:#}\n", Value::Array(records));
    }
    Ok(Output { text, complete })
}

/// The records that are asked for, by their names without a keyword.
fn wanted(header: &Header, names: &[String]) -> Result<Vec<(String, Type)>, Failure> {
    let mut found = Vec::new();
    for name in names {
        let ty = header.types().get(name.trim());
        let ty = ty.ok_or_else(|| unknown(header, name))?;
        let Some(record) = ty.record() else {
            return Err(format!(
                "expected a struct or union, found `{name}`, which is `{}`",
                ty.resolved()
            )
            .into());
        };
        if !record.is_complete() {
            return Err(format!("`{ty}` is declared but not defined in `{}`", header.name()).into());
        }
        let plain = name.trim().rsplit(' ').next().unwrap_or(name);
        found.push((plain.to_owned(), ty));
    }
    if !names.is_empty() {
        return Ok(found);
    }
    for ty in header.types().records() {
        let Some(record) = ty.record().filter(|r| r.is_complete() && !r.name().is_empty()) else {
            continue;
        };
        // The front end's own, for `va_list`.
        if record.name() != "__va_list_tag" {
            found.push((record.name().to_owned(), ty));
        }
    }
    for typedef in &header.declarations().typedefs {
        let record = typedef.ty.record().filter(|r| r.is_complete() && r.name().is_empty());
        if record.is_some() {
            found.push((typedef.name.to_string(), typedef.ty.clone()));
        }
    }
    Ok(found)
}

fn unknown(header: &Header, name: &str) -> Failure {
    let records = header.types().records();
    let plain = name.rsplit(' ').next().unwrap_or(name).to_lowercase();
    let mut close: Vec<String> = records
        .iter()
        .map(|ty| ty.to_string())
        .filter(|known| !plain.is_empty() && known.to_lowercase().contains(&plain))
        .take(5)
        .collect();
    close.sort();
    let close =
        if close.is_empty() { String::new() } else { format!("; there is {}", close.join(", ")) };
    format!("`{}` declares no type `{name}`{close}", header.name()).into()
}

/// The listing, by the name that was asked for if the record has none.
fn listing(name: &str, layout: &Layout) -> String {
    let mut text = String::new();
    let listing = layout.to_string();
    if layout.ty().record().is_some_and(|r| r.name().is_empty()) {
        let _ = writeln!(text, "{}", dimmed(&format!("/* {name} */")));
    }
    let _ = writeln!(text, "{}\n", dimmed(&listing));
    text
}

/// Comments in grey, on a terminal.
fn dimmed(text: &str) -> String {
    if !colours() {
        return text.to_owned();
    }
    text.replace("/*", "\x1b[2m/*").replace("*/", "*/\x1b[0m")
}

fn record(name: &str, target: &NamedTarget, layout: &Layout) -> Result<Value, String> {
    let mut leaves =
        Leaves { target: &target.target, size: layout.size(), masks: 0, found: Vec::new() };
    leaves.collect(layout, "", 0)?;
    let kind = layout.ty().record().map(|r| r.rules().kind.keyword());
    Ok(json!({
        "name": name,
        "kind": kind,
        "target": target.name,
        "size": layout.size(),
        "align": layout.align(),
        "fields": leaves.found,
    }))
}

/// The fields of a record that are no records themselves.
struct Leaves<'a> {
    target: &'a Target,
    /// Of the whole record, in bytes.
    size: u64,
    masks: u64,
    found: Vec<Value>,
}

impl Leaves<'_> {
    fn collect(&mut self, layout: &Layout, path: &str, base: u64) -> Result<(), String> {
        for field in layout.fields() {
            if field.rules().role == FieldRole::Unnamed {
                continue;
            }
            let offset = base + field.offset();
            // The members of one without a name are found as members of the outer record.
            let path = match (path, field.name()) {
                (path, "") => path.to_owned(),
                ("", name) => name.to_owned(),
                (path, name) => format!("{path}.{name}"),
            };
            if field.bits().is_some() {
                let ty = field.ty().to_string();
                self.leaf(&path, ty, offset, field.size(), field.width(), &field.mask())?;
            } else {
                self.value(field.ty(), &path, offset, field.size())?;
            }
        }
        Ok(())
    }

    /// A member that is no bit field: a record, an array of them, or a leaf.
    fn value(&mut self, ty: &Type, path: &str, offset: u64, size: u64) -> Result<(), String> {
        if ty.record().is_some() {
            let layout = ty.at(self.target).map_err(|e| e.to_string())?;
            return self.collect(&layout, path, offset);
        }
        if let TypeKind::Array { of, len } = ty.kind()
            && holds_records(&of)
            && len > 0
        {
            let each = size / len;
            for i in 0..len {
                self.value(&of, &format!("{path}[{i}]"), offset + i * each, each)?;
            }
            return Ok(());
        }
        let mask = vec![0xff; usize::try_from(size).map_err(|e| e.to_string())?];
        self.leaf(path, ty.to_string(), offset, size, None, &mask)
    }

    fn leaf(
        &mut self,
        path: &str,
        ty: String,
        offset: u64,
        size: u64,
        bit_width: Option<u32>,
        mask: &[u8],
    ) -> Result<(), String> {
        self.masks = self.masks.saturating_add(2 * self.size);
        if self.masks > MAX_MASKS {
            return Err(format!(
                "expected masks of at most {MAX_MASKS} digits together, found more"
            ));
        }
        let mut bytes = vec![0_u8; usize::try_from(self.size).map_err(|e| e.to_string())?];
        for (byte, bits) in
            bytes.iter_mut().skip(usize::try_from(offset).unwrap_or(usize::MAX)).zip(mask)
        {
            *byte = *bits;
        }
        let mut hex = String::with_capacity(bytes.len() * 2);
        for byte in bytes {
            let _ = write!(hex, "{byte:02x}");
        }
        self.found.push(json!({
            "path": path,
            "type": ty,
            "offset": offset,
            "size": size,
            "bit_width": bit_width,
            "mask": hex,
        }));
        Ok(())
    }
}

fn holds_records(ty: &Type) -> bool {
    match ty.kind() {
        TypeKind::Record(_) => true,
        TypeKind::Array { of, .. } => holds_records(&of),
        _ => false,
    }
}
