//! `data_threads [OPERATIONS] [SEED]`: all of `CData` from two threads at once, on the same objects.
#![forbid(unsafe_code)]

mod drive;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let count = args.next().map_or(Ok(100_000), |n| n.parse())?;
    let seed = args.next().map_or(Ok(20_050_101), |n| n.parse())?;
    println!(
        "seed {seed}: {count} operations in each of two threads, of {} kinds",
        drive::LINES.len()
    );
    let done = drive::run(seed, count)?;
    println!("done, {done} of them with success");
    Ok(())
}
