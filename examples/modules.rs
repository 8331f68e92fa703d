//! C walks a list of its own and hands a closure each entry: what this process has loaded, with nothing described in
//! Rust. The struct, the callback and the function come from a C header.

use core::cell::RefCell;
use ctypes_wrap::header::Header;
use ctypes_wrap::prelude::*;

fn main() -> Result<(), Error> {
    let link = Header::new("link.h").define("_GNU_SOURCE", "1").read()?;
    let libc = link.bind(&Library::this())?;
    let iterate = libc.function("dl_iterate_phdr")?;
    println!("{}\n", iterate.signature().ty().declare(iterate.name()));

    // What C calls is said by the first parameter: a pointer to a function.
    let info = link.types().get("struct dl_phdr_info").expect("link.h has it");
    let each = Signature::of(&iterate.signature().params()[0])?;
    let failed = RefCell::new(None);
    let show = Callback::dynamic(&each, |args| {
        let [Value::Pointer(at), ..] = args else { return Value::Int(1) };
        // SAFETY: the loader passes the address of such a struct, which is there during the call.
        let shown = unsafe { CData::from_const_ptr(&info, *at).and_then(|info| show(&info)) };
        // Any other number than 0 ends the walk.
        let stop = shown.is_err();
        *failed.borrow_mut() = shown.err();
        Value::Int(stop.into())
    })?;
    // SAFETY: as the manual page has it; the closure needs no data, and lives longer than the call.
    unsafe { iterate.call_void((&show, core::ptr::null::<u8>()))? };
    drop(show);
    failed.into_inner().map_or(Ok(()), |e| Err(e.into()))
}

/// # Safety
/// A `struct dl_phdr_info` of the loader.
unsafe fn show(info: &CData<'_>) -> Result<(), ctypes_wrap::memory::AccessError> {
    let mut size = 0;
    for i in 0..info.get("dlpi_phnum")? {
        // SAFETY: there are as many headers as the struct says.
        let header = unsafe { info.deref("dlpi_phdr", i)? };
        // PT_LOAD: a part of the file that is in memory.
        if header.get::<u32>("p_type")? == 1 {
            size += header.get::<u64>("p_memsz")?;
        }
    }
    // SAFETY: a text, as the manual page says. It is empty for the program itself.
    let name = unsafe { info.deref_text("dlpi_name")? };
    let name = if name.is_empty() { "(this program)" } else { &name };
    println!("{:#014x} {size:>9} bytes  {name}", info.get::<u64>("dlpi_addr")?);
    Ok(())
}
