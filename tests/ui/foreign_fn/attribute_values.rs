//! Values of attributes that cannot be used, all reported at once.
use ctypes_wrap::foreign_fn;

#[foreign_fn(lib = "m")]
unsafe extern "C" {
    #[symbol("b")]
    fn b();
    #[symbol = 5]
    fn c();
    #[symbol = ""]
    fn d();
    #[optional = true]
    fn e();
    #[symbol = "x"]
    #[link_name = "y"]
    fn f();
    #[cfg_attr(windows, link_name = "g")]
    fn g();
}
fn main() {}
