//! The long form of the test of random texts:
//! `cargo run --release --example decl_fuzz -- [--seconds 3600] [--seed S]`.
//!
//! The text in hand stands in a file, whose name is said at the start: a crash that no program
//! survives leaves it there. A text that takes more than ten seconds ends the run.

#[allow(dead_code)]
#[path = "../common/long_form.rs"]
mod long_form;
#[allow(dead_code, unreachable_pub)]
mod mutate;
#[allow(dead_code, unreachable_pub)]
#[path = "../oracle/random.rs"]
mod random;

use long_form::options;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

static COUNT: AtomicU64 = AtomicU64::new(0);

fn main() {
    let (mut seconds, mut seed) = (3600, 20_050_101);
    options("usage: decl_fuzz [--seconds N] [--seed S]", |option, value| {
        match option {
            "--seconds" => seconds = value.parse().ok()?,
            "--seed" => seed = value.parse().ok()?,
            _ => return None,
        }
        Some(())
    });
    let path = std::env::temp_dir().join(format!("decl-fuzz-{}.c", std::process::id()));
    println!("seed {seed}, {seconds} seconds; the text in hand is in {}", path.display());
    std::panic::set_hook(Box::new(|_| {}));
    let watched = path.clone();
    std::thread::spawn(move || {
        let mut last = u64::MAX;
        loop {
            let now = COUNT.load(Ordering::Relaxed);
            if now == last {
                eprintln!("text {now} takes more than ten seconds: see {}", watched.display());
                std::process::exit(1);
            }
            last = now;
            std::thread::sleep(Duration::from_secs(10));
        }
    });
    let kept = path.clone();
    let run = std::thread::Builder::new().stack_size(5 << 18).spawn(move || {
        let start = Instant::now();
        let goes_on = |done: u64| {
            COUNT.store(done, Ordering::Relaxed);
            if done.is_multiple_of(50_000) {
                println!("{done} texts, {} s", start.elapsed().as_secs());
            }
            start.elapsed() < Duration::from_secs(seconds)
        };
        mutate::run(seed, goes_on, |text| {
            let _ = std::fs::write(&kept, text);
        })
    });
    match run.expect("a thread starts").join().expect("nothing escapes") {
        Ok(done) => {
            let _ = std::fs::remove_file(&path);
            println!("{done} texts, no crash");
        }
        Err(report) => {
            eprintln!("{report}");
            std::process::exit(1);
        }
    }
}
