use ctypes_wrap::CStruct;

#[derive(CStruct)]
#[repr(C)]
struct Record {
    #[ctype("unsigned double")]
    nonsense: f64,
    #[ctype(long)]
    no_string: i64,
    #[ctype("int")]
    callback: Option<extern "C" fn()>,
    #[ctype("int")]
    pair: (i32, i32),
}

fn main() {}
