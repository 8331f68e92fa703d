//! Closures that are lent to C: `#[callback]` on the parameter that C calls, `#[user_data]` on what it hands back.

use super::{Lent, Param, Role, spelled};
use crate::common::errors::Errors;
use syn::{Attribute, GenericArgument, Ident, Meta, PathArguments, ReturnType, Type, TypeFnPtr};

const EXPECTED: &str = "C calls a `#[callback]` through a function pointer that it hands the user data to: expected \
                        `unsafe extern \"C\" fn(…, *mut c_void)`";

/// The role that the attribute gives to a parameter of that type; after an error too, so that none follows from it.
pub(super) fn role(attribute: &Attribute, ty: &Type, errors: &mut Errors) -> Role {
    if attribute.path().is_ident("user_data") {
        if !matches!(attribute.meta, Meta::Path(_)) {
            errors.push(attribute, "`#[user_data]` takes no value");
        }
        if !is_raw_pointer(ty) {
            let found = spelled(ty);
            errors.push(
                ty,
                format!("C hands user data back: expected `*mut c_void`, found `{found}`"),
            );
        }
        return Role::UserData;
    }
    let (params, output) = (Vec::new(), ReturnType::Default);
    let mut lent = Lent { params, output, data_first: false, nullable: false };
    match &attribute.meta {
        Meta::Path(_) => {}
        _ => match attribute.parse_args::<Ident>() {
            Ok(word) if word == "data_first" => lent.data_first = true,
            _ => errors.push(
                attribute,
                "expected `#[callback]`, where C hands the user data back as the last argument, or \
                 `#[callback(data_first)]`",
            ),
        },
    }
    let pointer = function_pointer(ty).filter(|(pointer, _)| {
        let abi = pointer.abi.as_ref().and_then(|abi| abi.name.as_ref());
        let is_c = pointer.abi.is_some() && abi.is_none_or(|name| name.value() == "C");
        is_c && pointer.unsafety.is_some()
            && !pointer.inputs.is_empty()
            && pointer.variadic.is_none()
    });
    let Some((pointer, nullable)) = pointer else {
        errors.push(ty, format!("{EXPECTED}, found `{}`", spelled(ty)));
        return Role::Callback(Box::new(lent));
    };
    for input in &pointer.inputs {
        if let Type::Reference(reference) = &input.ty {
            errors.push(reference, "C calls with pointers: write `*const T` or `*mut T`");
        }
    }
    lent.params = pointer.inputs.iter().map(|input| input.ty.clone()).collect();
    // Its place is known, and a wrong type of it is rustc's to tell.
    let _ = lent.params.remove(if lent.data_first { 0 } else { lent.params.len() - 1 });
    (lent.output, lent.nullable) = (pointer.output.clone(), nullable);
    Role::Callback(Box::new(lent))
}

/// Reports a closure without its address, an address without its closure, and more than one of either.
pub(super) fn check(params: &[Param], errors: &mut Errors) {
    let callbacks = params.iter().filter(|param| matches!(param.role, Role::Callback(_)));
    let data = params.iter().filter(|param| matches!(param.role, Role::UserData));
    let (callbacks, data): (Vec<_>, Vec<_>) = (callbacks.collect(), data.collect());
    match (&callbacks[..], &data[..]) {
        ([], []) | ([_], [_]) => {}
        ([callback], []) => errors.push(
            &callback.name,
            "the closure's address goes through a parameter that is marked `#[user_data]`, which is missing",
        ),
        ([], [data, ..]) => errors.push(
            &data.name,
            "user data is the address of a closure: the parameter that C calls is marked `#[callback]`",
        ),
        ([_, more @ ..], data) => {
            for param in more.iter().chain(data.iter().skip(1)) {
                errors.push(
                    &param.name,
                    "one closure can be lent for a call; pass further ones as a `Callback`",
                );
            }
        }
    }
}

fn is_raw_pointer(ty: &Type) -> bool {
    match ty {
        Type::Group(group) => is_raw_pointer(&group.elem),
        Type::Paren(paren) => is_raw_pointer(&paren.elem),
        other => matches!(other, Type::Ptr(_)),
    }
}

/// The function pointer, and whether it is in an `Option`.
pub(super) fn function_pointer(ty: &Type) -> Option<(&TypeFnPtr, bool)> {
    match ty {
        Type::FnPtr(pointer) => Some((pointer, false)),
        Type::Group(group) => function_pointer(&group.elem),
        Type::Paren(paren) => function_pointer(&paren.elem),
        Type::Path(path) => {
            let segment = path.path.segments.last().filter(|segment| segment.ident == "Option")?;
            let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
            let inside = arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(ty) => function_pointer(ty),
                _ => None,
            });
            inside.map(|(pointer, _)| (pointer, true))
        }
        _ => None,
    }
}
