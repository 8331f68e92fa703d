//! Many inputs in one file: each after a line `@@ LENGTH`, with a newline behind it. The bytes stand as
//! they are, so that the file is read and compared as text.

/// The inputs of a packed file.
pub fn unpack(mut packed: &[u8]) -> Result<Vec<&[u8]>, String> {
    let mut inputs = Vec::new();
    while !packed.is_empty() {
        let bad = |what| format!("input {}: {what}", inputs.len());
        let end = packed.iter().position(|b| *b == b'\n').ok_or_else(|| bad("no line"))?;
        let length = std::str::from_utf8(&packed[..end]).ok().and_then(|l| l.strip_prefix("@@ "));
        let length =
            length.and_then(|l| l.parse::<usize>().ok()).ok_or_else(|| bad("no length"))?;
        let rest = &packed[end + 1..];
        if rest.get(length) != Some(&b'\n') {
            return Err(bad("no newline behind it"));
        }
        inputs.push(&rest[..length]);
        packed = &rest[length + 1..];
    }
    Ok(inputs)
}

/// The packed file of some inputs, in an order that depends on nothing but them.
pub fn pack(mut inputs: Vec<Vec<u8>>) -> Vec<u8> {
    inputs.sort();
    inputs.dedup();
    let mut packed = Vec::new();
    for input in inputs {
        packed.extend_from_slice(format!("@@ {}\n", input.len()).as_bytes());
        packed.extend_from_slice(&input);
        packed.push(b'\n');
    }
    packed
}
