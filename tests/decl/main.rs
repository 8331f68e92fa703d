//! The C front end, judged by C compilers; bad input; random input.

mod features;
mod judge;
