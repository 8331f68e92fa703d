//! What it costs to read C declarations: `cargo bench --bench declarations`.
//!
//! One prototype in each way that takes one, beside the same signature without any text, and a long
//! text by its bytes. Times are the fastest of interleaved rounds; the ratio is to the first row.

use ctypes_core::decl::Source;
use ctypes_core::{CallConv, Library, Signature, Type, Types};
use std::hint::black_box;
use std::time::Instant;

const PROTOTYPE: &str = "double pow(double, double);";
const LONGER: &str = "int qsort_r(void *base, size_t count, size_t size, int (*compare)(const void *, const void *, void *), void *data);";
const CORPUS: &str = include_str!("../../decl/corpus.h");

/// How often all rows are timed, and how long each.
const ROUNDS: u32 = 30;
const BATCH_NS: f64 = 5e6;

struct Row {
    name: &'static str,
    bytes: usize,
    run: Box<dyn FnMut()>,
    ns: f64,
}

fn row(name: &'static str, bytes: usize, run: impl FnMut() + 'static) -> Row {
    Row { name, bytes, run: Box::new(run), ns: f64::INFINITY }
}

fn main() {
    let program = Library::this();
    let shared = Types::new();
    let mut rows = [
        row("Signature::new, no text", 0, || {
            let sig = Signature::new(CallConv::C, &Type::DOUBLE, [&Type::DOUBLE, &Type::DOUBLE]);
            black_box(sig).expect("doubles can be passed");
        }),
        row("Type of a prototype, namespace kept", PROTOTYPE.len(), {
            let types = shared.clone();
            move || {
                let found = Source::new(black_box(PROTOTYPE)).parse(&types);
                black_box(found).expect("it is C");
            }
        }),
        row("Type of a prototype, new namespace", PROTOTYPE.len(), || {
            black_box(Types::new().parse(black_box(PROTOTYPE))).expect("it is C");
        }),
        row("Signature::parse", PROTOTYPE.len(), || {
            black_box(Signature::parse(black_box(PROTOTYPE))).expect("it is C");
        }),
        row("Library::declare, with dlsym", 26, move || {
            black_box(program.declare(black_box("long labs(long number);"))).expect("libc has it");
        }),
        row("a longer prototype, new namespace", LONGER.len(), || {
            black_box(Types::new().parse(black_box(LONGER))).expect("it is C");
        }),
        row("a constant expression", 27, move || {
            black_box(shared.evaluate(black_box("(1u << 4 | 0x0F) * sizeof(int)")))
                .expect("it is C");
        }),
        row("many declarations, new namespace", CORPUS.len(), || {
            black_box(Source::new(black_box(CORPUS)).read(&Types::new()));
        }),
    ];
    let batches: Vec<u32> = rows
        .iter_mut()
        .map(|row| {
            let start = Instant::now();
            (0..10).for_each(|_| (row.run)());
            (BATCH_NS / (start.elapsed().as_nanos() as f64 / 10.0)).max(1.0) as u32
        })
        .collect();
    // `cargo test` runs benches too: once is enough to see that they work.
    let rounds = if std::env::args().any(|a| a == "--bench") { ROUNDS } else { 1 };
    for _ in 0..rounds {
        for (row, batch) in rows.iter_mut().zip(&batches) {
            let start = Instant::now();
            (0..*batch).for_each(|_| (row.run)());
            row.ns = row.ns.min(start.elapsed().as_nanos() as f64 / f64::from(*batch));
        }
    }
    if cfg!(debug_assertions) {
        eprintln!("built without optimisation: these figures say nothing");
    }
    println!("{:<38} {:>10} {:>7} {:>8}", "", "ns", "ratio", "MB/s");
    let base = rows[0].ns;
    for row in &rows {
        let speed = row.bytes as f64 * 1e3 / row.ns;
        println!("{:<38} {:>10.0} {:>7.2} {:>8.0}", row.name, row.ns, row.ns / base, speed);
    }
}
