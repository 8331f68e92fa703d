//! `pack FILE DIR` packs the inputs of a directory into a file; `pack --undo FILE DIR` is the reverse.

#[path = "../decl/packed.rs"]
mod packed;

use std::error::Error;
use std::fs;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--undo", file, dir] => {
            let bytes = fs::read(file)?;
            for (i, input) in packed::unpack(&bytes)?.into_iter().enumerate() {
                fs::write(format!("{dir}/{i:05}"), input)?;
            }
        }
        [file, dir] => {
            let paths = fs::read_dir(dir)?.collect::<Result<Vec<_>, _>>()?;
            let mut inputs =
                paths.iter().map(|e| fs::read(e.path())).collect::<Result<Vec<_>, _>>()?;
            // libFuzzer cuts long ones off, also within a character.
            inputs.retain(|input| std::str::from_utf8(input).is_ok());
            fs::write(file, packed::pack(inputs))?;
        }
        _ => return Err("usage: pack [--undo] FILE DIR".into()),
    }
    Ok(())
}
