//! Random records with everything that C and its common extensions have.
//!
//! Left out, with the reason:
//! * records with a flexible array inside other records: C11 6.7.2.1p3 forbids it, and clang refuses
//!   arrays of them;
//! * `time_t`: a compiler does not know it, the C library says what it is;
//! * scalars that the target has not, or its compiler does not know yet;
//! * vectors of more than 16 bytes, of which gcc's `_Alignof` says less than their place in a record;
//! * arrays of `_Atomic` elements and of typedefs with an alignment, which gcc sometimes forgets: with `typedef
//!   volatile int t[3] __attribute__((aligned(1)));` a `t x[2];` is aligned to 4 or 1, as what was declared before has it;
//! * bit fields of `_BitInt` in unions and on AArch64, whose initialisers clang 14 crashes on;
//! * `_Atomic` of 8 and 16 bytes on i386, where gcc does not align a struct of it alone as it aligns it;
//! * typedefs that align an `_Atomic` type, which gcc forgets where a `volatile` comes to it;
//! * typedefs that align vectors of less than 8 bytes, which gcc for i686 ignores;
//! * enumerations whose values need more than `int` on Windows with Microsoft's compiler, which
//!   would change the values;
//! * `aligned` and `packed` on an anonymous member, for which C has no place;
//! * `gcc_struct` and `ms_struct` where [`Target::bit_rule_by_attribute`] says that there is no choice.

use super::compilers::Judge;
use super::evidence::PRELUDE;
use super::random::Random;
use ctypes_core::layout::{RecordKind, RecordRules};
use ctypes_core::target::{BitRule, Compiler, Endian, Target};
use ctypes_core::types::{FieldRole, FieldRules, Qualifiers, Scalar, ScalarClass, TypeKind};
use ctypes_core::{CallConv, Type, Types};

/// One record as it was made up, so that parts of it can be left out again.
#[derive(Clone)]
pub struct Plan {
    pub name: String,
    pub rules: RecordRules,
    pub fields: Vec<(String, Type, FieldRules)>,
}

impl Plan {
    /// The type, under a name that need not be that of the plan.
    pub fn define(&self, types: &Types, name: &str) -> Result<Type, String> {
        let decl = match self.rules.kind {
            RecordKind::Struct => types.declare_struct(name),
            RecordKind::Union => types.declare_union(name),
        };
        let defined = decl.map_err(|e| e.to_string())?.define(|mut r| {
            let RecordRules { pack, packed, align, bit_rule, .. } = self.rules;
            for (name, ty, rules) in &self.fields {
                r = r.member(name, ty, *rules);
            }
            if packed {
                r = r.packed_record();
            }
            if let Some(n) = pack {
                r = r.pack(n);
            }
            if let Some(n) = align {
                r = r.align(n);
            }
            if let Some(rule) = bit_rule {
                r = r.bit_rule(rule);
            }
            r
        });
        defined.map_err(|e| e.to_string())
    }

    fn has_flexible(&self) -> bool {
        self.fields.iter().any(|f| f.2.role == FieldRole::Flexible)
    }
}

/// The source of records for one target.
pub struct Generator {
    random: Random,
    /// Of its own, so that a seed makes the same records whether or not they have an order.
    orders: Random,
    target: Target,
    other_rule: Option<BitRule>,
    /// Scalars, vectors and integers of any width.
    leaves: Vec<Type>,
    units: Vec<Type>,
    names: u32,
}

fn is_realigned(ty: &Type) -> bool {
    if ty.alias().is_some_and(|a| a.align().is_some()) {
        return true;
    }
    match ty.kind() {
        TypeKind::Array { of, .. } => is_realigned(&of),
        _ => ty.qualifiers().contains(Qualifiers::ATOMIC),
    }
}

/// Names may come in twice through anonymous members, or a flexible array may find no other name.
fn is_expected(error: &str) -> bool {
    ["two fields", "flexible"].iter().any(|e| error.contains(e))
}

/// The types that are made of nothing else: those that the target has and its judge knows.
pub fn leaves(judge: &Judge) -> Vec<Type> {
    let scalars = Scalar::ALL.iter().filter(|s| **s != Scalar::Time).map(|s| Type::scalar(*s));
    let there = scalars.chain(wide_types()).filter(|ty| ty.at(&judge.target).is_ok());
    known(judge, &there.collect::<Vec<Type>>())
}

/// Those of the types that the compiler has under their names: some of what a target has came
/// with later versions of its compiler.
pub fn known(judge: &Judge, types: &[Type]) -> Vec<Type> {
    let mut text = PRELUDE.to_owned();
    for alias in types.iter().filter_map(Type::alias) {
        text += &format!("typedef {};\n", alias.ty().declare(alias.name()));
    }
    text += "#line 1\n";
    for (i, ty) in types.iter().enumerate() {
        text += &format!("extern {};\n", ty.declare(&format!("known{i}")));
    }
    let errors = match judge.compile(&text) {
        Ok(_) => return types.to_vec(),
        Err(errors) => errors,
    };
    let is_known = |i: usize| !errors.contains(&format!(".c:{}:", i + 1));
    (0..types.len()).filter(|i| is_known(*i)).map(|i| types[i].clone()).collect()
}

/// Vectors, by names, since gcc takes the attribute in a declaration for one of the whole declarator;
/// and integers of any width.
pub fn wide_types() -> Vec<Type> {
    let vectors =
        [(Scalar::Char, 2), (Scalar::Short, 4), (Scalar::Int, 8), (Scalar::Float, 8)].into_iter();
    let vectors = vectors.chain([(Scalar::UChar, 16), (Scalar::Float, 16), (Scalar::Double, 16)]);
    let widths = [1, 5, 8, 17, 33, 63, 64, 65, 96, 128];
    vectors
        .map(|(of, size)| {
            let name = format!("{}_vector{size}", of.c_name().replace(' ', "_"));
            Type::vector(of, size).unwrap().typedef(&name).unwrap()
        })
        .chain(widths.map(|n| Type::bit_int(n, false).unwrap()))
        .chain([2, 12, 40, 100].map(|n| Type::bit_int(n, true).unwrap()))
        .collect()
}

impl Generator {
    pub fn new(seed: u64, judge: &Judge) -> Generator {
        let (target, other_rule) = (judge.target, judge.other_rule());
        let leaves = leaves(judge);
        let crashes = judge.options.iter().any(|o| o.contains("=aarch64") || o.contains("=arm64"));
        let is_integer = |ty: &&Type| match ty.kind() {
            TypeKind::Scalar(s) => {
                use ScalarClass::{Bool, Signed, Unsigned};
                matches!(s.class(&target), Signed | Unsigned | Bool)
            }
            // What has a size that is no power of two is no unit to the layout algorithm.
            kind => {
                let size = ty.at(&target).unwrap().size();
                matches!(kind, TypeKind::BitInt(_)) && size.is_power_of_two() && !crashes
            }
        };
        let mut units: Vec<Type> = leaves.iter().filter(is_integer).cloned().collect();
        let mut enums = vec![("few", 1), ("negative", -5)];
        if !target.signed_enums {
            enums.push(("large", 1 << 40));
        }
        units.extend(enums.iter().map(|(name, value)| {
            let zero = format!("{name}_zero");
            Type::enumeration(name, [(zero.as_str(), 0), (&format!("{name}_value"), *value)])
                .unwrap()
        }));
        Generator {
            random: Random(seed),
            orders: Random(!seed),
            target,
            other_rule,
            leaves,
            units,
            names: 0,
        }
    }

    /// `count` records, the later ones with earlier ones inside.
    pub fn batch(&mut self, count: usize) -> Vec<(Plan, Type)> {
        let types = Types::new();
        let mut made: Vec<(Plan, Type)> = Vec::new();
        let mut usable: Vec<Type> = Vec::new();
        while made.len() < count {
            let name = format!("r{}", made.len());
            let mut plan = self.plan(&name, &usable);
            // What C refuses is gone without the last field, or without the one before it.
            let ty = loop {
                match plan.define(&types, &name) {
                    Ok(ty) => break Some(ty),
                    Err(e) if !is_expected(&e) => panic!("{e}"),
                    Err(_) if plan.fields.pop().is_none() => break None,
                    Err(_) => {}
                }
            };
            let Some(ty) = ty else { continue };
            // A record that is much larger than others would make the instances too many bytes.
            if !plan.has_flexible() && ty.at(&self.target).is_ok_and(|l| l.size() <= 600) {
                usable.push(ty.clone());
            }
            made.push((plan, ty));
        }
        made
    }

    fn plan(&mut self, name: &str, before: &[Type]) -> Plan {
        let r = &mut self.random;
        let kind = if r.once_in(7) { RecordKind::Union } else { RecordKind::Struct };
        let mut rules = RecordRules::plain(kind);
        rules.packed = r.once_in(5);
        rules.pack = r.once_in(4).then(|| 1 << r.below(5));
        rules.align = r.once_in(6).then(|| 1 << r.below(7));
        rules.bit_rule = if r.once_in(5) { self.other_rule } else { None };
        // Half of the records have little but bit fields, whose neighbours matter.
        let bits_in_ten = *r.of(&[2, 5, 9]);
        let count = if r.once_in(60) { 0 } else { 1 + r.below(8) };
        let mut fields = Vec::new();
        let (is_struct, with_base) = (kind == RecordKind::Struct, self.random.once_in(15));
        if is_struct && with_base && !before.is_empty() {
            let rules = FieldRules { role: FieldRole::Base, ..FieldRules::PLAIN };
            fields.push((String::new(), self.random.of(before).clone(), rules));
        }
        for i in 0..count {
            let field = format!("{name}_{i}");
            let mut made = self.field(field, before, bits_in_ten);
            if !is_struct && made.2.bits.is_some() && matches!(made.1.kind(), TypeKind::BitInt(_)) {
                made.1 = Type::ULONGLONG;
                made.2.bits = made.2.bits.map(|n| n.min(64));
            }
            fields.push(made);
        }
        if is_struct && count > 1 && self.random.once_in(20) {
            let rules = FieldRules { role: FieldRole::Flexible, ..FieldRules::PLAIN };
            let of = self.ty(before, 2);
            let is_array = |at: &Target| of.array(1).is_ok_and(|array| array.at(at).is_ok());
            let may_be = is_array(&self.target) && !is_realigned(&of);
            let of = if may_be { of } else { Type::SHORT };
            fields.push((format!("{name}_flexible"), of, rules));
        }
        if let Some(order) = self.order() {
            fields.iter_mut().for_each(|f| order_field(f, order));
        }
        Plan { name: name.to_owned(), rules, fields }
    }

    /// The byte order of all members of a record, now and then, where the compiler has an attribute for it.
    fn order(&mut self) -> Option<Endian> {
        let is_ordered = self.target.compiler == Compiler::Gcc && self.orders.once_in(4);
        is_ordered.then(|| *self.orders.of(&[Endian::Big, Endian::Little]))
    }

    fn field(
        &mut self,
        name: String,
        before: &[Type],
        bits_in_ten: u64,
    ) -> (String, Type, FieldRules) {
        let (name, ty, mut rules) = if self.random.below(10) < bits_in_ten {
            self.bit_field(name)
        } else if !before.is_empty() && self.random.once_in(10) {
            let rules = FieldRules { role: FieldRole::Anonymous, ..FieldRules::PLAIN };
            (String::new(), self.random.of(before).clone(), rules)
        } else {
            (name, self.ty(before, 0), FieldRules::PLAIN)
        };
        let r = &mut self.random;
        if rules.role != FieldRole::Anonymous {
            rules.align = r.once_in(8).then(|| 1 << r.below(6));
            rules.packed = r.once_in(10);
        }
        (name, ty, rules)
    }

    fn bit_field(&mut self, name: String) -> (String, Type, FieldRules) {
        let r = &mut self.random;
        // Few types in one record, or units are rarely shared.
        let common = [Type::INT, Type::UINT, Type::UCHAR, Type::SHORT, Type::LONGLONG];
        let ty = if r.once_in(2) { r.of(&common) } else { r.of(&self.units) }.clone();
        let limit = self.limit(&ty);
        let r = &mut self.random;
        if r.once_in(9) {
            return (String::new(), ty, FieldRules::unnamed_bits(0));
        }
        let narrow = limit.min(9);
        let width = match r.below(4) {
            0 => 1 + r.below(limit) as u32,
            1 => limit as u32,
            _ => 1 + r.below(narrow) as u32,
        };
        if r.once_in(9) {
            return (String::new(), ty, FieldRules::unnamed_bits(width));
        }
        (name, ty, FieldRules::bits(width))
    }

    /// The widest bit field of a type on this machine and on the target.
    fn limit(&self, ty: &Type) -> u64 {
        if *ty == Type::BOOL {
            return 1;
        }
        if let TypeKind::BitInt(b) = ty.kind() {
            return b.width().into();
        }
        8 * ty.at(&self.target).unwrap().size().min(ty.size() as u64)
    }

    /// A type, one in a few with qualifiers and names.
    fn ty(&mut self, before: &[Type], depth: u32) -> Type {
        let mut ty = self.structure(before, depth);
        if self.random.once_in(12) {
            ty = ty.with_qualifiers(Qualifiers::VOLATILE);
        }
        let may_be_atomic = matches!(ty.kind(), TypeKind::Scalar(_) | TypeKind::Pointer { .. });
        let is_split = self.target.align8 < 8 && ty.at(&self.target).is_ok_and(|l| l.size() >= 8);
        if self.random.once_in(12) && may_be_atomic && !is_split && !is_realigned(&ty) {
            ty = ty.with_qualifiers(Qualifiers::ATOMIC);
        }
        if self.random.once_in(12) {
            self.names += 1;
            let name = format!("t{}", self.names);
            let aligned = ty.typedef_aligned(&name, 1 << self.random.below(6)).unwrap();
            let is_small = matches!(ty.kind(), TypeKind::Vector(v) if v.size() < 8);
            let is_atomic = ty.qualifiers().contains(Qualifiers::ATOMIC);
            let plain = is_small || is_atomic || self.random.once_in(2);
            ty = if plain { ty.typedef(&name).unwrap() } else { aligned };
        }
        ty
    }

    fn structure(&mut self, before: &[Type], depth: u32) -> Type {
        match self.random.below(if depth > 2 { 6 } else { 14 }) {
            6 => self.ty(before, depth + 1).pointer(),
            7 => self.ty(before, depth + 1).const_pointer(),
            8 | 9 => {
                let len = self.random.below(4) as usize;
                let of = self.ty(before, depth + 1);
                // The elements of an alignment above their size make no array.
                let fits = |at: &Target| of.array(len).is_ok_and(|array| array.at(at).is_ok());
                if fits(&self.target) && !is_realigned(&of) { of.array(len).unwrap() } else { of }
            }
            10 | 11 if !before.is_empty() => self.random.of(before).clone(),
            12 => {
                let (result, param) = (self.ty(&[], 3), self.ty(&[], 3));
                Type::function(CallConv::C, &result, [&param], false).pointer()
            }
            13 => self.random.of(&self.units).clone(),
            _ => self.random.of(&self.leaves).clone(),
        }
    }
}

/// Makes a member one of a record whose scalars are all in that order; an enumeration, which has no such
/// form, becomes an integer.
fn order_field((_, ty, rules): &mut (String, Type, FieldRules), order: Endian) {
    if rules.bits.is_some() {
        rules.order = Some(order);
    } else {
        *ty = ordered(ty, order);
    }
}

fn ordered(ty: &Type, order: Endian) -> Type {
    match ty.kind() {
        TypeKind::Scalar(scalar) => Type::ordered(scalar, order),
        TypeKind::Enum(_) => Type::ordered(Scalar::Int, order),
        TypeKind::Array { of, len } => ordered(&of, order).array(len as usize).unwrap(),
        _ => ty.clone(),
    }
}
