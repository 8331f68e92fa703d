//! The long form of `tests/callbacks`, with more callbacks, threads and signatures than fit into a test.
//!
//!     cargo run --release --example callbacks_long -- churn 10000000
//!     cargo run --release --example callbacks_long -- threads 60

#[path = "churn.rs"]
mod churn;
#[path = "memory.rs"]
mod memory;

use std::process::ExitCode;
use std::time::{Duration, Instant};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let (what, count) = match args[..] {
        [what] => (what, None),
        [what, count] => (what, count.parse::<u64>().ok()),
        _ => ("", None),
    };
    let start = Instant::now();
    match (what, count) {
        ("churn", Some(count)) => {
            let (first, last) = memory::while_churning(count as usize, &mut |i| {
                if i % 100_000 == 0 {
                    eprint!("\r{i} of {count}");
                }
            });
            println!("\rmade and dropped {count} callbacks in {:.1?}", start.elapsed());
            println!("resident after the first 20,000: {first} KiB, at the end: {last} KiB");
            if last > first + memory::SLACK {
                println!("memory grew");
                return ExitCode::FAILURE;
            }
        }
        ("threads", Some(seconds)) => {
            let calls = churn::stress(8, Duration::from_secs(seconds));
            println!("8 threads made {calls} calls in {:.1?}", start.elapsed());
        }
        _ => {
            eprintln!("expected `churn COUNT` or `threads SECONDS`");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
