use ctypes_wrap::CStruct;
use ctypes_wrap::CType;

#[derive(CStruct)]
#[repr(C)]
struct Pair<T> {
    first: T,
    second: T,
}

fn is_c_type<T: CType>() {}

fn pair_of_c_types_only() {
    is_c_type::<Pair<u8>>();
    is_c_type::<Pair<String>>();
}

fn main() {}
