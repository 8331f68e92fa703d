//! Messages put together at compile time: what a failed check of the derive says, numbers included.
//!
//! A message never fails and never allocates; a piece that no longer fits is left out whole, so that
//! the text stays valid UTF-8.

const CAPACITY: usize = 1024;

/// Text of bounded length, built by `const` functions.
pub(super) struct Message {
    bytes: [u8; CAPACITY],
    len: usize,
}

impl Message {
    pub(super) const fn new() -> Message {
        Message { bytes: [0; CAPACITY], len: 0 }
    }

    pub(super) const fn text(mut self, piece: &str) -> Message {
        let piece = piece.as_bytes();
        if piece.len() > CAPACITY - self.len {
            return self;
        }
        let mut i = 0;
        while i < piece.len() {
            self.bytes[self.len] = piece[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    pub(super) const fn number(self, n: u64) -> Message {
        let mut digits = [b'0'; 20];
        let mut first = digits.len() - 1;
        let mut rest = n;
        digits[first] += (rest % 10) as u8;
        while rest >= 10 {
            rest /= 10;
            first -= 1;
            digits[first] += (rest % 10) as u8;
        }
        match core::str::from_utf8(digits.split_at(first).1) {
            Ok(text) => self.text(text),
            Err(_) => self,
        }
    }

    pub(super) const fn as_str(&self) -> &str {
        match core::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_std_writes_them() {
        for n in [0, 1, 9, 10, 101, 65_535, u64::MAX] {
            assert_eq!(Message::new().number(n).as_str(), n.to_string());
        }
    }

    #[test]
    fn what_does_not_fit_is_left_out_whole() {
        let long = "é".repeat(CAPACITY / 2 - 1);
        let message = Message::new().text(&long).text("abc").text("é").text("x");
        assert_eq!(message.as_str(), format!("{long}é"));
    }
}
