use ctypes_wrap::CStruct;

struct Marked<T>(T);
type PhantomData<T> = Marked<T>;

#[derive(CStruct)]
#[repr(C)]
struct Record {
    first: u8,
    marker: PhantomData<u32>,
}

fn main() {}
