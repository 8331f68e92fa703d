use ctypes_wrap::CStruct;

#[derive(CStruct)]
#[repr(C)]
struct Unit;

#[derive(CStruct)]
#[repr(C)]
struct Empty {}

#[derive(CStruct)]
#[repr(C)]
struct Marked {
    marker: core::marker::PhantomData<u8>,
}

fn main() {}
