mod inner {
    use ctypes_wrap::{CStruct, bitfield};

    #[bitfield]
    #[derive(CStruct)]
    #[repr(C)]
    pub struct Flags {
        #[bits(3)]
        pub open: u32,
        #[bits(3)]
        hidden: u32,
    }
}

fn main() {
    let flags = inner::Flags::zeroed().with_open(1);
    let _ = flags.hidden();
}
