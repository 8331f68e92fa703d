//! Records made at run time: late definition, extension, roles of members, reflection.

use crate::c;
use crate::compilers::JUDGES;
use ctypes_wrap::Target;
use ctypes_wrap::error::{DefineError, LayoutError};
use ctypes_wrap::layout::{LayoutFault, RecordKind};
use ctypes_wrap::prelude::*;
use ctypes_wrap::target::BitRule;
use ctypes_wrap::types::{FieldRole, FieldRules, RecordBuilder};
use std::fmt::Write as _;

fn define(name: &str, build: impl FnOnce(RecordBuilder) -> RecordBuilder) -> Type {
    let record = Types::new().declare_struct(name).expect("a name");
    record.define(build).unwrap_or_else(|e| panic!("{e}"))
}

fn refused(build: impl FnOnce(RecordBuilder) -> RecordBuilder) -> DefineError {
    let record = Types::new().declare_struct("s").expect("a name");
    record.define(build).expect_err("refused")
}

/// Size, alignment and the offsets of all named members, as every compiler has them.
fn judge(ty: &Type, declaration: &str, reach: &str) {
    for judge in JUDGES {
        let layout = ty.at(&judge.target).unwrap_or_else(|e| panic!("{e}"));
        let mut text = format!("{declaration}\n");
        let mut claim = |what: String, is: u64| {
            writeln!(text, "_Static_assert({what} == {is}, \"{what}\");").expect("text");
        };
        claim("sizeof(struct judged)".to_owned(), layout.size());
        claim("_Alignof(struct judged)".to_owned(), layout.align());
        for field in layout.named_fields().filter(|f| !f.is_bit_field()) {
            // In C the members of what is extended are reached by way of it.
            let own = ty.fields().iter().any(|f| f.name() == field.name());
            let path = if own { "" } else { reach };
            let name = field.name();
            claim(format!("__builtin_offsetof(struct judged, {path}{name})"), field.offset());
        }
        judge.compile(&text).unwrap_or_else(|e| panic!("{}: {e}", judge.target.name));
    }
}

/// Defined once; until then it can be pointed at, and nothing else.
#[test]
fn what_is_used_by_value_is_defined_before() {
    let types = Types::new();
    let [a, b] = ["a", "b"].map(|name| types.declare_struct(name).expect("a name"));
    let text = |e: &dyn std::fmt::Display| e.to_string();
    let early = [
        text(&b.define(|r| r.field("x", a.ty())).expect_err("no size")),
        text(&b.define(|r| r.base(a.ty())).expect_err("no size")),
        text(&b.define(|r| r.anonymous(a.ty())).expect_err("no size")),
        text(&b.define(|r| r.field("n", Type::INT).flexible("x", a.ty())).expect_err("no size")),
        text(&a.array(2).expect_err("no size")),
        text(&a.layout().expect_err("no size")),
    ];
    for error in &early {
        assert!(error.contains("`struct a`") && error.contains("not defined"), "{error}");
    }
    // Each of them is too late afterwards: none can be defined again.
    let defined = a.define(|r| r.field("b", b.pointer())).expect("a pointer needs no size");
    b.define(|r| r.field("a", &defined)).expect("complete by now");
    for (record, name) in [(&a, "struct a"), (&b, "struct b")] {
        let error = record.define(|r| r.field("other", Type::INT)).expect_err("too late");
        assert_eq!(error, DefineError::AlreadyDefined { record: name.to_owned() });
    }
    assert_eq!(defined.fields().len(), 1);
}

#[test]
fn no_record_contains_itself() {
    let types = Types::new();
    let [a, b] = ["a", "b"].map(|name| types.declare_struct(name).expect("a name"));
    let itself = |field: &str| DefineError::ContainsItself {
        record: "struct a".to_owned(),
        field: field.to_owned(),
    };
    let alias = a.typedef("alias").expect("a name");
    for ty in [a.ty(), alias, a.with_qualifiers(ctypes_wrap::types::Qualifiers::CONST)] {
        assert_eq!(a.define(|r| r.field("me", &ty)).expect_err("itself"), itself("me"));
    }
    let flexible = a.define(|r| r.field("n", Type::INT).flexible("rest", a.ty()));
    assert_eq!(flexible.expect_err("itself"), itself("rest"));
    assert_eq!(a.define(|r| r.base(a.ty())).expect_err("itself"), itself("struct a (unnamed)"));
    // An array of it cannot be made while it has no size, and two records cannot both come first.
    assert!(a.array(1).expect_err("no size").to_string().contains("`struct a`"));
    let error = a.define(|r| r.field("b", b.ty())).expect_err("no size");
    assert!(matches!(error, DefineError::IncompleteField { .. }), "{error}");
    let error = b.define(|r| r.field("a", a.ty())).expect_err("no size");
    assert!(matches!(error, DefineError::IncompleteField { .. }), "{error}");
    // A definition that is made while another one is being made wins.
    let nested = a.define(|r| {
        a.define(|r| r.field("x", Type::INT)).expect("not defined yet");
        r.field("me", a.ty())
    });
    assert_eq!(nested, Err(DefineError::AlreadyDefined { record: "struct a".to_owned() }));
    assert_eq!(a.size(), size_of::<core::ffi::c_int>());
    let text = Types::new().parse("struct t { struct t me[2]; };").expect_err("itself");
    assert!(text.to_string().contains("`struct t`"), "{text}");
}

#[test]
fn a_base_is_extended_behind_its_padding() {
    let base = define("base", |r| r.field("wide", Type::LONGLONG).field("last", Type::CHAR));
    let declaration = "struct base { long long wide; char last; };";
    let extended = define("judged", |r| r.field("next", Type::CHAR).base(&base));
    judge(
        &extended,
        &format!("{declaration} struct judged {{ struct base b; char next; }};"),
        "b.",
    );
    let same = define("judged", |r| r.base(&base));
    judge(&same, &format!("{declaration} struct judged {{ struct base b; }};"), "b.");
    assert_eq!(same.layout().map(|l| l.size()), base.layout().map(|l| l.size()));
    let bits =
        define("judged", |r| r.base(&base).bits("low", Type::UINT, 3).field("c", Type::CHAR));
    let in_c = "struct judged { struct base b; unsigned low : 3; char c; };";
    judge(&bits, &format!("{declaration} {in_c}"), "b.");
    let more = define("judged", |r| r.base(&extended).field("again", Type::SHORT));
    let in_c = "struct middle { struct base b; char next; }; struct judged { struct middle m; short again; };";
    let layout = more.layout().expect("a layout");
    let found: Vec<&str> = layout.named_fields().map(|f| f.name()).collect();
    assert!(["wide", "last", "next", "again"].iter().all(|n| found.contains(n)), "{found:?}");
    for judge in JUDGES {
        let layout = more.at(&judge.target).expect("a layout");
        let offset = |name| layout.field(name).map(|f| f.offset()).expect("found");
        let claims = format!(
            "{declaration} {in_c}\n_Static_assert(sizeof(struct judged) == {}, \"\");
            _Static_assert(__builtin_offsetof(struct judged, m.b.last) == {}, \"last\");
            _Static_assert(__builtin_offsetof(struct judged, m.next) == {}, \"next\");
            _Static_assert(__builtin_offsetof(struct judged, again) == {}, \"again\");",
            layout.size(),
            offset("last"),
            offset("next"),
            offset("again"),
        );
        judge.compile(&claims).unwrap_or_else(|e| panic!("{}: {e}", judge.target.name));
    }

    let twice = refused(|r| r.base(&base).field("last", Type::INT));
    let last = DefineError::DuplicateField { record: "struct s".into(), field: "last".into() };
    assert_eq!(twice, last);
    let fault = |error: DefineError| match error {
        DefineError::Layout { fault, record, field: Some(_) } if record == "struct s" => fault,
        other => panic!("{other}"),
    };
    assert_eq!(fault(refused(|r| r.base(Type::INT))), LayoutFault::NotARecord);
    assert_eq!(fault(refused(|r| r.base(&base).base(&more))), LayoutFault::MisplacedBase);
    let rules = FieldRules { role: FieldRole::Base, ..FieldRules::PLAIN };
    let second = refused(|r| r.field("x", Type::INT).member("", &base, rules));
    assert_eq!(fault(second), LayoutFault::MisplacedBase);
    let union = Types::new().declare_union("u").expect("a name");
    let error = union.define(|r| r.base(&base)).expect_err("a union extends nothing");
    assert!(error.to_string().contains("`union u`"), "{error}");
}

#[test]
fn only_records_are_anonymous() {
    for ty in [Type::INT, Type::VOID_PTR, Type::INT.array(2).expect("small")] {
        let error = refused(|r| r.field("x", Type::CHAR).anonymous(&ty)).to_string();
        assert!(error.contains("`struct s`") && error.contains("struct or union"), "{error}");
    }
    let types = Types::new();
    let inner = types.declare_union("inner").expect("a name");
    let inner = inner.define(|r| r.field("i", Type::INT).field("d", Type::DOUBLE)).expect("fine");
    let outer = define("judged", |r| r.field("tag", Type::CHAR).anonymous(&inner));
    judge(&outer, "struct judged { char tag; union { int i; double d; }; };", "");
}

/// `_pack_`, `_align_`, `_layout_`: what they say, and what is none.
#[test]
fn packing_alignment_and_rule() {
    let members = |r: RecordBuilder| r.field("c", Type::CHAR).field("d", Type::DOUBLE);
    judge(
        &define("judged", |r| members(r).pack(2)),
        "#pragma pack(2)\nstruct judged { char c; double d; };",
        "",
    );
    judge(
        &define("judged", |r| members(r).align(32)),
        "struct judged { char c; double d; } __attribute__((aligned(32)));",
        "",
    );
    // Less than what the members need changes nothing.
    judge(
        &define("judged", |r| members(r).align(1)),
        "struct judged { char c; double d; } __attribute__((aligned(1)));",
        "",
    );
    for n in [0, 3, 1 << 29] {
        let error = [refused(|r| members(r).pack(n)), refused(|r| members(r).align(n))];
        for error in error.map(|e| e.to_string()) {
            assert!(
                error.contains("`struct s`") && error.ends_with(&format!("found {n}")),
                "{error}"
            );
        }
    }
    let ms = define("judged", |r| {
        r.bit_rule(BitRule::Ms).bits("a", Type::CHAR, 3).bits("b", Type::INT, 3)
    });
    let gcc = JUDGES.iter().find(|j| j.target == Target::X86_64_LINUX).expect("a judge");
    let size = ms.at(&gcc.target).expect("gcc has it").size();
    gcc.compile(&format!(
        "struct __attribute__((ms_struct)) s {{ char a : 3; int b : 3; }};
        _Static_assert(sizeof(struct s) == {size}, \"\");"
    ))
    .unwrap_or_else(|e| panic!("{e}"));
    let error = ms.at(&Target::RISCV64_LINUX).expect_err("no such attribute");
    assert!(matches!(error, LayoutError::Fault { fault: LayoutFault::NoSuchRule, .. }), "{error}");
}

#[test]
fn empty_records_are_flagged() {
    let none = define("judged", |r| r);
    judge(&none, "struct judged { };", "");
    let is_empty = |ty: &Type| ty.record().expect("a record").is_empty();
    let some = define("s", |r| r.field("x", Type::INT));
    let unnamed = define("s", |r| r.unnamed_bits(Type::INT, 5).anonymous(&none).anonymous(&none));
    let around = define("s", |r| r.anonymous(&some));
    let opaque = Types::new().declare_struct("opaque").expect("a name");
    let found = [&none, &some, &unnamed, &around, &opaque.ty()].map(is_empty);
    assert_eq!(found, [true, false, true, false, false]);
    // What gcc says of it when it is asked to keep to the standard.
    let pedantic = std::process::Command::new("gcc")
        .args(["-std=c11", "-fsyntax-only", "-pedantic-errors", "-x", "c", "/dev/stdin"])
        .stdin(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .and_then(|mut gcc| {
            std::io::Write::write_all(&mut gcc.stdin.take().expect("piped"), b"struct s { };")?;
            gcc.wait()
        })
        .expect("this test needs gcc");
    assert!(!pedantic.success());
}

/// Name, type, place in bytes and bits, and what kind of member it is; the places as C has them.
#[test]
fn fields_are_described() {
    let types = Types::new();
    let u = types.declare_union("u").expect("a name");
    let u = u.define(|r| r.field("f", Type::FLOAT).field("i", Type::INT)).expect("fine");
    let ty = define("judged", |r| {
        r.field("c", Type::CHAR)
            .bits("low", Type::UINT, 3)
            .bits("high", Type::INT, 11)
            .anonymous(&u)
    });
    let declaration =
        "struct judged { char c; unsigned low : 3; int high : 11; union { float f; int i; }; };";
    judge(&ty, declaration, "");
    let text = format!(
        "{declaration}
        const struct judged low_is_set = {{ .low = -1 }}, high_is_set = {{ .high = -1 }};
        const unsigned long size[2] = {{ sizeof(struct judged), _Alignof(struct judged) }};"
    );
    let lib = c::library("rows_fields", &text);
    let layout = ty.layout().expect("a layout");
    assert_eq!(c::extent(&lib, "size"), [layout.size() as usize, layout.align() as usize]);
    for name in ["low", "high"] {
        let field = layout.field(name).expect("a field");
        // SAFETY: the library has a constant of that name and of the size that was just compared.
        let bytes = unsafe {
            core::slice::from_raw_parts(
                c::get::<*const u8>(&lib, &format!("{name}_is_set")),
                layout.size() as usize,
            )
        };
        let set: Vec<usize> =
            (0..bytes.len() * 8).filter(|bit| bytes[bit / 8] >> (bit % 8) & 1 != 0).collect();
        let first = field.offset() as usize * 8 + usize::from(field.bit_offset().expect("bits"));
        let width = field.bit_size() as usize;
        assert_eq!(set, (first..first + width).collect::<Vec<_>>(), "{name}");
        assert!(field.is_bit_field() && field.width() == Some(width as u32));
    }
    let c = &layout.fields()[0];
    assert_eq!((c.name(), c.ty(), c.size(), c.bit_size()), ("c", &Type::CHAR, 1, 8));
    assert!(!c.is_bit_field() && !c.is_anonymous() && c.bit_offset().is_none());
    let anonymous = &layout.fields()[3];
    assert!(anonymous.is_anonymous() && anonymous.name().is_empty() && *anonymous.ty() == u);
    assert_eq!(anonymous.ty().record().map(|r| r.rules().kind), Some(RecordKind::Union));
}

/// `c_int` and `c_long` are compatible where they have one size, and keep their names.
#[test]
fn spellings_of_one_size_are_compatible() {
    for target in Target::ALL {
        use ctypes_wrap::types::Scalar::{Int, Long, LongLong, UInt, ULong};
        let same = |a, b| {
            Type::scalar(a).at(target).unwrap().size() == Type::scalar(b).at(target).unwrap().size()
        };
        assert_eq!(Int.is_compatible(Long, target), same(Int, Long), "{}", target.name);
        assert_eq!(UInt.is_compatible(ULong, target), same(UInt, ULong), "{}", target.name);
        assert_eq!(Long.is_compatible(LongLong, target), same(Long, LongLong), "{}", target.name);
        assert!(!Int.is_compatible(UInt, target) && !Long.is_compatible(ULong, target));
    }
    let (long, other) = match size_of::<core::ffi::c_long>() {
        8 => (Type::LONG, Type::LONGLONG),
        _ => (Type::LONG, Type::INT),
    };
    assert!(long != other && long.is_compatible(&other) && long.to_string() != other.to_string());
    assert!(long.pointer().is_compatible(&other.pointer()) && long.pointer() != other.pointer());
    let list = |of: &Type| of.pointer().array(2).expect("small").pointer();
    assert!(list(&long).is_compatible(&list(&other)) && list(&long).to_string() == "long *(*)[2]");
    assert!(!long.pointer().is_compatible(&Type::SHORT.pointer()));
    // So a call takes the one for the other.
    let lib = c::library("rows_spellings", "long sum(const long *p) { return p[0] + p[1]; }");
    let signature = Signature::new(CallConv::C, &long, [&long.const_pointer()]);
    let sum = lib.function("sum", &signature.expect("a signature")).expect("it has it");
    let sent: [core::ffi::c_long; 2] = [40, 2];
    // SAFETY: the function has that type, and reads two numbers.
    assert_eq!(unsafe { sum.call::<core::ffi::c_long>((sent.as_ptr(),)) }, Ok(42));
    // SAFETY: as above; it is refused.
    unsafe { sum.call::<core::ffi::c_long>((sent.as_ptr().cast::<i16>(),)) }.expect_err("short *");
}
