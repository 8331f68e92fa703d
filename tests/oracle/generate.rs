//! Random records with everything that C and its common extensions have.
//!
//! Left out, with the reason:
//! * records with a flexible array inside other records: C11 6.7.2.1p3 forbids it, and clang refuses
//!   arrays of them;
//! * `time_t`: a compiler does not know it, the C library says what it is;
//! * `__int128` on 32-bit targets, which have none;
//! * enumerations whose values need more than `int` on Windows with Microsoft's compiler, which
//!   would change the values;
//! * `aligned` and `packed` on an anonymous member, for which C has no place;
//! * `gcc_struct` and `ms_struct` where [`Target::bit_rule_by_attribute`] says that there is no choice.

use super::random::Random;
use ctypes_core::layout::{RecordKind, RecordRules};
use ctypes_core::target::{BitRule, Compiler, Endian, Target};
use ctypes_core::types::{FieldRole, FieldRules, Scalar, ScalarClass, TypeKind};
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
    target: Target,
    other_rule: Option<BitRule>,
    scalars: Vec<Scalar>,
    units: Vec<Type>,
}

impl Generator {
    pub fn new(seed: u64, target: Target, other_rule: Option<BitRule>) -> Generator {
        let is_wide = |s: &Scalar| matches!(s, Scalar::Int128 | Scalar::UInt128);
        let scalars: Vec<Scalar> = Scalar::ALL
            .iter()
            .copied()
            .filter(|s| *s != Scalar::Time && (target.pointer == 8 || !is_wide(s)))
            .collect();
        let is_integer = |s: &Scalar| {
            use ScalarClass::{Bool, Signed, Unsigned};
            matches!(s.class(&target), Signed | Unsigned | Bool)
        };
        let mut units: Vec<Type> =
            scalars.iter().filter(|s| is_integer(s)).map(|s| Type::scalar(*s)).collect();
        let mut enums = vec![("few", 1), ("negative", -5)];
        if !target.signed_enums {
            enums.push(("large", 1 << 40));
        }
        units.extend(enums.iter().map(|(name, value)| {
            let zero = format!("{name}_zero");
            Type::enumeration(name, [(zero.as_str(), 0), (&format!("{name}_value"), *value)])
                .unwrap()
        }));
        Generator { random: Random(seed), target, other_rule, scalars, units }
    }

    /// `count` records, the later ones with earlier ones inside.
    pub fn batch(&mut self, count: usize) -> Vec<(Plan, Type)> {
        let types = Types::new();
        let mut made: Vec<(Plan, Type)> = Vec::new();
        let mut usable: Vec<Type> = Vec::new();
        while made.len() < count {
            let name = format!("r{}", made.len());
            let mut plan = self.plan(&name, &usable);
            // Names may come in twice through anonymous members, or a flexible array may find no
            // other name: without the last field, they do not.
            let ty = loop {
                match plan.define(&types, &name) {
                    Ok(ty) => break Some(ty),
                    Err(e) if !e.contains("two fields") && !e.contains("flexible") => panic!("{e}"),
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
            fields.push(self.field(field, before, bits_in_ten));
        }
        if is_struct && count > 1 && self.random.once_in(20) {
            let rules = FieldRules { role: FieldRole::Flexible, ..FieldRules::PLAIN };
            fields.push((format!("{name}_flexible"), self.ty(before, 2), rules));
        }
        if let Some(order) = self.order() {
            fields.iter_mut().for_each(|f| order_field(f, order));
        }
        Plan { name: name.to_owned(), rules, fields }
    }

    /// The byte order of all members of a record, now and then, where the compiler has an attribute for it.
    fn order(&mut self) -> Option<Endian> {
        let is_ordered = self.target.compiler == Compiler::Gcc && self.random.once_in(4);
        is_ordered.then(|| *self.random.of(&[Endian::Big, Endian::Little]))
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
        8 * ty.at(&self.target).unwrap().size().min(ty.size() as u64)
    }

    fn ty(&mut self, before: &[Type], depth: u32) -> Type {
        match self.random.below(if depth > 2 { 6 } else { 14 }) {
            6 => self.ty(before, depth + 1).pointer(),
            7 => self.ty(before, depth + 1).const_pointer(),
            8 | 9 => {
                let len = self.random.below(4) as usize;
                self.ty(before, depth + 1).array(len).unwrap()
            }
            10 | 11 if !before.is_empty() => self.random.of(before).clone(),
            12 => {
                let (result, param) = (self.ty(&[], 3), self.ty(&[], 3));
                Type::function(CallConv::C, &result, [&param], false).pointer()
            }
            13 => self.random.of(&self.units).clone(),
            _ => Type::scalar(*self.random.of(&self.scalars)),
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
