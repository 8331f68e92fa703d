//! Types that point at themselves: derived at compile time, and late-bound at run time.

use core::ffi::c_int;
use core::ptr::null_mut;
use ctypes_wrap::prelude::*;

// In Rust the recursion needs nothing special.
#[derive(CStruct, Debug, Clone, Copy)]
#[repr(C)]
#[ctypes(name = "node")]
struct Node {
    value: c_int,
    next: *mut Node,
}

fn main() -> Result<(), Error> {
    const SIZE: usize = Node::TYPE.size();
    println!("{}\nsize {SIZE} at compile time\n", Node::TYPE.layout()?);

    // At run time a record is declared, pointed at, and then defined, once.
    let types = Types::new();
    let node = types.declare_struct("node")?;
    let node_type = node.define(|r| r.field("value", Type::INT).field("next", node.pointer()))?;
    println!("made at run time it is the same type: {}", node_type == *Node::TYPE);

    let again = node.define(|r| r.field("value", Type::DOUBLE)).unwrap_err();
    println!("a second definition is an error: {again}");
    let inside = types.declare_struct("inside")?;
    let error = inside.define(|r| r.field("me", inside.ty())).unwrap_err();
    println!("so is a record inside itself: {error}");

    let mut last = Node { value: 2, next: null_mut() };
    let first = Node { value: 1, next: &mut last };
    // SAFETY: both nodes are alive.
    let second = unsafe { (*first.next).value };
    println!("\nfollowed: {}, {second}", first.value);
    Ok(())
}
