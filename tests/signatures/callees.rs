//! The functions in C, with a judge's functions for each.
//!
//! A function `F` folds every byte that it received and that means something into a checksum, leaves that in `last`, and
//! returns what it makes of it. All else that is said of `F` is said by C as well: `F_want` calls it within C,
//! `F_care` makes arguments valid (`bool`s, enumerations), `F_sums` is the checksum of arguments in memory, `F_sum` that of
//! a result, and `F_back` calls a function of that type with arguments in memory.

use super::c::{cared_for, declare, definition, folded, prelude, whole};
use super::plan::{Batch, Call, promoted};
use std::fmt::Write as _;

const PRELUDE: &str = "\
#include <stdarg.h>
static uint64_t last;
void last_clear(void) { last = 0; }
uint64_t last_checksum(void) { return last; }
static void make(uint64_t h, void *at, size_t size) {
    unsigned char *p = at;
    for (size_t i = 0; i < size; i++) {
        h = h * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        p[i] = h >> 56;
    }
}
";

pub(crate) fn source(batch: &Batch) -> String {
    let mut text = prelude() + PRELUDE;
    for plan in &batch.records {
        text += &definition(plan, &batch.records);
        text += &whole(plan, &batch.records);
    }
    for call in &batch.calls {
        text += &function(call);
    }
    text
}

/// The records and the declaration, to be shown.
pub(crate) fn shown(batch: &Batch, call: &Call) -> String {
    let records = batch.records.iter().map(|p| definition(p, &batch.records));
    records.chain([declaration(call) + ";\n"]).collect()
}

/// The declaration without its end.
pub(crate) fn declaration(call: &Call) -> String {
    returning(call, &format!("{}({})", call.name(), parameters(call)))
}

/// A declaration of something that gives what the function does.
fn returning(call: &Call, declarator: &str) -> String {
    match &call.result {
        Some(ty) => declare(ty, declarator),
        None => format!("void {declarator}"),
    }
}

fn parameters(call: &Call) -> String {
    let fixed = call.fixed().iter().enumerate();
    let mut params: Vec<String> = fixed.map(|(i, ty)| declare(ty, &format!("a{i}"))).collect();
    match call.fixed {
        Some(_) => params.push("...".to_owned()),
        None if params.is_empty() => params.push("void".to_owned()),
        None => {}
    }
    params.join(", ")
}

fn function(call: &Call) -> String {
    let (mut lists, mut folds, mut loads) = (String::new(), String::new(), String::new());
    let (mut cares, mut sums) = (String::new(), String::new());
    for (i, ty) in call.params.iter().enumerate() {
        let is_listed = call.fixed.is_some_and(|n| i >= n);
        if is_listed {
            let own = declare(ty, "");
            let got = match promoted(ty) {
                Some((listed, _)) => format!("({own})va_arg(ap, {listed})"),
                None => format!("va_arg(ap, {own})"),
            };
            writeln!(lists, "    {} = {got};", declare(ty, &format!("a{i}"))).unwrap();
        }
        folds += &format!("    {{ unsigned char *p = (void *)&a{i};\n{}    }}\n", folded(ty, "p"));
        sums += &format!("    {{ unsigned char *p = a[{i}];\n{}    }}\n", folded(ty, "p"));
        cares +=
            &format!("    {{ unsigned char *p = a[{i}]; (void)p;\n{}    }}\n", cared_for(ty, "p"));
        let declared = declare(ty, &format!("a{i}"));
        writeln!(loads, "    {declared}; memcpy(&a{i}, a[{i}], sizeof a{i});").unwrap();
    }
    let names: Vec<String> = (0..call.params.len()).map(|i| format!("a{i}")).collect();
    let (name, names) = (call.name(), names.join(", "));
    let (mut give, mut keep, mut kept, mut sum) = Default::default();
    if let Some(ty) = &call.result {
        give = format!(
            "    {}; make(h, &r, sizeof r);\n    {{ unsigned char *p = (void *)&r; (void)p;\n{}    }}\n    return r;\n",
            declare(ty, "r"),
            cared_for(ty, "p")
        );
        keep = format!("{} = ", declare(ty, "x"));
        kept = "memcpy(r, &x, sizeof x); ".to_owned();
        sum = folded(ty, "p");
    }
    let (begin, end) = match call.fixed {
        Some(fixed) => {
            (format!("    va_list ap; va_start(ap, a{});\n", fixed - 1), "    va_end(ap);\n")
        }
        None => (String::new(), ""),
    };
    let start = "uint64_t h = 0xcbf29ce484222325u;";
    let back = match call.fixed {
        // No callback takes a `...`.
        Some(_) => String::new(),
        None => format!(
            "void {name}_back({}, void *const *a, void *r) {{ (void)a;\n{loads}    {keep}f({names}); {kept}}}\n",
            returning(call, &format!("(*f)({})", parameters(call)))
        ),
    };
    format!(
        "{} {{ {start}\n{begin}{lists}{end}{folds}    last = h;\n{give}}}\n\
         void {name}_care(void *const *a) {{ (void)a;\n{cares}}}\n\
         void {name}_made(uint64_t h, void *r, size_t size) {{ make(h, r, size); unsigned char *p = r; (void)p;\n{}}}\n\
         uint64_t {name}_sums(void *const *a) {{ {start} (void)a;\n{sums}    return h; }}\n\
         uint64_t {name}_sum(void *q) {{ {start} unsigned char *p = q; (void)p;\n{sum}    return h; }}\n\
         uint64_t {name}_want(void *const *a, void *r) {{ (void)a;\n{loads}    {keep}{name}({names}); {kept}return last; }}\n{back}",
        declaration(call),
        call.result.as_ref().map_or_else(String::new, |ty| cared_for(ty, "p")),
    )
}
