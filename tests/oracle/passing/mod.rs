//! What a C compiler does with records that are passed and returned by value: a program that it makes is run, in qemu where
//! the machine is another one, and shows its registers ([`PROBE`]); this is compared with `Type::passing_at`.

use super::evidence::define;
use super::random::Random;
use ctypes_core::layout::{Piece, RegisterClass, Way};
use ctypes_core::target::{Abi, Endian, LongDoubleFormat, Target};
use ctypes_core::types::TypeKind;
use ctypes_core::{Type, Types};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

pub mod apart;
pub mod generate;

const PROBE: &str = include_str!("probe.c");

/// A compiler and what runs its programs.
pub struct Bench {
    pub target: Target,
    pub gcc: &'static str,
    /// The emulator, and Debian's package of it; none for the machine itself.
    pub run: Option<&'static str>,
    pub options: &'static [&'static str],
}

const fn bench(target: Target, gcc: &'static str, run: Option<&'static str>) -> Bench {
    Bench { target, gcc, run, options: &[] }
}

pub const BENCHES: &[Bench] = &[
    bench(Target::X86_64_LINUX, "x86_64-linux-gnu-gcc", Some("qemu-x86_64")),
    bench(Target::I686_LINUX, "i686-linux-gnu-gcc", Some("qemu-i386")),
    bench(Target::AARCH64_LINUX, "aarch64-linux-gnu-gcc", Some("qemu-aarch64")),
    bench(Target::ARMV7_LINUX, "arm-linux-gnueabihf-gcc", Some("qemu-arm")),
    bench(Target::RISCV64_LINUX, "riscv64-linux-gnu-gcc", Some("qemu-riscv64")),
    bench(Target::S390X_LINUX, "s390x-linux-gnu-gcc", Some("qemu-s390x")),
    bench(Target::POWERPC64LE_LINUX, "powerpc64le-linux-gnu-gcc", Some("qemu-ppc64le")),
];

/// What was found out about the records of one target.
#[derive(Default)]
pub struct Found {
    /// By index of the record.
    pub differences: Vec<(usize, String)>,
    /// Ways that are not said.
    pub unsaid: usize,
    /// Ways that were compared.
    pub compared: usize,
}

/// Runs the program for these records and compares.
pub fn judge(bench: &Bench, types: &[Type]) -> Result<Found, String> {
    let mut text = PROBE.to_owned();
    let mut defined = HashSet::new();
    for ty in types {
        define(ty, &mut defined, &mut text);
    }
    for (i, ty) in types.iter().enumerate() {
        writeln!(text, "JUDGE({i}, {ty})").unwrap();
    }
    text.push_str("int main(void) {\n");
    for i in 0..types.len() {
        writeln!(text, "judge{i}();").unwrap();
    }
    text.push_str("return 0; }\n");
    compare(&execute(bench, &text)?, types, &bench.target)
}

/// What the program wrote, beside what is said of `target`.
fn compare(output: &str, types: &[Type], target: &Target) -> Result<Found, String> {
    let mut found = Found::default();
    let mut lines = 0;
    for line in output.lines() {
        let noted = Noted::parse(line).ok_or_else(|| format!("the program wrote `{line}`"))?;
        let ty = types.get(noted.index).ok_or("no such record")?;
        lines += 1;
        match noted.compare(ty, target)? {
            None => found.unsaid += 1,
            Some(Ok(())) => found.compared += 1,
            Some(Err(told)) => {
                found.compared += 1;
                found.differences.push((noted.index, told));
            }
        }
    }
    if lines == 3 * types.len() {
        Ok(found)
    } else {
        Err(format!("{lines} of {} lines", 3 * types.len()))
    }
}

fn execute(bench: &Bench, text: &str) -> Result<String, String> {
    let name = bench.target.name;
    let (source, program) = (Scratch::new(name, "c"), Scratch::new(name, "run"));
    source.write(text)?;
    let mut command = Command::new(bench.gcc);
    command.args(bench.options);
    command.args(["-std=gnu11", "-w", "-O0", "-static", "-no-pie", "-fno-stack-protector", "-o"]);
    command.args([program.path(), source.path()]);
    output_of(command, "what ci/setup names")?;
    let native = name == "x86_64-linux" && cfg!(target_arch = "x86_64");
    let command = match bench.run {
        Some(emulator) if !native => {
            let mut command = Command::new(emulator);
            command.arg(program.path());
            command
        }
        _ => Command::new(program.path()),
    };
    output_of(command, "qemu-user")
}

/// What a program writes that is to end well; `package` is told where it does not run.
fn output_of(mut command: Command, package: &str) -> Result<String, String> {
    let program = command.get_program().to_owned();
    let ran = command.output();
    let ran = ran.map_err(|e| format!("{program:?} does not run ({e}): install {package}"))?;
    if !ran.status.success() {
        let told = String::from_utf8_lossy(&ran.stderr);
        return Err(format!("{program:?} ended with {}: {told}", ran.status));
    }
    String::from_utf8(ran.stdout).map_err(|e| e.to_string())
}

/// A file that is gone when it is no longer needed, unless `CTYPES_TEST_KEEP` is set.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, extension: &str) -> Scratch {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let file = format!("ctypes-passing-{}-{name}-{number}.{extension}", std::process::id());
        Scratch(std::env::temp_dir().join(file))
    }

    fn path(&self) -> &Path {
        &self.0
    }

    fn write(&self, text: &str) -> Result<(), String> {
        std::fs::write(&self.0, text).map_err(|e| e.to_string())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if std::env::var_os("CTYPES_TEST_KEEP").is_none() {
            let _ = std::fs::remove_file(&self.0);
        }
    }
}

/// A line of the program.
struct Noted {
    index: usize,
    /// 0 and 1 are arguments, alone and behind an `int`; 2 is a result.
    what: usize,
    ints: Vec<u8>,
    floats: Vec<u8>,
    stack: Vec<u8>,
    behind: Vec<u8>,
}

impl Noted {
    fn parse(line: &str) -> Option<Noted> {
        let mut words = line.split(' ');
        let mut number = || words.next()?.parse().ok();
        let (index, what) = (number()?, number()?);
        let mut bytes = || {
            let digits = words.next()?.strip_prefix('x')?;
            (0..digits.len() / 2)
                .map(|i| u8::from_str_radix(digits.get(2 * i..2 * i + 2)?, 16).ok())
                .collect::<Option<Vec<u8>>>()
        };
        Some(Noted {
            index,
            what,
            ints: bytes()?,
            floats: bytes()?,
            stack: bytes()?,
            behind: bytes()?,
        })
    }

    /// None where nothing is said.
    fn compare(&self, ty: &Type, target: &Target) -> Result<Option<Result<(), String>>, String> {
        let passing = ty.passing_at(target).map_err(|e| e.to_string())?;
        let size = ty.at(target).map_err(|e| e.to_string())?.size() as usize;
        let way = if self.what == 2 { passing.result } else { passing.argument };
        let lead = usize::from(self.what == 1);
        let there = match way {
            Way::Unsaid => return Ok(None),
            Way::Nothing => return Ok(Some(Ok(()))),
            Way::Memory => self.behind.clone(),
            Way::Stack => self.stack[stack_lead(target, lead)..].to_vec(),
            Way::Registers(pieces) => {
                self.pieces(pieces.as_slice(), size, lead, passing.even, target)
            }
            Way::Words(word) => self.words(usize::from(word), lead, passing.even, target),
            _ => return Err(format!("{way:?} is new")),
        };
        let (mut mask, record) = (vec![0; size], graffiti(size, 3 * self.index + self.what));
        cover(ty, target, 0, &mut mask)?;
        // What the dump does not show is not compared.
        let shown =
            if matches!(way, Way::Stack | Way::Words(_)) { there.len().min(size) } else { size };
        let is_same =
            there.len() >= shown && (0..shown).all(|i| there[i] & mask[i] == record[i] & mask[i]);
        if is_same {
            return Ok(Some(Ok(())));
        }
        let what = ["an argument", "a second argument", "a result"][self.what];
        let used = |b: &[u8]| b.iter().map(|b| format!("{b:02x}")).collect::<String>();
        Ok(Some(Err(format!(
            "as {what} we say {passing:?}\nrecord {}\nints   {}\nfloats {}\nstack  {}\nbehind {}",
            used(&record),
            used(&self.ints),
            used(&self.floats),
            used(&self.stack[..64]),
            used(&self.behind)
        ))))
    }

    fn pieces(
        &self,
        all: &[Piece],
        size: usize,
        lead: usize,
        even: bool,
        target: &Target,
    ) -> Vec<u8> {
        let word = usize::from(target.pointer);
        let mut there = vec![0; size];
        let mut next = if even && self.what != 2 { lead.next_multiple_of(2) } else { lead };
        let mut float = 0;
        for piece in all {
            let len = usize::from(piece.size);
            let bytes: Vec<u8> = match piece.class {
                // Noted as ten bytes, as a double and as a float.
                RegisterClass::X87 => match len {
                    4 => self.stack[32..36].to_vec(),
                    8 => self.stack[16..24].to_vec(),
                    _ => self.stack[..len].to_vec(),
                },
                RegisterClass::Integer => {
                    next += 1;
                    let register = &self.ints[(next - 1) * word..next * word];
                    match target.endian {
                        Endian::Little => register[..len].to_vec(),
                        Endian::Big => register[word - len..].to_vec(),
                    }
                }
                RegisterClass::Float => {
                    float += 1;
                    let number = float - 1;
                    match target.abi {
                        // Each single is half a double here.
                        Abi::Aapcs32 => self.floats[number * len..][..len].to_vec(),
                        Abi::Aapcs64
                        | Abi::AppleArm64
                        | Abi::WinArm64
                        | Abi::SysV64
                        | Abi::AppleX64
                        | Abi::Win64 => self.floats[number * 16..][..len].to_vec(),
                        Abi::ElfV2 if len == 4 => {
                            let bytes = self.floats[number * 8..][..8].try_into().unwrap();
                            (f64::from_le_bytes(bytes) as f32).to_le_bytes().to_vec()
                        }
                        _ => self.floats[number * 8..][..len].to_vec(),
                    }
                }
                _ => Vec::new(),
            };
            there[usize::from(piece.offset)..][..bytes.len()].copy_from_slice(&bytes);
        }
        there
    }

    /// The registers from the first, and then the stack.
    fn words(&self, word: usize, lead: usize, even: bool, target: &Target) -> Vec<u8> {
        let next = if even { lead.next_multiple_of(2) } else { lead };
        let count = if target.abi == Abi::Aapcs32 { 4 } else { 8 };
        let mut there = self.ints[next * word..count * word].to_vec();
        there.extend(&self.stack);
        there
    }
}

fn stack_lead(target: &Target, lead: usize) -> usize {
    match target.abi {
        Abi::SysV32 | Abi::Win32 => 4 * lead,
        _ => 0,
    }
}

/// What the program fills a record with.
fn graffiti(size: usize, call: usize) -> Vec<u8> {
    (0..size).map(|k| ((k * 7 + call * 17) % 61 + 1) as u8).collect()
}

/// Marks the bits that mean something.
fn cover(ty: &Type, target: &Target, at: usize, mask: &mut [u8]) -> Result<(), String> {
    let layout = ty.at(target).map_err(|e| e.to_string())?;
    match ty.kind() {
        TypeKind::Array { of, len } => {
            let size = of.at(target).map_err(|e| e.to_string())?.size() as usize;
            (0..len as usize).try_for_each(|i| cover(&of, target, at + i * size, mask))
        }
        TypeKind::Record(_) => layout.fields().iter().try_for_each(|f| match f.bits() {
            None => cover(f.ty(), target, at + f.offset() as usize, mask),
            Some(_) if f.name().is_empty() => Ok(()),
            Some(bits) => {
                let bytes = bits.bytes();
                for i in bytes.offset..bytes.offset + bytes.size {
                    mask[at + i as usize] |= bits.mask(i, target.endian);
                }
                Ok(())
            }
        }),
        _ => {
            let is_x87 = *ty == Type::LONGDOUBLE && target.long_double == LongDoubleFormat::X87;
            let size = if is_x87 { 10 } else { layout.size() as usize };
            mask[at..at + size].fill(0xff);
            Ok(())
        }
    }
}

/// The records of one seed.
pub fn records(seed: u64, count: usize, target: &Target) -> Vec<(super::generate::Plan, Type)> {
    let types = Types::new();
    let mut random = Random(seed);
    let mut all: Vec<(super::generate::Plan, Type)> = Vec::new();
    while all.len() < count {
        let name = format!("r{}", all.len());
        let before: Vec<Type> = all.iter().rev().take(12).map(|(_, ty)| ty.clone()).collect();
        let plan = generate::plan(&mut random, &name, &before, target);
        if let Ok(ty) = plan.define(&types, &name)
            && ty.at(target).is_ok()
        {
            all.push((plan, ty));
        }
    }
    all
}

/// The definition of a record and of what it is made of.
pub fn text(ty: &Type) -> String {
    let (mut text, mut defined) = (String::new(), HashSet::new());
    define(ty, &mut defined, &mut text);
    text
}
