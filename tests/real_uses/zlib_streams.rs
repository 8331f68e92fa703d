//! zlib's streams: a struct that both sides change from call to call, with functions in it that C calls; against zlib's
//! functions for whole buffers, and `gzip`.

use crate::{declare, needed, open};
use core::ffi::{CStr, c_char, c_int, c_uint, c_ulong, c_void};
use core::ptr::null_mut;
use ctypes_wrap::prelude::*;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicIsize, Ordering};

type Alloc = unsafe extern "C" fn(*mut c_void, c_uint, c_uint) -> *mut c_void;
type Free = unsafe extern "C" fn(*mut c_void, *mut c_void);

/// `z_stream` of zlib.h.
#[derive(CStruct, Debug, Clone, Copy)]
#[repr(C)]
#[ctypes(name = "z_stream_s")]
struct ZStream {
    next_in: *const u8,
    avail_in: c_uint,
    total_in: c_ulong,
    next_out: *mut u8,
    avail_out: c_uint,
    total_out: c_ulong,
    msg: *const c_char,
    state: *mut c_void,
    zalloc: Option<Alloc>,
    zfree: Option<Free>,
    opaque: *mut c_void,
    data_type: c_int,
    adler: c_ulong,
    reserved: c_ulong,
}

/// The same in C.
const C: &str = "
typedef void *(*alloc_func)(void *opaque, unsigned int items, unsigned int size);
typedef void (*free_func)(void *opaque, void *address);
typedef struct z_stream_s {
    const unsigned char *next_in;
    unsigned int avail_in;
    unsigned long total_in;
    unsigned char *next_out;
    unsigned int avail_out;
    unsigned long total_out;
    const char *msg;
    struct internal_state *state;
    alloc_func zalloc;
    free_func zfree;
    void *opaque;
    int data_type;
    unsigned long adler;
    unsigned long reserved;
} z_stream;";

/// What zlib.h calls an error; the text is zlib's.
#[derive(Debug, PartialEq)]
struct ZError(c_int);

/// Whether the stream has ended.
fn check(code: c_int) -> Result<bool, ZError> {
    match code {
        0 => Ok(false),
        1 => Ok(true),
        code => Err(ZError(code)),
    }
}

#[library("z", handle = Zlib, check(check -> Result<bool, ZError>))]
unsafe extern "C" {
    fn deflateInit2_(
        stream: *mut ZStream,
        level: c_int,
        method: c_int,
        window_bits: c_int,
        memory: c_int,
        strategy: c_int,
        version: *const c_char,
        size: c_int,
    ) -> c_int;
    fn deflate(stream: *mut ZStream, flush: c_int) -> c_int;
    fn deflateEnd(stream: *mut ZStream) -> c_int;
    fn inflateInit_(stream: *mut ZStream, version: *const c_char, size: c_int) -> c_int;
    fn inflate(stream: *mut ZStream, flush: c_int) -> c_int;
    fn inflateEnd(stream: *mut ZStream) -> c_int;
    fn compress(to: *mut u8, to_len: *mut c_ulong, from: *const u8, len: c_ulong) -> c_int;
    fn uncompress(to: *mut u8, to_len: *mut c_ulong, from: *const u8, len: c_ulong) -> c_int;
}

// From zlib.h.
const FINISH: c_int = 4;
const NO_FLUSH: c_int = 0;
const DEFLATED: c_int = 8;
const DATA_ERROR: c_int = -3;
const VERSION_ERROR: c_int = -6;

const VERSION: &CStr = c"1";

fn text() -> Vec<u8> {
    (0..5_000_u32)
        .flat_map(|i| format!("{i} {}\n", i.wrapping_mul(2_654_435_761)).into_bytes())
        .collect()
}

/// What is between the stages: numbers of bytes that divide nothing.
const IN: usize = 1_009;
const OUT: usize = 253;

impl Zlib {
    /// Calls `step` until the stream ends, handing it the input and taking the output in pieces.
    fn pump(
        stream: &mut ZStream,
        input: &[u8],
        mut step: impl FnMut(*mut ZStream, c_int) -> Result<bool, ZError>,
    ) -> Result<Vec<u8>, ZError> {
        let (mut output, mut chunks) = (Vec::new(), input.chunks(IN).peekable());
        let mut buffer = [0; OUT];
        loop {
            if stream.avail_in == 0
                && let Some(chunk) = chunks.next()
            {
                (stream.next_in, stream.avail_in) = (chunk.as_ptr(), chunk.len() as c_uint);
            }
            (stream.next_out, stream.avail_out) = (buffer.as_mut_ptr(), OUT as c_uint);
            let done = step(stream, if chunks.peek().is_none() { FINISH } else { NO_FLUSH });
            output.extend_from_slice(&buffer[..OUT - stream.avail_out as usize]);
            // Z_BUF_ERROR, with Z_FINISH: there was no more room.
            match done {
                Ok(true) => return Ok(output),
                Ok(false) | Err(ZError(-5)) => {}
                Err(e) => return Err(e),
            }
        }
    }
}

/// In one call, the other way: what `uncompress` makes of it.
fn uncompressed(zlib: &Zlib, packed: &[u8], length: usize) -> Vec<u8> {
    let (mut back, mut back_len) = (vec![0; length], length as c_ulong);
    // SAFETY: the lengths are those of the buffers.
    let done = unsafe {
        zlib.uncompress(back.as_mut_ptr(), &mut back_len, packed.as_ptr(), packed.len() as c_ulong)
    };
    assert_eq!((done, back_len), (Ok(false), length as c_ulong));
    back
}

/// In one call: what `compress` makes of it.
fn compressed(zlib: &Zlib, text: &[u8]) -> Vec<u8> {
    let mut packed = vec![0; text.len() + 100];
    let mut length = packed.len() as c_ulong;
    // SAFETY: the lengths are those of the buffers.
    let done = unsafe {
        zlib.compress(packed.as_mut_ptr(), &mut length, text.as_ptr(), text.len() as c_ulong)
    };
    assert_eq!(done, Ok(false));
    packed.truncate(length as usize);
    packed
}

fn zlib() -> Zlib {
    // SAFETY: the declarations are those of zlib.h.
    needed(unsafe { Zlib::open() }, "zlib1g")
}

fn stream() -> ZStream {
    ZStream {
        next_in: null_mut(),
        avail_in: 0,
        total_in: 0,
        next_out: null_mut(),
        avail_out: 0,
        total_out: 0,
        msg: null_mut(),
        state: null_mut(),
        zalloc: None,
        zfree: None,
        opaque: null_mut(),
        data_type: 0,
        adler: 0,
        reserved: 0,
    }
}

/// What C is given to allocate with: the blocks that are out are counted.
fn allocator() -> (SyncCallback<Alloc>, SyncCallback<Free>, Arc<AtomicIsize>) {
    let out = Arc::new(AtomicIsize::new(0));
    let (taken, given) = (out.clone(), out.clone());
    let alloc =
        SyncCallback::new(move |_: *mut c_void, items: c_uint, size: c_uint| -> *mut c_void {
            taken.fetch_add(1, Ordering::Relaxed);
            // SAFETY: any sizes are fine.
            unsafe { libc::calloc(items as usize, size as usize) }
        });
    let free = SyncCallback::new(move |_: *mut c_void, address: *mut c_void| {
        given.fetch_sub(1, Ordering::Relaxed);
        // SAFETY: zlib gives back what it was given, once.
        unsafe { libc::free(address) }
    });
    (alloc.expect("a callback"), free.expect("a callback"), out)
}

#[test]
fn streams_by_declaration() {
    let (zlib, text) = (zlib(), text());
    let (alloc, free, out) = allocator();
    let size = size_of::<ZStream>() as c_int;
    let mut s = ZStream { zalloc: Some(alloc.as_fn()), zfree: Some(free.as_fn()), ..stream() };
    // SAFETY: the stream is where it was through all calls, the pieces are alive during each.
    unsafe {
        // zlib compares the size of the struct with its own.
        for wrong in [size - 8, size + 8] {
            let refused =
                zlib.deflateInit2_(&mut s, 9, DEFLATED, 15, 8, 0, VERSION.as_ptr(), wrong);
            assert_eq!(refused, Err(ZError(VERSION_ERROR)));
        }
        assert_eq!(
            zlib.deflateInit2_(&mut s, 9, DEFLATED, 15, 8, 0, VERSION.as_ptr(), size),
            Ok(false)
        );
        assert!(out.load(Ordering::Relaxed) > 0, "it allocates by the callback");
        let packed =
            Zlib::pump(&mut s, &text, |s, flush| zlib.deflate(s, flush)).expect("it packs");
        assert_eq!((s.total_in as usize, s.total_out as usize), (text.len(), packed.len()));
        assert_eq!(zlib.deflateEnd(&mut s), Ok(false));
        assert_eq!(out.load(Ordering::Relaxed), 0, "what was allocated is freed");
        assert!(packed.len() < text.len() * 2 / 3);
        assert_eq!(uncompressed(&zlib, &packed, text.len()), text);

        let mut s = ZStream { zalloc: Some(alloc.as_fn()), zfree: Some(free.as_fn()), ..stream() };
        assert_eq!(zlib.inflateInit_(&mut s, VERSION.as_ptr(), size), Ok(false));
        let packed = compressed(&zlib, &text);
        let back =
            Zlib::pump(&mut s, &packed, |s, _| zlib.inflate(s, NO_FLUSH)).expect("it unpacks");
        assert_eq!(back, text);
        // The stream ends with the checksum that it keeps (RFC 1950, 2.2).
        assert_eq!((s.adler as u32).to_be_bytes(), packed[packed.len() - 4..]);
        assert_eq!(zlib.inflateEnd(&mut s), Ok(false));

        let mut s = stream();
        assert_eq!(zlib.inflateInit_(&mut s, VERSION.as_ptr(), size), Ok(false));
        let failed = Zlib::pump(&mut s, b"no such stream", |s, _| zlib.inflate(s, NO_FLUSH));
        assert_eq!(failed, Err(ZError(DATA_ERROR)));
        // In the words of zlib's inflate.c.
        assert_eq!(CStr::from_ptr(s.msg), c"incorrect header check");
        assert_eq!(zlib.inflateEnd(&mut s), Ok(false));
    }
    assert_eq!(out.load(Ordering::Relaxed), 0);
}

/// zlib's functions by prototypes, of a struct that exists only at run time.
struct AtRunTime {
    library: Library,
    types: Types,
}

impl AtRunTime {
    fn function(&self, prototype: &str) -> Function {
        self.library.declare_in(&self.types, prototype).unwrap_or_else(|e| panic!("{e}"))
    }

    /// Packs or unpacks all of the input, from object to object.
    fn pump(&self, stream: &CData<'_>, input: &[u8], step: &Function) -> Result<Vec<u8>, c_int> {
        let room = CData::new(&Type::UCHAR.array(OUT).expect("an array")).expect("memory");
        let (mut output, mut chunks) = (Vec::new(), input.chunks(IN).peekable());
        loop {
            if stream.get("avail_in") == Ok(0)
                && let Some(chunk) = chunks.next()
            {
                // The pointer keeps the copy alive until it is set to the next.
                let ty = Type::UCHAR.array(chunk.len()).expect("an array");
                let bytes = CData::copy_of(&ty, chunk).expect("memory");
                stream.set("next_in", &bytes).expect("a pointer to bytes");
                stream.set("avail_in", chunk.len()).expect("a number");
            }
            stream.set("next_out", &room).expect("a pointer to bytes");
            stream.set("avail_out", OUT).expect("a number");
            let flush = if chunks.peek().is_none() { FINISH } else { NO_FLUSH };
            // SAFETY: the stream is where it was, and both pieces are alive.
            let done = unsafe { step.call::<c_int>((stream.byref(), flush)) }.expect("a call");
            let left: usize = stream.get("avail_out").expect("a number");
            output.extend_from_slice(&room.to_vec("").expect("bytes")[..OUT - left]);
            match done {
                1 => return Ok(output),
                0 | -5 => {}
                code => return Err(code),
            }
        }
    }
}

#[test]
fn streams_at_run_time() {
    let (zlib, text) = (zlib(), text());
    let types = Types::new();
    types.parse(C).expect("C");
    let z_stream = types.get("z_stream").expect("declared");
    let z = AtRunTime { library: open("z", "zlib1g"), types };
    let deflate_init = z.function(
        "int deflateInit2_(z_stream *s, int level, int method, int bits, int memory, int strategy, const char *version, int size);",
    );
    let deflate = z.function("int deflate(z_stream *s, int flush);");
    let deflate_end = z.function("int deflateEnd(z_stream *s);");
    let inflate_init = z.function("int inflateInit_(z_stream *s, const char *version, int size);");
    let inflate = z.function("int inflate(z_stream *s, int flush);");
    let inflate_end = z.function("int inflateEnd(z_stream *s);");
    let crc32 =
        declare(&z.library, "unsigned long crc32(unsigned long, const unsigned char *, unsigned);");
    let (alloc, free, out) = allocator();
    let (alloc, free) = (Arc::new(alloc), Arc::new(free));

    let s = CData::new(&z_stream).expect("memory");
    s.set("zalloc", &alloc).expect("a function of that type");
    s.set("zfree", &free).expect("a function of that type");
    let wrong = s.set("zfree", &alloc).expect_err("another function");
    assert!(
        wrong
            .to_string()
            .starts_with("`zfree` of `z_stream`: expected what converts to `free_func`"),
        "{wrong}"
    );
    // The format of gzip: another 16 to the bits of the window.
    let gzip = 15 + 16;
    // SAFETY: the functions have these types; the stream is where it was through all calls.
    unsafe {
        let size = s.size();
        let init = |size: usize| {
            deflate_init.call::<c_int>((s.byref(), 6, DEFLATED, gzip, 8, 0, "1", size))
        };
        assert_eq!(init(size - 8), Ok(VERSION_ERROR));
        assert_eq!(init(size), Ok(0));
        assert!(out.load(Ordering::Relaxed) > 0, "it allocates by the callback");
        let packed = z.pump(&s, &text, &deflate).expect("it packs");
        assert_eq!(s.get::<usize>("total_in"), Ok(text.len()));
        assert_eq!(s.get::<usize>("total_out"), Ok(packed.len()));
        // The checksum so far, and at the end of the format with the length (RFC 1952, 2.3.1).
        let whole = crc32.call::<c_ulong>((0, &text, text.len()));
        assert_eq!(s.get::<c_ulong>("adler"), whole.clone().map_err(|e| panic!("{e}")));
        let end = packed.last_chunk::<8>().expect("an end");
        assert_eq!(end[..4], (whole.expect("a call") as u32).to_le_bytes());
        assert_eq!(end[4..], (text.len() as u32).to_le_bytes());
        let parts =
            text.chunks(IN).try_fold(0, |crc, part| crc32.call::<c_ulong>((crc, part, part.len())));
        assert_eq!(parts, crc32.call((0, &text, text.len())));
        assert_eq!(deflate_end.call::<c_int>((s.byref(),)), Ok(0));
        assert_eq!(out.load(Ordering::Relaxed), 0, "what was allocated is freed");
        assert_eq!(gunzipped(&packed), text);

        let s = CData::new(&z_stream).expect("memory");
        assert_eq!(inflate_init.call::<c_int>((s.byref(), VERSION, size)), Ok(0));
        assert_eq!(z.pump(&s, &compressed(&zlib, &text), &inflate), Ok(text));
        assert_eq!(inflate_end.call::<c_int>((s.byref(),)), Ok(0));

        let s = CData::new(&z_stream).expect("memory");
        assert_eq!(inflate_init.call::<c_int>((s.byref(), VERSION, size)), Ok(0));
        assert_eq!(z.pump(&s, b"no such stream", &inflate), Err(DATA_ERROR));
        // C put the address there: nothing keeps the text alive but zlib.
        assert!(s.text("msg").is_err());
        assert_eq!(s.deref_text("msg").as_deref(), Ok("incorrect header check"));
        assert_eq!(inflate_end.call::<c_int>((s.byref(),)), Ok(0));
    }
}

/// What the program `gzip` makes of it.
fn gunzipped(packed: &[u8]) -> Vec<u8> {
    let gzip = Command::new("gzip").arg("-dc").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut gzip = needed(gzip, "gzip");
    let mut input = gzip.stdin.take().expect("a pipe");
    let output = std::thread::scope(|scope| {
        scope.spawn(move || input.write_all(packed).expect("gzip reads"));
        gzip.wait_with_output().expect("gzip ends")
    });
    assert!(output.status.success());
    output.stdout
}
