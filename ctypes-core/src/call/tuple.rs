//! Tuples of arguments: `(2.0, 10.0)`.

use super::args::{Argument, Pushed};

/// The arguments of a call, as a tuple of up to 16.
///
/// `(x,)` is a tuple of one; `()` is none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no tuple of C arguments",
    note = "one argument is `(x,)`; more than 16 go through `Args` and `call_args`"
)]
pub trait Arguments {
    /// Appends all of them to the arguments of a call.
    fn store<'a>(&'a self, args: &mut Pushed<'a>);
}

macro_rules! tuples {
    ($(($($t:ident $i:tt)*))*) => {$(
        impl<$($t: Argument),*> Arguments for ($($t,)*) {
            #[inline]
            fn store<'a>(&'a self, _args: &mut Pushed<'a>) {
                $(self.$i.store(_args);)*
            }
        }
    )*};
}

tuples! {
    ()
    (A 0)
    (A 0 B 1)
    (A 0 B 1 C 2)
    (A 0 B 1 C 2 D 3)
    (A 0 B 1 C 2 D 3 E 4)
    (A 0 B 1 C 2 D 3 E 4 F 5)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14 P 15)
}
