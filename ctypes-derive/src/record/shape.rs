//! How much of a field's C type can be read off the Rust tokens: names of scalars, through pointers,
//! arrays and function pointers. The rest is asked of the trait, and what was read is asserted.

use super::spelling::{self, Spelling};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Expr, GenericArgument, LitStr, PathArguments, PathSegment, PointerMutability, ReturnType, Type,
    TypeReference,
};

/// A C type as tokens tell it.
pub(crate) enum Shape<'a> {
    /// Named by the path or by `#[ctype]`.
    Scalar(&'static Spelling, &'a Type),
    Pointer {
        to: Box<Shape<'a>>,
        is_const: bool,
        /// Written `*mut T`: then nothing about it can be mistaken.
        is_raw: bool,
    },
    Array(Box<Shape<'a>>, &'a Expr),
    Function {
        /// The variant of `CallConv`.
        conv: &'static str,
        params: Vec<Shape<'a>>,
        result: Option<Box<Shape<'a>>>,
    },
    /// `Be<T>` or `Le<T>`, with the variant of `Endian`.
    Ordered {
        of: Box<Shape<'a>>,
        endian: &'static str,
        ty: &'a Type,
    },
    /// Whatever the trait says of the type.
    Other {
        ty: &'a Type,
        /// An exact width, by a primitive's name.
        is_primitive: bool,
    },
}

/// The shape of a type. `generics` are names that are no scalars, whatever they look like.
pub(crate) fn shape<'a>(ty: &'a Type, generics: &[&Ident]) -> Shape<'a> {
    let other = Shape::Other { ty, is_primitive: false };
    match ty {
        Type::Paren(inner) => shape(&inner.elem, generics),
        Type::Group(inner) => shape(&inner.elem, generics),
        Type::Ptr(pointer) => Shape::Pointer {
            to: Box::new(shape(&pointer.elem, generics)),
            is_const: matches!(pointer.mutability, PointerMutability::Const(_)),
            is_raw: true,
        },
        Type::Array(array) => Shape::Array(Box::new(shape(&array.elem, generics)), &array.len),
        Type::FnPtr(_) => function(ty, generics).unwrap_or(other),
        Type::Path(path) if path.qself.is_none() => {
            let (Some(last), lone) = (path.path.segments.last(), path.path.segments.len() == 1)
            else {
                return other;
            };
            let name = last.ident.to_string();
            match &last.arguments {
                PathArguments::None if lone && generics.contains(&&last.ident) => other,
                PathArguments::None => match spelling::by_rust_name(&name) {
                    Some(spelling) => Shape::Scalar(spelling, ty),
                    None => Shape::Other { ty, is_primitive: spelling::is_primitive(&name) },
                },
                _ => ordered(ty, last, generics)
                    .or_else(|| nullable(last, generics))
                    .unwrap_or(other),
            }
        }
        _ => other,
    }
}

/// `Be<T>` and `Le<T>` of a scalar.
fn ordered<'a>(ty: &'a Type, segment: &'a PathSegment, generics: &[&Ident]) -> Option<Shape<'a>> {
    let endian = match segment.ident.to_string().as_str() {
        "Be" => "Big",
        "Le" => "Little",
        _ => return None,
    };
    let of = shape(only_argument(segment)?, generics);
    of.is_its_own_value().then(|| Shape::Ordered { of: Box::new(of), endian, ty })
}

/// `NonNull<T>`, `Option<NonNull<T>>` and `Option` of a function pointer.
fn nullable<'a>(segment: &'a PathSegment, generics: &[&Ident]) -> Option<Shape<'a>> {
    let argument = only_argument(segment)?;
    if segment.ident == "NonNull" {
        let to = Box::new(shape(argument, generics));
        return Some(Shape::Pointer { to, is_const: false, is_raw: false });
    }
    if segment.ident != "Option" {
        return None;
    }
    match argument {
        Type::FnPtr(_) => function(argument, generics),
        Type::Path(path) => {
            let last = path.path.segments.last().filter(|s| s.ident == "NonNull")?;
            nullable(last, generics)
        }
        _ => None,
    }
}

fn only_argument(segment: &PathSegment) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    match (arguments.args.first(), arguments.args.len()) {
        (Some(GenericArgument::Type(ty)), 1) => Some(ty),
        _ => None,
    }
}

fn function<'a>(ty: &'a Type, generics: &[&Ident]) -> Option<Shape<'a>> {
    let Type::FnPtr(f) = ty else { return None };
    if f.lifetimes.is_some() || f.variadic.is_some() {
        return None;
    }
    let conv = match f.abi.as_ref()?.name.as_ref().map(LitStr::value).as_deref() {
        None | Some("C") => "C",
        Some("system") => "System",
        _ => return None,
    };
    let result = match &f.output {
        ReturnType::Default => None,
        ReturnType::Type(_, ty) => Some(Box::new(shape(ty, generics))),
    };
    let params = f.inputs.iter().map(|p| shape(&p.ty, generics)).collect();
    let to = Box::new(Shape::Function { conv, params, result });
    Some(Shape::Pointer { to, is_const: false, is_raw: false })
}

/// Whether an identifier is anywhere in the tokens.
pub(crate) fn mentions(tokens: &impl ToTokens, name: &Ident) -> bool {
    fn is_in(tokens: TokenStream, name: &Ident) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) => ident == *name,
            TokenTree::Group(group) => is_in(group.stream(), name),
            _ => false,
        })
    }
    is_in(tokens.to_token_stream(), name)
}

impl<'a> Shape<'a> {
    /// Whether the C type of the field is known by name, as far as a layout depends on it.
    pub(super) fn is_spelled(&self) -> bool {
        match self {
            Shape::Scalar(..) | Shape::Pointer { .. } | Shape::Function { .. } => true,
            Shape::Array(of, _) | Shape::Ordered { of, .. } => of.is_spelled(),
            Shape::Other { is_primitive, .. } => *is_primitive,
        }
    }

    /// Whether the size depends on a generic parameter. What a pointer leads to has no part in it.
    pub(super) fn has_in_its_size(&self, name: &Ident) -> bool {
        match self {
            Shape::Pointer { .. } | Shape::Function { .. } => false,
            Shape::Array(of, len) => of.has_in_its_size(name) || mentions(len, name),
            Shape::Scalar(_, ty) | Shape::Ordered { ty, .. } | Shape::Other { ty, .. } => {
                mentions(ty, name)
            }
        }
    }

    /// Whether a bit field of the type is read as the type, as far as names tell.
    pub(crate) fn is_its_own_value(&self) -> bool {
        matches!(self, Shape::Scalar(..) | Shape::Other { is_primitive: true, .. })
    }

    /// Whether a name in the type says more than the trait can know.
    pub(super) fn has_names(&self) -> bool {
        match self {
            Shape::Scalar(..) => true,
            Shape::Pointer { to: of, .. } | Shape::Array(of, _) | Shape::Ordered { of, .. } => {
                of.has_names()
            }
            // The trait knows neither how the parameters of a function are spelled nor its result.
            Shape::Function { .. } => true,
            Shape::Other { .. } => false,
        }
    }

    /// The scalars behind pointers, which an assertion on the field itself does not reach.
    pub(super) fn pointed_scalars(&self, found: &mut Vec<(&'static Spelling, &'a Type)>) {
        self.scalars(false, found);
    }

    fn scalars(&self, is_pointed: bool, found: &mut Vec<(&'static Spelling, &'a Type)>) {
        match self {
            Shape::Scalar(spelling, ty) if is_pointed => found.push((spelling, ty)),
            // The assertion on the field is about the number in it; a pointer's is not reached.
            Shape::Scalar(..) | Shape::Ordered { .. } | Shape::Other { .. } => {}
            Shape::Pointer { to, .. } => to.scalars(true, found),
            Shape::Array(of, _) => of.scalars(is_pointed, found),
            Shape::Function { params, result, .. } => {
                params.iter().for_each(|p| p.scalars(true, found));
                result.iter().for_each(|r| r.scalars(true, found));
            }
        }
    }

    /// The references in the type.
    pub(super) fn references(&self) -> Vec<&'a TypeReference> {
        match self {
            Shape::Other { ty: Type::Reference(reference), .. } => vec![reference],
            Shape::Scalar(..) | Shape::Other { .. } => Vec::new(),
            Shape::Pointer { to: of, .. } | Shape::Array(of, _) | Shape::Ordered { of, .. } => {
                of.references()
            }
            Shape::Function { params, result, .. } => {
                params.iter().chain(result.as_deref()).flat_map(Shape::references).collect()
            }
        }
    }

    /// Names the scalar at the bottom of the type, through arrays and pointers; false if there is
    /// none that a name could belong to.
    pub(super) fn spell(&mut self, spelling: &'static Spelling) -> bool {
        match self {
            Shape::Scalar(_, ty) | Shape::Other { ty, .. } => {
                let ty = *ty;
                *self = Shape::Scalar(spelling, ty);
                matches!(ty, Type::Path(_))
            }
            Shape::Pointer { to, .. } | Shape::Ordered { of: to, .. } => to.spell(spelling),
            Shape::Array(of, _) => of.spell(spelling),
            Shape::Function { .. } => false,
        }
    }
}
