//! Records that are smaller by one thing.

use super::model::{Field, Form, Plan, Repr, Role, Ty, record};
use super::search::Subject;

impl Subject for Vec<Plan> {
    fn len(&self) -> usize {
        self.as_slice().len()
    }

    fn first(&self, count: usize) -> Vec<Plan> {
        self[..count].to_vec()
    }

    fn last(&self) -> usize {
        self.as_slice().last().map_or(0, |plan| plan.id)
    }

    fn only(&self, number: usize) -> Vec<Plan> {
        with_what_it_holds(self, number)
    }

    fn smaller(&self) -> Vec<Vec<Plan>> {
        let last = Subject::last(self);
        smaller(self).into_iter().map(|plans| with_what_it_holds(&plans, last)).collect()
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

/// The records, of which one has one thing less, in each way that there is.
pub(crate) fn smaller(plans: &[Plan]) -> Vec<Vec<Plan>> {
    let mut all = Vec::new();
    for (index, plan) in plans.iter().enumerate().rev() {
        for other in smaller_record(plan, plans) {
            let mut changed = plans.to_vec();
            changed[index] = other;
            // What holds a record that changed must still be one that can be written.
            if changed[index..].iter().all(|p| p.is_valid(&changed)) {
                all.push(changed);
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
