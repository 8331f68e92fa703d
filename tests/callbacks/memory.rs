//! The memory of the process while callbacks come and go.

use crate::churn::churn;

/// By how many KiB the memory may differ without having grown: the allocator's own.
pub(crate) const SLACK: u64 = 1024;

/// After so many, all entries have been in use and thousands of ended callbacks are kept.
const WARM: usize = 20_000;

/// The resident memory in KiB after the first callbacks, and after `count` of them.
pub(crate) fn while_churning(count: usize, each: &mut dyn FnMut(usize)) -> (u64, u64) {
    churn(WARM, |_| {});
    let first = resident();
    churn(count, each);
    (first, resident())
}

/// `VmRSS` of the system's own account.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc is mounted");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS is there");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
