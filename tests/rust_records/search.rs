//! Making what shows something wrong as small as it can be.

use super::workshop::{Finding, Kind, Verdict};

/// The most programs that one search may compile.
const MOST: usize = 400;

/// What a batch is made of: things with numbers, which may need others among them.
pub(crate) trait Subject: Clone {
    /// How many things there are.
    fn len(&self) -> usize;
    /// The first `count` of them.
    fn first(&self, count: usize) -> Self;
    /// The number of the last.
    fn last(&self) -> usize;
    /// That with the number, and what it needs.
    fn only(&self, number: usize) -> Self;
    /// With one thing less, in each way that there is. The last one is that which is blamed.
    fn smaller(&self) -> Vec<Self>;
}

/// What was found, and with what.
pub(crate) struct Smallest<S> {
    pub(crate) subject: S,
    pub(crate) finding: Finding,
    /// How many programs that took.
    pub(crate) tries: usize,
}

/// The smallest found that shows to `judge` what `found` says of `all`.
///
/// # Errors
/// A compiler that can no longer be run.
pub(crate) fn shrink<S: Subject>(
    judge: &dyn Fn(&S) -> Result<Verdict, String>,
    all: &S,
    found: Finding,
) -> Result<Smallest<S>, String> {
    let mut search = Search { judge, kind: found.kind.clone(), tries: 0 };
    let mut best = Smallest { subject: all.clone(), finding: found, tries: 0 };
    // Who is to blame: what is named, else the first without which all is well.
    let blamed = match best.finding.about {
        Some(number) => number,
        None => search.culprit(&mut best)?,
    };
    search.attempt(&mut best, all.only(blamed))?;
    // A step that leads on may do so again; the end is a round without any.
    let (mut at, mut in_vain) = (0, 0);
    while search.tries < MOST {
        let steps = best.subject.smaller();
        if steps.is_empty() || in_vain >= steps.len() {
            break;
        }
        at %= steps.len();
        let Some(step) = steps.into_iter().nth(at) else { break };
        if search.attempt(&mut best, step)? {
            in_vain = 0;
        } else {
            at += 1;
            in_vain += 1;
        }
    }
    best.tries = search.tries;
    Ok(best)
}

struct Search<'a, S> {
    judge: &'a dyn Fn(&S) -> Result<Verdict, String>,
    kind: Kind,
    tries: usize,
}

impl<S: Subject> Search<'_, S> {
    /// Keeps `subject` if it shows what is looked for too.
    fn attempt(&mut self, best: &mut Smallest<S>, subject: S) -> Result<bool, String> {
        self.tries += 1;
        let verdict = (self.judge)(&subject)?;
        let finding = verdict.findings.into_iter().find(|f| f.kind == self.kind);
        let is_shown = finding.is_some();
        if let Some(finding) = finding {
            *best = Smallest { subject, finding, tries: 0 };
        }
        Ok(is_shown)
    }

    /// The last of the fewest first things that show it.
    fn culprit(&mut self, best: &mut Smallest<S>) -> Result<usize, String> {
        let all = best.subject.clone();
        let (mut well, mut wrong) = (0, all.len());
        while wrong - well > 1 {
            let middle = well.midpoint(wrong);
            match self.attempt(best, all.first(middle))? {
                true => wrong = middle,
                false => well = middle,
            }
        }
        Ok(all.first(wrong).last())
    }
}
