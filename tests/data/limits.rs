//! Arguments that no program should give, and what must come of them: an error, never a panic, a wrong value
//! or memory that is kept for ever.

use ctypes_core::memory::Init;
use ctypes_core::types::Qualifiers;
use ctypes_core::{CData, Complex, Error, Type, Types};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// An object whose end can be seen.
fn watched(ty: &Type) -> (CData<'static>, Arc<AtomicBool>) {
    struct Guard(Arc<AtomicBool>, #[allow(dead_code)] Vec<u128>);
    impl Drop for Guard {
        fn drop(&mut self) {
            self.0.store(true, Relaxed);
        }
    }
    let size = ty.size();
    let mut memory = vec![0_u128; size / 16 + 1];
    let address = memory.as_mut_ptr().cast();
    let freed = Arc::new(AtomicBool::new(false));
    let guard = Box::new(Guard(freed.clone(), memory));
    let data = unsafe { CData::from_ptr_with(ty, address, size, Some(guard)) };
    (data.expect("the type has a size"), freed)
}

#[test]
fn offsets_and_indices_beyond_all_addresses() -> Result<(), Error> {
    let row = CData::with(&Type::INT.array(4)?, [1, 2, 3, 4])?;
    let part = row.at("[1]")?;
    for offset in [5, usize::MAX - 3, usize::MAX] {
        assert!(part.write_bytes(offset, &[1]).is_err());
        assert!(part.read_bytes(offset, &mut [0]).is_err());
        assert!(part.fill(offset, 1, 1).is_err());
        assert!(part.fill(1, 1, offset).is_err());
    }
    assert!(part.write_bytes(4, &[]).is_ok() && part.write_bytes(usize::MAX, &[]).is_err());
    assert!(row.slice(3..usize::MAX).is_err());
    let (from, to) = (3, 2);
    assert!(row.slice(from..to).is_err());
    for index in [isize::MIN, isize::MIN + 1, -5, 4, isize::MAX] {
        assert!(row.element("", index).is_err(), "{index}");
    }
    // Times the size of an `int` these are 0 or 4 if what overflows is lost.
    let p = CData::with(&Type::INT.pointer(), &row)?;
    let top = 1 << (isize::BITS - 2);
    for index in [isize::MIN, top, top + 1, -top, isize::MAX] {
        assert!(p.element("", index).is_err(), "{index}");
        assert!(p.advance("", index).is_err(), "{index}");
        assert!(unsafe { p.deref("", index) }.is_err(), "{index}");
    }
    assert_eq!(p.contents("")?.get::<i32>("")?, 1);
    assert_eq!(row.get_vec::<i32>("")?, [1, 2, 3, 4]);
    Ok(())
}

/// On machines of 32 bits the offset of an element of an array without a length may be beyond all addresses.
#[test]
fn elements_beyond_all_addresses() -> Result<(), Error> {
    let types = Types::new();
    types.parse("struct tail { int n; int data[]; };")?;
    let tail = CData::with_elements(&types.get("struct tail").expect("just parsed"), 2)?;
    for index in ["2", "1073741823", "1073741824", "4611686018427387903", "99999999999999999999"] {
        let path = format!("data[{index}]");
        assert!(tail.get::<i32>(&path).is_err() && tail.set(&path, 7).is_err(), "{path}");
        assert!(tail.at(&path).is_err() && tail.to_vec(&path).is_err(), "{path}");
        assert!(tail.set_wrapping(&path, 7).is_err(), "{path}");
    }
    assert_eq!(tail.to_vec("")?, [0; 4]);
    assert_eq!(tail.get_vec::<i32>("data")?, [0, 0]);
    Ok(())
}

#[test]
fn sizes_beyond_all_memory() -> Result<(), Error> {
    let types = Types::new();
    types.parse("struct tail { int n; int data[]; }; struct none {};")?;
    let tail = types.get("struct tail").expect("just parsed");
    for len in [usize::MAX, usize::MAX / 4, isize::MAX as usize / 4 + 1] {
        assert!(CData::with_elements(&tail, len).is_err(), "{len}");
        assert!(CData::with_room(&tail, len.saturating_mul(4)).is_err(), "{len}");
        let mut data = CData::new(&tail)?;
        assert!(data.resize(len.saturating_mul(4)).is_err(), "{len}");
        assert_eq!(data.size(), 4);
    }
    assert!(CData::string_buffer(usize::MAX).is_err());
    assert!(CData::wide_buffer(usize::MAX / 2).is_err());
    // So many values of nothing take no time.
    let many = usize::MAX >> 2;
    let none = types.get("struct none").expect("just parsed");
    let nothing = CData::new(&none.array(many)?)?;
    assert_eq!((nothing.size(), nothing.len("")?), (0, many));
    assert_eq!(nothing.at("[7]")?.size(), 0);
    assert_eq!(nothing.slice(5..many)?.len("")?, many - 5);
    assert!(format!("{nothing:?}").len() < 1000);
    Ok(())
}

/// C11 6.3.2.1p1: what has a `const` member is not assigned to; clang: "cannot assign to variable 'a' with
/// const-qualified data member 'id'".
#[test]
fn a_record_with_a_const_member_is_not_assigned_to() -> Result<(), Error> {
    let types = Types::new();
    types.parse(
        "struct item { const int id; int count; };
         struct shelf { int n; struct item items[2]; const struct item *first; };",
    )?;
    let item = types.get("struct item").expect("just parsed");
    let (a, b) = (CData::with(&item, [1, 2])?, CData::with(&item, [3, 4])?);
    let bytes = b.to_vec("")?;
    assert!(a.set("", &b).is_err());
    assert!(a.set("", &bytes[..]).is_err());
    let shelf = CData::new(&types.get("struct shelf").expect("just parsed"))?;
    assert!(shelf.set("items[0]", &b).is_err());
    assert!(shelf.set("items", &shelf.at("items")?).is_err());
    assert!(shelf.swap("items[0]", "items[1]").is_err());
    assert!(shelf.set("", &shelf).is_err());
    shelf.set("items[0].count", 5)?;
    assert_eq!((a.get::<i32>("id")?, shelf.get::<i32>("items[0].id")?), (1, 0));
    // A pointer to such may be assigned to, and the bytes are memory.
    shelf.set("first", &a)?;
    a.write_bytes(0, &bytes)?;
    assert_eq!(a.get::<i32>("id")?, 3);
    Ok(())
}

/// `&c.inner.x` is a `const int *` where `c` is `const`.
#[test]
fn a_part_of_what_is_const_is_const() -> Result<(), Error> {
    let types = Types::new();
    types.parse(
        "struct point { int x, y[2]; };
         struct holder { const struct point p; struct point q; const struct point *to; };",
    )?;
    let holder = CData::new(&types.get("struct holder").expect("just parsed"))?;
    for part in ["p.x", "p.y", "p.y[1]"] {
        let part = holder.at(part)?;
        assert!(part.ty().is_const(), "{}", part.ty());
        assert!(part.set("", 1).is_err() || part.set("", [1]).is_err());
    }
    assert!(holder.at("p.y")?.set("[0]", 1).is_err());
    assert!(holder.at("p")?.at("y")?.element("", 0)?.set("", 1).is_err());
    for element in holder.at("p.y")?.iter()? {
        assert!(element.set("", 1).is_err());
    }
    assert!(holder.at("p.y")?.slice(0..1)?.set("", [1]).is_err());
    holder.set("to", &holder.at("q")?)?;
    assert!(holder.contents("to")?.at("x")?.set("", 1).is_err());
    holder.at("q")?.at("x")?.set("", 1)?;
    let fixed = types.get("struct point").expect("just parsed").with_qualifiers(Qualifiers::CONST);
    let fixed = CData::with(&fixed, Init::fields([("x", 7.into()), ("y", [8, 9].into())]))?;
    assert!(fixed.at("x")?.set("", 1).is_err());
    assert_eq!((fixed.get::<i32>("x")?, fixed.get::<i32>("y[1]")?), (7, 9));
    Ok(())
}

#[test]
fn nothing_is_stored_of_a_value_that_does_not_fit() -> Result<(), Error> {
    let z = CData::with(&Type::FLOAT_COMPLEX, Complex { re: 1.0, im: 2.0 })?;
    assert!(z.set("", Complex { re: 3.0, im: 1e300 }).is_err());
    assert_eq!(z.complex("")?, Complex { re: 1.0, im: 2.0 });
    Ok(())
}

#[test]
fn what_is_cut_off_keeps_nothing_alive() -> Result<(), Error> {
    let types = Types::new();
    types.parse("struct table { int n; int *rows[]; };")?;
    let table = types.get("struct table").expect("just parsed");
    let mut table = CData::with_elements(&table, 3)?;
    let (row, freed) = watched(&Type::INT);
    table.set("rows[2]", &row)?;
    drop(row);
    assert_eq!(table.contents("rows[2]")?.get::<i32>("")?, 0);
    let cut = table.path("rows[2]")?.span().offset as usize;
    table.resize(cut)?;
    assert!(freed.load(Relaxed), "the pointer is gone, and it alone kept the row");
    table.resize(cut + size_of::<usize>())?;
    assert!(table.is_null("rows[2]")?);
    Ok(())
}

#[test]
fn a_part_alone_does_not_resize_the_whole() -> Result<(), Error> {
    let types = Types::new();
    types.parse("struct pair { int a, b; };")?;
    let pair = CData::with(&types.get("struct pair").expect("just parsed"), [1, 2])?;
    for part in ["a", "b"] {
        let mut part = pair.duplicate()?.at(part)?;
        assert!(part.resize(4).is_err() && part.resize(400).is_err());
    }
    let mut whole = pair.duplicate()?.view_as(&Type::U64)?;
    whole.resize(16)?;
    Ok(())
}

#[test]
fn wide_bit_fields_as_values() -> Result<(), Error> {
    let types = Types::new();
    let ty = types.declare_struct("wide")?.define(|r| {
        r.bits("a", Type::U128, 3).bits("b", Type::U128, 125).bits("c", Type::I128, 128)
    })?;
    let wide = CData::new(&ty)?;
    for value in [0, 1, u64::MAX.into(), u128::from(u64::MAX) + 1, (1 << 125) - 1] {
        wide.set("b", value)?;
        assert_eq!(wide.get::<u128>("b")?, value);
        assert_eq!(wide.get::<u8>("a")?, 0);
        let taken = CData::new(&Type::U128)?;
        taken.set("", &wide.value("b")?)?;
        assert_eq!(taken.get::<u128>("")?, value);
    }
    wide.set("c", i128::MIN)?;
    assert_eq!(wide.get::<i128>("c")?, i128::MIN);
    Ok(())
}

/// `&p` of a `void *p`, which C would also assign to a `void **` by its value.
#[test]
fn a_pointer_to_a_pointer_to_anything() -> Result<(), Error> {
    let n = CData::with(&Type::INT, 7)?;
    let p = CData::with(&Type::VOID_PTR, &n)?;
    let pp = p.pointer()?;
    assert!(pp.contents("")?.is_same(&p));
    let null = CData::new(&Type::VOID_PTR)?;
    pp.set("", &null)?;
    assert!(!pp.is_null("")? && pp.contents("")?.is_same(&null));
    // By value, as what it points at cannot be the pointer itself.
    let q = CData::with(&Type::INT.pointer(), &p)?;
    assert!(q.contents("")?.is_same(&n));
    Ok(())
}

/// The bits of a `long double` are those of another number in a `_Float128`.
#[test]
fn long_doubles_bit_by_bit() -> Result<(), Error> {
    let one = CData::with(&Type::LONGDOUBLE, 1.0)?;
    let bits = one.long_double("")?;
    let wide = CData::with(&Type::FLOAT128, 1.0)?;
    assert!(wide.set("", bits).is_err());
    assert_eq!(wide.get::<f64>("")?, 1.0);
    let back = CData::new(&Type::LONGDOUBLE)?;
    back.set("", bits)?;
    assert_eq!(back.get::<f64>("")?, 1.0);
    // By value all convert.
    back.set("", 2.0)?;
    wide.set("", &back)?;
    assert_eq!(wide.get::<f64>("")?, 2.0);
    Ok(())
}

/// Deep types and lists, as a program may make them of its input.
#[test]
fn deep_arrays() -> Result<(), Error> {
    let mut ty = Type::INT;
    for _ in 0..200 {
        ty = ty.array(1)?;
    }
    let deep = CData::new(&ty)?;
    let path = "[0]".repeat(200);
    deep.set(&path, 7)?;
    assert_eq!((deep.get::<i32>(&path)?, deep.size()), (7, 4));
    let mut list = Init::from(8);
    for _ in 0..200 {
        list = Init::list([list]);
    }
    deep.set("", list)?;
    assert_eq!(deep.get::<i32>(&path)?, 8);
    assert!(format!("{deep:?}").len() < 1000);
    Ok(())
}
