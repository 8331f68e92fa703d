use ctypes_wrap::CStruct;

struct PhantomData<T>(T);

#[derive(CStruct)]
#[repr(C)]
struct Record {
    first: u8,
    marker: PhantomData<u32>,
}

fn main() {}
