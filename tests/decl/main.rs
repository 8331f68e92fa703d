//! The C front end, judged by C compilers; bad input; random input.

#[allow(dead_code, unreachable_pub)]
#[path = "../oracle/mod.rs"]
mod oracle;

mod bad_input;
mod details;
mod expressions;
mod features;
mod judge;
#[allow(dead_code, unreachable_pub)]
mod mutate;
#[allow(dead_code, unreachable_pub)]
mod packed;
mod random_texts;
mod replay;
mod work;

use oracle::random;
