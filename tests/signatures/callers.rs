//! The functions in Rust, as a user declares them, and what `judge.rs` asks of them.

use super::callees;
use super::model::Ty;
use super::plan::{Batch, Call, promoted};
use super::rust::{definition, rust_type};
use super::search::Subject as _;
use std::collections::BTreeSet;

const PRELUDE: &str = "\
#![allow(warnings)]
use core::ffi::*;
use ctypes_wrap::{Be, CStruct, CType, CUnion, Callback, Complex, Function, Le, LongDouble, Raw, Type, bitfield, foreign_fn};
use ctypes_wrap::{call::Args, error::CallError};
use signatures_judge::{ByteValues, Case, Refused, Seen, ShortValues, SignedValues, UnsignedValues, Wide, Word, get, put};
type size_t = usize;
";

/// The most arguments of a tuple, and of a typed callback.
const TUPLE: usize = 16;
const CALLBACK: usize = 12;

/// A program of the functions, whose C half is in the file `library`, without the functions that are left out.
pub(crate) fn source(
    batch: &Batch,
    of_c: &Batch,
    library: &str,
    left_out: &BTreeSet<String>,
) -> String {
    let (mut text, mut functions, mut all) = (PRELUDE.to_owned(), String::new(), String::new());
    for plan in &batch.records {
        text += &definition(plan, &batch.records);
    }
    for (call, of_c_call) in batch.calls.iter().zip(&of_c.calls) {
        let is_refused = left_out.contains(&call.name());
        if !is_refused {
            functions += &declaration(call);
        }
        all += &case(call, batch, &callees::shown(&of_c.only(call.id), of_c_call), is_refused);
    }
    format!(
        "{text}\n#[foreign_fn(linux = [{library:?}])]\nunsafe extern \"C\" {{\n{functions}}}\n\n\
         static ALL: &[Case] = &[\n{all}];\n\
         fn main() {{ signatures_judge::run({library:?}, ALL) }}\n"
    )
}

/// The declaration in the block.
pub(crate) fn declaration(call: &Call) -> String {
    let fixed = call.fixed().iter().enumerate();
    let mut params: Vec<String> = fixed.map(|(i, ty)| format!("a{i}: {}", rust_type(ty))).collect();
    if call.fixed.is_some() {
        params.push("...".to_owned());
    }
    format!("    fn {}({}){};\n", call.name(), params.join(", "), result(call))
}

fn result(call: &Call) -> String {
    call.result.as_ref().map_or_else(String::new, |ty| format!(" -> {}", rust_type(ty)))
}

fn case(call: &Call, batch: &Batch, in_c: &str, is_refused: bool) -> String {
    let (id, name, count) = (call.id, call.name(), call.params.len());
    let types: Vec<String> = call.params.iter().map(rust_type).collect();
    let described: Vec<String> = types.iter().map(|ty| format!("<{ty}>::TYPE")).collect();
    let (described, fixed) = (described.join(", "), call.fixed().len());
    let ret = call.result.as_ref().map_or_else(|| "()".to_owned(), rust_type);
    let result_type = match &call.result {
        Some(ty) => format!("<{}>::TYPE", rust_type(ty)),
        None => "&Type::VOID".to_owned(),
    };
    let own: String = batch
        .only(id)
        .records
        .iter()
        .map(|p| definition(p, &batch.records))
        .chain([declaration(call)])
        .collect();
    let given = |i: usize, ty: &Ty| match promoted(ty) {
        Some((_, to)) if i >= fixed => format!("get::<{}>(a[{i}]) as {to}", types[i]),
        _ => format!("get::<{}>(a[{i}])", types[i]),
    };
    let arguments: Vec<String> =
        call.params.iter().enumerate().map(|(i, ty)| given(i, ty)).collect();
    let plain: Vec<String> =
        types.iter().enumerate().map(|(i, ty)| format!("get::<{ty}>(a[{i}])")).collect();

    let mut direct = format!("put::<{ret}>(r, {name}({})); true", arguments.join(", "));
    if call.fixed.is_some() {
        // rustc passes what stands after the `...` by its own rule.
        let listed = types[fixed..].iter().map(|ty| format!(" && <{ty}>::BY_VALUE"));
        let listed: String = listed.collect();
        direct = format!("if const {{ true{listed} }} {{ {direct} }} else {{ false }}");
    }
    if is_refused {
        direct = "false".to_owned();
    }
    let tuple = match count {
        // Each is much work for the compiler, and little else than pushing.
        ..=TUPLE if id % 4 == 0 => {
            let comma = if count == 1 { "," } else { "" };
            format!("put::<{ret}>(r, f.call::<{ret}>(({}{comma}))?); Ok(true)", plain.join(", "))
        }
        _ => "Ok(false)".to_owned(),
    };
    let pushed: String = plain.iter().map(|get| format!("args.push({get}); ")).collect();
    let all = types.iter().chain(call.result.is_some().then_some(&ret));
    let by_value: Vec<String> = all.map(|ty| format!("<{ty}>::BY_VALUE")).collect();
    let by_value = if by_value.is_empty() { "true".to_owned() } else { by_value.join(" && ") };
    let back = match (call.fixed, count) {
        (None, ..=CALLBACK) => {
            let params: Vec<String> =
                types.iter().enumerate().map(|(i, ty)| format!("a{i}: {ty}")).collect();
            let seen: Vec<String> =
                (0..count).map(|i| format!("(&raw const a{i}).cast_mut().cast()")).collect();
            let kept = seen.join(", ");
            format!(
                "let f = Callback::new(|{}|{} {{ unsafe {{ seen.take(&[{kept}]); get::<{ret}>(seen.result) }} }})?; \
                 call(f.as_ptr()); Ok(true)",
                params.join(", "),
                match &call.result {
                    Some(ty) => format!(" -> {}", rust_type(ty)),
                    None => " -> ()".to_owned(),
                },
            )
        }
        _ => "Ok(false)".to_owned(),
    };
    format!(
        "    Case {{\n    name: \"{name}\", refused: {is_refused}, variadic: {}, fixed: {fixed},\n    \
         c: r##\"{in_c}\"##,\n    rust: r##\"{own}\"##,\n    \
         params: &[{described}], result: {result_type}, result_size: size_of::<{ret}>(), by_value: {by_value},\n    \
         direct: |a, r| unsafe {{ {direct} }},\n    \
         tuple: |f, a, r| unsafe {{ {tuple} }},\n    \
         push: |args, a| unsafe {{ {pushed} }},\n    \
         back: |seen, call| {{ {back} }},\n    }},\n",
        call.fixed.is_some(),
    )
}
