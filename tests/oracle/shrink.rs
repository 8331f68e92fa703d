//! Making a record that shows a difference as small as it can be.

use super::compilers::Judge;
use super::evidence::{differences, unit};
use super::generate::Plan;
use ctypes_core::{Type, Types};

/// What the judge says of one record alone; a record that is refused shows nothing.
pub fn difference(judge: &Judge, ty: &Type) -> Option<String> {
    let judged = std::slice::from_ref(ty);
    let text = unit(judged, &judge.target).ok()?;
    let object = judge.compile(&text).ok()?;
    let found = differences(judged, &judge.target, &object).ok()?;
    found.into_iter().next().map(|(_, difference)| difference)
}

/// The smallest record found, and what is wrong with it.
pub fn shrink(judge: &Judge, plan: &Plan) -> Option<(Type, String)> {
    shrink_by(plan, |ty| difference(judge, ty))
}

/// The smallest record found of which `differs` tells something.
pub fn shrink_by(plan: &Plan, differs: impl Fn(&Type) -> Option<String>) -> Option<(Type, String)> {
    let attempt = |plan: &Plan| {
        let ty = plan.define(&Types::new(), "smallest").ok()?;
        differs(&ty).map(|difference| (ty, difference))
    };
    let mut plan = plan.clone();
    let mut best = attempt(&plan)?;
    while let Some((smaller, found)) =
        smaller(&plan).into_iter().find_map(|p| attempt(&p).map(|found| (p, found)))
    {
        (plan, best) = (smaller, found);
    }
    Some(best)
}

/// The plan with one thing less, in each way that there is.
fn smaller(plan: &Plan) -> Vec<Plan> {
    let mut all = Vec::new();
    let mut push = |change: &dyn Fn(&mut Plan)| {
        let mut other = plan.clone();
        change(&mut other);
        all.push(other);
    };
    for i in 0..plan.fields.len() {
        push(&|p| drop(p.fields.remove(i)));
    }
    if plan.rules.packed {
        push(&|p| p.rules.packed = false);
    }
    if plan.rules.pack.is_some() {
        push(&|p| p.rules.pack = None);
    }
    if plan.rules.align.is_some() {
        push(&|p| p.rules.align = None);
    }
    for (i, (_, ty, rules)) in plan.fields.iter().enumerate() {
        if rules.packed {
            push(&|p| p.fields[i].2.packed = false);
        }
        if rules.align.is_some() {
            push(&|p| p.fields[i].2.align = None);
        }
        if let Some(bits) = rules.bits
            && bits > 1
        {
            push(&|p| p.fields[i].2.bits = Some(bits / 2));
        }
        if rules.bits.is_none() && !matches!(ty.kind(), ctypes_core::types::TypeKind::Scalar(_)) {
            push(&|p| {
                p.fields[i] =
                    (format!("plain{i}"), Type::CHAR, ctypes_core::types::FieldRules::PLAIN)
            });
        }
    }
    all
}
