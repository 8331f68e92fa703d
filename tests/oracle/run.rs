//! One target's judgement of many records, in batches of one compiler process each.

use super::compilers::Judge;
use super::evidence::{differences, unit};
use super::generate::Generator;
use super::shrink::shrink;
use ctypes_core::Type;

/// Records in one file.
pub const BATCH: usize = 500;

/// Judges `count` records; `progress` is told how many are done. The error is the report.
pub fn judge(
    judge: &Judge,
    seed: u64,
    count: usize,
    mut progress: impl FnMut(usize),
) -> Result<(), String> {
    judge.check()?;
    let mut generator = Generator::new(seed, judge);
    let mut done = 0;
    while done < count {
        let batch = generator.batch(BATCH.min(count - done));
        let types: Vec<Type> = batch.iter().map(|(_, ty)| ty.clone()).collect();
        let blame = |e: String| format!("{} (seed {seed}): {e}", judge.target.name);
        let text = unit(&types, &judge.target).map_err(blame)?;
        let object = judge.compile(&text).map_err(blame)?;
        let found = differences(&types, &judge.target, &object).map_err(blame)?;
        if let Some((first, told)) = found.first() {
            let (ty, told) =
                shrink(judge, &batch[*first].0).unwrap_or((types[*first].clone(), told.clone()));
            return Err(format!(
                "{}, judged by {} (seed {seed}, after {done} records): {} of {} records differ.\n{told}\n\
                 The smallest record found:\n{}{}",
                judge.target.name,
                judge.program,
                found.len(),
                batch.len(),
                inner_definitions(&ty),
                ty.at(&judge.target).map_or_else(|e| e.to_string(), |l| l.to_string()),
            ));
        }
        done += batch.len();
        progress(done);
    }
    Ok(())
}

fn inner_definitions(ty: &Type) -> String {
    let text = unit(std::slice::from_ref(ty), &ctypes_core::Target::NATIVE).unwrap_or_default();
    let start = super::evidence::PRELUDE.len().min(text.len());
    text[start..].split("struct __attribute__((packed)) show").next().unwrap_or("").to_owned()
}

/// The number in the environment, or else `default`.
pub fn number(variable: &str, default: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => match text.parse() {
            Ok(n) => n,
            Err(_) => panic!("{variable} is to be a decimal number, found `{text}`"),
        },
        Err(_) => default,
    }
}
