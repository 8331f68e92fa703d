use ctypes_wrap::CUnion;

#[derive(CUnion)]
#[repr(C)]
struct Point {
    x: i32,
}

#[derive(CUnion)]
union NoRepr {
    i: i32,
}

#[derive(CUnion)]
#[repr(C)]
union Borrowing<'a> {
    r: &'a i32,
}

#[derive(CUnion)]
#[repr(C)]
#[ctypes(nam = "u")]
union Unknown {
    #[ctype("strange")]
    i: i32,
}

fn main() {}
