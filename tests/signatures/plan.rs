//! Random functions of random records, and such batches with one thing less.

use super::generate::{self, Platform};
use super::model::{Care, Facts, Plan, Spelling, Ty, record};
use super::random::Random;
use super::search::Subject;
use super::shrink;

/// A function. `F{id}` is its name.
#[derive(Clone, PartialEq)]
pub(crate) struct Call {
    pub(crate) id: usize,
    pub(crate) result: Option<Ty>,
    pub(crate) params: Vec<Ty>,
    /// How many of them stand before the `...`, if there is one.
    pub(crate) fixed: Option<usize>,
}

/// Functions, and the records that they pass.
#[derive(Clone)]
pub(crate) struct Batch {
    pub(crate) records: Vec<Plan>,
    pub(crate) calls: Vec<Call>,
}

/// The most parameters.
pub(crate) const MOST: u64 = 20;
/// The records that one batch has.
const RECORDS: usize = 40;

impl Call {
    pub(crate) fn name(&self) -> String {
        format!("F{}", self.id)
    }

    /// The parameters before any `...`.
    pub(crate) fn fixed(&self) -> &[Ty] {
        &self.params[..self.fixed.unwrap_or(self.params.len())]
    }
}

/// What an argument after the `...` becomes (C11 6.5.2.2p6), in both languages; none for what stays as it is.
pub(crate) fn promoted(ty: &Ty) -> Option<(&'static str, &'static str)> {
    match ty {
        Ty::Scalar(s) if s.c == "float" => Some(("double", "c_double")),
        Ty::Scalar(s) if s.size < 4 => Some(("int", "c_int")),
        _ => None,
    }
}

/// Whether Rust has an `as` for what it becomes, or need not.
fn is_promoted_by_rust(ty: &Ty) -> bool {
    match ty {
        Ty::Scalar(s) => {
            promoted(ty).is_none() || s.care == Care::None && !s.rust.starts_with("Raw<")
        }
        _ => true,
    }
}

/// Whether the attribute is likely to refuse it: nothing is in it, or it is aligned to more than the stack is.
fn is_odd(plan: &Plan, all: &[Plan]) -> bool {
    fn is_nothing(ty: &Ty, all: &[Plan]) -> bool {
        match ty {
            Ty::Array(of, len) => *len == 0 || is_nothing(of, all),
            Ty::Record(id) => record(all, *id).named().all(|f| is_nothing(&f.ty, all)),
            Ty::Scalar(_) | Ty::Ordered(..) => false,
        }
    }
    Facts::of_record(plan, all).align > 16 || is_nothing(&Ty::Record(plan.id), all)
}

impl Batch {
    /// `count` functions. One batch in four has among them what the attribute does not take: a program with such functions
    /// is compiled twice.
    pub(crate) fn of(seed: u64, count: usize, platform: Platform) -> Batch {
        let records = generate::records(seed, RECORDS, platform);
        let is_tame = !seed.is_multiple_of(4);
        let usable = records.iter().filter(|p| !is_tame || !is_odd(p, &records));
        let usable: Vec<usize> = usable.map(|p| p.id).collect();
        let size = |id: &usize| Facts::of_record(record(&records, *id), &records).size;
        let small: Vec<usize> = usable.iter().copied().filter(|id| size(id) <= 24).collect();
        let scalars = generate::scalars(platform);
        let mut maker = Maker { random: Random(!seed), is_tame, records, usable, small, scalars };
        let calls = (0..count).map(|id| maker.call(id)).collect();
        Batch { records: maker.records, calls }
    }

    /// Without the records that no function needs.
    fn with_what_they_need(&self, calls: Vec<Call>) -> Batch {
        let types = calls.iter().flat_map(|call| call.params.iter().chain(&call.result));
        let mut kept: Vec<usize> = types.filter_map(Ty::record).collect();
        for plan in self.records.iter().rev() {
            if kept.contains(&plan.id) {
                kept.extend(plan.fields.iter().filter_map(|f| f.ty.record()));
            }
        }
        let records = self.records.iter().filter(|p| kept.contains(&p.id)).cloned().collect();
        Batch { records, calls }
    }
}

struct Maker {
    random: Random,
    is_tame: bool,
    records: Vec<Plan>,
    /// Those that are passed, and of these those that registers may hold.
    usable: Vec<usize>,
    small: Vec<usize>,
    scalars: Vec<Spelling>,
}

impl Maker {
    fn call(&mut self, id: usize) -> Call {
        let r = &mut self.random;
        let most = *r.of(&[4, 8, 12, MOST]);
        let count = r.below(most + 1);
        let is_variadic = count > 0 && r.once_in(6);
        let mut result = (!r.once_in(8)).then(|| self.ty());
        let mut params: Vec<Ty> = (0..count).map(|_| self.ty()).collect();
        let fixed = is_variadic.then(|| 1 + self.random.below(count) as usize);
        if let Some(fixed) = fixed {
            // The attribute hands out a pointer, through which rustc passes all of it.
            let is_plain = |ty: &Ty| match ty {
                Ty::Scalar(s) => s.care != Care::LongDouble,
                _ => false,
            };
            if self.is_tame {
                for ty in params[..fixed].iter_mut().chain(&mut result) {
                    while !is_plain(ty) {
                        *ty = self.ty();
                    }
                }
            }
            // What the `...` stands behind is what it is promoted to (C11 7.16.1.4p4).
            let before = &mut params[fixed - 1];
            while promoted(before).is_some() || self.is_tame && !is_plain(before) {
                *before = self.ty();
            }
            while let Some(at) = params[fixed..].iter().position(|ty| !is_promoted_by_rust(ty)) {
                params[fixed + at] = self.ty();
            }
        }
        Call { id, result, params, fixed }
    }

    fn ty(&mut self) -> Ty {
        match self.random.below(10) {
            0..=2 if !self.small.is_empty() => Ty::Record(*self.random.of(&self.small)),
            3 if !self.usable.is_empty() => Ty::Record(*self.random.of(&self.usable)),
            _ => Ty::Scalar(*self.random.of(&self.scalars)),
        }
    }
}

impl Subject for Batch {
    fn len(&self) -> usize {
        self.calls.len()
    }

    fn first(&self, count: usize) -> Batch {
        self.with_what_they_need(self.calls[..count].to_vec())
    }

    fn last(&self) -> usize {
        self.calls.last().map_or(0, |call| call.id)
    }

    fn only(&self, number: usize) -> Batch {
        self.with_what_they_need(self.calls.iter().filter(|c| c.id == number).cloned().collect())
    }

    fn smaller(&self) -> Vec<Batch> {
        let mut all = Vec::new();
        let Some(call) = self.calls.last() else { return all };
        let mut push = |change: &dyn Fn(&mut Call)| {
            let mut other = call.clone();
            change(&mut other);
            let is_sound = other.fixed.is_none_or(|n| {
                n > 0 && n <= other.params.len() && promoted(&other.params[n - 1]).is_none()
            });
            if other != *call && is_sound {
                all.push(self.with_what_they_need(vec![other]));
            }
        };
        push(&|c| c.result = None);
        push(&|c| c.fixed = None);
        for i in (0..call.params.len()).rev() {
            push(&|c| {
                drop(c.params.remove(i));
                c.fixed = c.fixed.map(|n| if i < n { n - 1 } else { n });
            });
        }
        for i in 0..call.params.len() {
            push(&|c| c.params[i] = Ty::Scalar(INT));
            if let Ty::Record(id) = call.params[i] {
                for field in &record(&self.records, id).fields {
                    if let (Ty::Record(_), None) = (&field.ty, field.bits) {
                        push(&|c| c.params[i] = field.ty.clone());
                    }
                }
            }
        }
        let others = shrink::smaller(&self.records).into_iter();
        all.extend(others.map(|records| {
            Batch { records, calls: self.calls.clone() }.with_what_they_need(self.calls.clone())
        }));
        all
    }
}

/// The simplest argument.
pub(crate) const INT: Spelling =
    Spelling { c: "int", rust: "c_int", told: None, size: 4, care: Care::None };
