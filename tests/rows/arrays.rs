//! Arrays and pointers as objects: elements, slices, texts, what a pointer leads to.

use crate::objects::{Done, says};
use ctypes_wrap::CData;
use ctypes_wrap::memory::{AccessFault, Init};
use ctypes_wrap::prelude::*;

#[test]
fn arrays_are_initialised() -> Done {
    let ty = Type::INT.array(4)?;
    assert_eq!(CData::new(&ty)?.get_vec::<i32>("")?, [0; 4]);
    assert_eq!(CData::with(&ty, [1, 2])?.get_vec::<i32>("")?, [1, 2, 0, 0]);
    says(CData::with(&ty, [1, 2, 3, 4, 5]), &["`int [4]`", "at most 4", "found 5"]);
    says(CData::with(&ty, vec![1.5]), &["`[0]`", "double"]);
    let empty = CData::with(&Type::INT.array(0)?, Init::list([]))?;
    assert_eq!((empty.size(), empty.len("")?), (0, 0));
    says(CData::new(&Type::CHAR.array(isize::MAX as usize)?), &["memory"]);
    Ok(())
}

#[test]
fn elements() -> Done {
    let row = CData::with(&Type::INT.array(3)?, [10, 20, 30])?;
    assert_eq!(row.len("")?, 3);
    assert_eq!((row.get::<i32>("[0]")?, row.element("", -1)?.get::<i32>("")?), (10, 30));
    assert_eq!(row.element("", -3)?.get::<i32>("")?, 10);
    for outside in [3, -4, isize::MAX, isize::MIN] {
        says(row.element("", outside), &["`int [3]`", "3 elements", &outside.to_string()]);
    }
    says(row.get::<i32>("[3]"), &["[3]", "3 elements"]);
    says(row.set("[3]", 1), &["[3]", "3 elements"]);
    for (i, item) in row.iter()?.enumerate() {
        item.set("", i as i32)?;
    }
    assert_eq!(row.get_vec::<i32>("")?, [0, 1, 2]);
    assert_eq!(row.iter()?.len(), 3);
    let number = CData::new(&Type::INT)?;
    says(number.len(""), &["array", "`int`"]);
    says(number.iter().map(|items| items.len()), &["array"]);
    says(number.element("", 0), &["`int`"]);
    Ok(())
}

#[test]
fn slices() -> Done {
    let row = CData::with(&Type::SHORT.array(5)?, [1, 2, 3, 4, 5])?;
    let middle = row.slice(1..4)?;
    assert_eq!(middle.ty(), &Type::SHORT.array(3)?);
    assert_eq!(middle.get_vec::<i16>("")?, [2, 3, 4]);
    middle.set_slice("", &[20_i16, 30, 40])?;
    assert_eq!(row.get_vec::<i16>("")?, [1, 20, 30, 40, 5], "a view");
    for wrong in [&[1_i16][..], &[1, 2, 3, 4]] {
        says(middle.set_slice("", wrong), &["3 values", &wrong.len().to_string()]);
    }
    assert_eq!(row.slice(5..5)?.len("")?, 0);
    for (from, to) in [(0, 6), (6, 6), (4, 2), (0, usize::MAX)] {
        says(row.slice(from..to), &["`short [5]`", &format!("{from}..{to}")]);
    }
    let text = CData::string("slices")?;
    assert_eq!(text.slice(0..3)?.text("")?, "sli");
    Ok(())
}

/// `.value` and `.raw` of an array of characters.
#[test]
fn texts_in_arrays() -> Done {
    let buffer = CData::with(&Type::CHAR.array(6)?, "abcdef")?;
    assert_eq!(buffer.text("")?, "abcdef", "it ends with the array");
    buffer.set("", "xy")?;
    assert_eq!((buffer.text("")?.as_str(), &buffer.to_vec("")?[..]), ("xy", &b"xy\0def"[..]));
    says(buffer.set("", "1234567"), &["at most 6", "found 7"]);
    assert_eq!(buffer.to_vec("")?, b"xy\0def");
    buffer.set("", b"\xff\0\xfe\0\0\0")?;
    assert_eq!(buffer.to_vec("")?, b"\xff\0\xfe\0\0\0");
    assert_eq!(buffer.text_bytes("")?, b"\xff");
    says(buffer.text(""), &["UTF-8"]);
    says(buffer.set("", b"short"), &["6 bytes", "found 5"]);
    let wide = CData::with(&Type::CHAR16.array(4)?, "a🦀")?;
    assert_eq!(wide.text("")?, "a🦀");
    assert_eq!(wide.get_vec::<u16>("")?, [0x61, 0xd83e, 0xdd80, 0]);
    says(wide.set("", "🦀🦀🦀"), &["at most 4", "found 6"]);
    says(CData::new(&Type::INT.array(2)?)?.text(""), &["characters"]);
    Ok(())
}

/// `create_string_buffer` with a size, a text, or both.
#[test]
fn buffers_for_texts() -> Done {
    let empty = CData::string_buffer(5)?;
    assert_eq!((empty.to_vec("")?, empty.ty()), (vec![0; 5], &Type::CHAR.array(5)?));
    let text = CData::string("text")?;
    assert_eq!((text.to_vec("")?, text.size()), (b"text\0".to_vec(), 5));
    says(CData::string("te\0xt"), &["NUL"]);
    let both = CData::string_buffer(4)?;
    both.set("", "text")?;
    assert_eq!(both.to_vec("")?, b"text", "no NUL where there is no room");
    says(CData::string_buffer(3)?.set("", "text"), &["at most 3", "found 4"]);
    let wide = CData::wide_string("wide🦀")?;
    assert_eq!(wide.ty(), &Type::WCHAR.array(wide.len("")?)?);
    assert_eq!((wide.text("")?.as_str(), wide.get::<u32>("[4]")?), ("wide🦀", u32::from('🦀')));
    Ok(())
}

#[test]
fn what_a_pointer_leads_to() -> Done {
    let (one, other) = (CData::with(&Type::INT, 1)?, CData::with(&Type::INT, 2)?);
    let p = one.pointer()?;
    assert!(!p.is_null("")? && p.contents("")?.is_same(&one));
    p.contents("")?.set("", 5)?;
    assert_eq!(one.get::<i32>("")?, 5);
    p.set("", &other)?;
    assert_eq!(p.contents("")?.get::<i32>("")?, 2, "another one");
    p.set("", None)?;
    assert!(p.is_null("")?);
    for error in [p.contents(""), p.element("", 1)] {
        let error = error.expect_err("NULL");
        assert!(matches!(*error.fault, AccessFault::Null { .. }), "{error}");
    }
    // An address that nothing keeps alive is not followed.
    p.set("", one.as_ptr())?;
    let error = p.contents("").expect_err("a bare address");
    assert!(matches!(*error.fault, AccessFault::NotKept { .. }), "{error}");
    // SAFETY: `one` is there.
    assert_eq!(unsafe { p.deref("", 0)? }.get::<i32>("")?, 5);
    says(one.contents(""), &["`int`"]);
    says(one.is_null(""), &["pointer", "`int`"]);
    Ok(())
}

/// `p[i]`, as far as the memory reaches.
#[test]
fn a_pointer_is_indexed() -> Done {
    let row = CData::with(&Type::LONG.array(4)?, [1, 2, 3, 4])?;
    let p = CData::with(&Type::LONG.pointer(), &row)?;
    assert_eq!(p.element("", 3)?.get::<i64>("")?, 4);
    for outside in [4, -1, isize::MAX >> 20, isize::MIN >> 20] {
        let error = p.element("", outside).expect_err("outside");
        let is_outside =
            matches!(*error.fault, AccessFault::PastTheEnd { .. } | AccessFault::NotKept { .. });
        assert!(is_outside, "{outside}: {error}");
    }
    p.advance("", 2)?;
    assert_eq!(p.element("", -2)?.get::<i64>("")?, 1);
    assert_eq!(p.contents("")?.get::<i64>("")?, 3);
    // Several at once are an array there, as far as the memory reaches.
    let two = p.contents("")?.view_as(&Type::LONG.array(2)?)?;
    assert_eq!(two.get_vec::<i64>("")?, [3, 4]);
    says(p.contents("")?.view_as(&Type::LONG.array(3)?), &["at least 24", "found 16"]);
    let two = p.cast(&Type::LONG.array(2)?.pointer())?.contents("")?;
    assert_eq!(two.get_vec::<i64>("")?, [3, 4]);
    p.advance("", 100)?;
    says(p.contents(""), &["`long *`"]);
    Ok(())
}

/// What a pointer takes: an object of its type, an array of such, NULL, a pointer of a compatible type.
#[test]
fn a_pointer_is_checked() -> Done {
    let p = CData::new(&Type::INT.pointer())?;
    p.set("", &CData::new(&Type::INT)?)?;
    p.set("", &CData::new(&Type::INT.array(2)?)?)?;
    p.set("", &CData::new(&Type::I32)?)?;
    p.set("", &CData::new(&Type::INT)?.pointer()?)?;
    let before = p.address("")?;
    for wrong in [Type::DOUBLE, Type::UINT, Type::SHORT.array(2)?, Type::INT.pointer().pointer()] {
        says(p.set("", &CData::new(&wrong)?), &["`int *`", &format!("`{wrong}`")]);
    }
    says(p.set("", 1), &["integer"]);
    says(p.set("", "text"), &["text"]);
    assert_eq!(p.address("")?, before);
    let never_null = CData::new(&Type::INT.pointer().nonnull())?;
    says(never_null.set("", None), &["NULL", "_Nonnull"]);
    Ok(())
}
