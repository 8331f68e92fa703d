//! Texts that would take time out of all proportion to their length. The front end counts its work and stops
//! where there is too much: what is proportional is read whole, however long, and what grows with the
//! square or faster ends in one error.

use ctypes_core::decl::{Declarations, Source};
use ctypes_core::{Target, Types};

const TOO_MUCH: &str = "the text takes too much work to read";

/// As many as make 25 million steps if each is done for each: far more than a text may take.
const MANY: usize = 5_000;

fn read(text: &str, target: Target) -> Declarations {
    Source::new(text).target(target).read(&Types::new())
}

fn each(n: usize, item: impl Fn(usize) -> String) -> String {
    (0..n).map(item).collect()
}

/// `f10` has two parameters of type `f9`, and so on: 2^10 parts, though it is short.
fn doubling(last: &str) -> String {
    let name = |i: usize| if i == 0 { last.to_owned() } else { format!("f{i}") };
    each(10, |i| format!("typedef int (*f{})({1}, {1});\n", i + 1, name(i)))
}

#[test]
fn proportional() {
    let record = format!("struct big {{ {} }};\n", each(MANY, |i| format!("int a{i};")));
    let texts = [
        record.clone() + &each(MANY, |i| format!("int b{i}[sizeof(struct big)];\n")),
        record.clone() + &each(MANY, |i| format!("struct big b{i}[1];\n")),
        record.clone()
            + "struct w { struct big b; }; struct x {"
            + &each(MANY, |i| format!("struct w b{i};"))
            + "};",
        record.clone()
            + "typedef struct big t0[2];"
            + &each(20, |i| format!("typedef t{i} t{}[1];", i + 1))
            + &each(MANY, |i| format!("int b{i}[sizeof(t20) > 0];\n")),
        record.clone()
            + "enum {"
            + &each(MANY, |i| format!("E{i} = __builtin_offsetof(struct big, a{i}),"))
            + "};",
        record.clone()
            + "extern struct big *p;"
            + &each(MANY, |i| format!("int b{i}[__alignof__(*(struct big *)(char *)p)];\n")),
        format!("struct s {{ struct {{ {} }}; }} v;", each(MANY, |i| format!("int a{i};")))
            + &each(MANY, |i| format!("int b{i}[sizeof(v.a1)];\n")),
        record + "struct big v[] = {" + &each(MANY, |_| "{ 1 },".to_owned()) + "};",
    ];
    for text in texts {
        for target in [Target::X86_64_LINUX, Target::AARCH64_LINUX] {
            let found = read(&text, target);
            let shown: String = text.chars().rev().take(60).collect();
            let shown: String = shown.chars().rev().collect();
            assert!(found.skipped.is_empty(), "{shown}: {}", found.skipped[0].error);
        }
    }
}

#[test]
fn out_of_proportion() {
    let parameters = |ty: &str, n: usize| vec![ty; n].join(", ");
    let wide = |name: &str| format!("typedef void (*{name})({});\n", parameters("int *", 400));
    let texts = [
        doubling("int") + "struct s {" + &each(MANY, |i| format!("f10 a{i};")) + "} v;",
        doubling("struct r *") + &each(MANY, |i| format!("extern f10 v{i};\n")),
        wide("f") + &wide("h") + &"extern f v; extern h v;\n".repeat(MANY),
        wide("f") + "int a[_Generic((f)0, " + &"int: 1, ".repeat(2 * MANY) + "default: 2)];",
        format!("void f({});", parameters("int", 25_000)),
    ];
    for text in texts {
        let found = read(&text, Target::AARCH64_LINUX);
        let last = found.skipped.last().map(|s| s.error.message.as_str());
        assert!(last.is_some_and(|m| m.contains(TOO_MUCH)), "{last:?}");
        assert_eq!(found.skipped.len(), 1, "{}", found.skipped[0].error);
    }
}
