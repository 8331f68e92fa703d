//! Making records that show something wrong as few and as small as they can be.

use super::model::{Field, Form, Plan, Repr, Role, Ty, record};
use super::workshop::{Finding, Kind, Workshop};

/// What Rust is told of the records of C: the same, but where a test of the tests wants something found.
pub(crate) type Binding = dyn Fn(&[Plan]) -> Vec<Plan> + Sync;

/// The most programs that one search may compile.
const MOST: usize = 400;

/// What was found, and with which records.
pub(crate) struct Smallest {
    pub(crate) plans: Vec<Plan>,
    pub(crate) finding: Finding,
    /// How many programs that took.
    pub(crate) tries: usize,
}

/// The smallest records found that show what `found` says of `plans`.
///
/// # Errors
/// A compiler that can no longer be run.
pub(crate) fn shrink(
    workshop: &Workshop,
    batch: &str,
    binding: &Binding,
    plans: &[Plan],
    found: Finding,
) -> Result<Smallest, String> {
    let mut search = Search { workshop, batch, binding, kind: found.kind.clone(), tries: 0 };
    let mut best = Smallest { plans: plans.to_vec(), finding: found, tries: 0 };
    // Who is to blame: the record that is named, else the first without which all is well.
    let blamed = match best.finding.record {
        Some(id) => id,
        None => search.culprit(&mut best)?,
    };
    search.attempt(&mut best, with_what_it_holds(plans, blamed))?;
    // A step that leads on may do so again; the end is a round without any.
    let (mut at, mut in_vain) = (0, 0);
    while search.tries < MOST {
        let steps = smaller(&best.plans);
        if steps.is_empty() || in_vain >= steps.len() {
            break;
        }
        at %= steps.len();
        let step = steps.into_iter().nth(at);
        if search.attempt(&mut best, step.unwrap_or_default())? {
            in_vain = 0;
        } else {
            at += 1;
            in_vain += 1;
        }
    }
    best.tries = search.tries;
    Ok(best)
}

struct Search<'a> {
    workshop: &'a Workshop,
    batch: &'a str,
    binding: &'a Binding,
    kind: Kind,
    tries: usize,
}

impl Search<'_> {
    /// What of the kind that is looked for the records show.
    fn shown(&mut self, plans: &[Plan]) -> Result<Option<Finding>, String> {
        self.tries += 1;
        let of_rust = (self.binding)(plans);
        let verdict = self.workshop.judge(&format!("{}-smaller", self.batch), plans, &of_rust)?;
        Ok(verdict.findings.into_iter().find(|f| f.kind == self.kind))
    }

    /// Keeps `plans` if they show it too.
    fn attempt(&mut self, best: &mut Smallest, plans: Vec<Plan>) -> Result<bool, String> {
        let finding = self.shown(&plans)?;
        let is_shown = finding.is_some();
        if let Some(finding) = finding {
            *best = Smallest { plans, finding, tries: 0 };
        }
        Ok(is_shown)
    }

    /// The last of the fewest first records that show it; a record holds earlier ones alone.
    fn culprit(&mut self, best: &mut Smallest) -> Result<usize, String> {
        let all = best.plans.clone();
        let (mut well, mut wrong) = (0, all.len());
        while wrong - well > 1 {
            let middle = well.midpoint(wrong);
            match self.attempt(best, all[..middle].to_vec())? {
                true => wrong = middle,
                false => well = middle,
            }
        }
        Ok(all[wrong - 1].id)
    }
}

/// The record, after those that it holds.
pub(crate) fn with_what_it_holds(all: &[Plan], id: usize) -> Vec<Plan> {
    let mut kept = vec![id];
    for plan in all.iter().rev().filter(|p| p.id <= id) {
        if kept.contains(&plan.id) {
            kept.extend(plan.fields.iter().filter_map(|f| f.ty.record()));
        }
    }
    all.iter().filter(|p| kept.contains(&p.id)).cloned().collect()
}

/// The records with one thing less, in each way that there is. The last one is that which is blamed.
fn smaller(plans: &[Plan]) -> Vec<Vec<Plan>> {
    let mut all = Vec::new();
    let Some(last) = plans.last() else { return all };
    for (index, plan) in plans.iter().enumerate().rev() {
        for other in smaller_record(plan, plans) {
            let mut changed = plans.to_vec();
            changed[index] = other;
            // What holds a record that changed must still be one that can be written.
            if changed[index..].iter().all(|p| p.is_valid(&changed)) {
                all.push(with_what_it_holds(&changed, last.id));
            }
        }
    }
    all
}

fn smaller_record(plan: &Plan, all: &[Plan]) -> Vec<Plan> {
    let mut others = Vec::new();
    let mut push = |change: &dyn Fn(&mut Plan)| {
        let mut other = plan.clone();
        change(&mut other);
        other.ms &= other.has_bits();
        if other != *plan {
            others.push(other);
        }
    };
    for i in 0..plan.fields.len() {
        push(&|p| drop(p.fields.remove(i)));
    }
    push(&|p| p.around = (Vec::new(), Vec::new()));
    push(&|p| p.around.0.truncate(p.around.0.len() / 2));
    push(&|p| p.around.1.truncate(p.around.1.len() / 2));
    push(&|p| p.repr = Repr::Plain);
    push(&|p| p.ms = false);
    push(&|p| p.endian = None);
    for (i, field) in plan.fields.iter().enumerate() {
        push(&|p| p.fields[i].role = Role::Plain);
        push(&|p| p.fields[i].form = Form::Plain);
        if let Some(width) = field.bits
            && width > 1
        {
            push(&|p| p.fields[i].bits = Some(width / 2));
            push(&|p| p.fields[i].bits = Some(width - 1));
        }
        match &field.ty {
            Ty::Array(of, len) => {
                push(&|p| p.fields[i].ty = (**of).clone());
                push(&|p| p.fields[i].ty = Ty::Array(of.clone(), len / 2));
            }
            // The fields of a record in its place; an only field alone.
            Ty::Record(id) => {
                for inner in &record(all, *id).fields {
                    let role = Role::Plain;
                    let name = if inner.is_named() { &field.name } else { &inner.name };
                    let inner = Field { name: name.clone(), role, ..inner.clone() };
                    push(&|p| p.fields[i] = inner.clone());
                }
            }
            Ty::Scalar(_) | Ty::Ordered(..) => {}
        }
    }
    others
}
