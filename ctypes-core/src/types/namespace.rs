//! [`Types`]: a namespace of records made at run time, self-referential ones included.
//!
//! A record is first declared, then defined once; between the two it can be pointed at. Handles keep
//! the namespace alive, while what the namespace stores about its own records holds no handle: so a
//! cycle of records is freed with the last handle to any of them.

use super::record::Field;
use super::{Element, FunctionRef, Pointee, RecordRef, Repr, Type};
use crate::error::DefineError;
use crate::layout::{LayoutFault, MAX_NESTING, RecordCursor, RecordKind, RecordRules};
use crate::target::{Extent, Target};
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, OnceLock, RwLock};

/// A namespace of struct and union types made at run time.
///
/// # Examples
/// A list whose nodes point at nodes, as the `_fields_` that ctypes lets a program assign late:
/// ```
/// use ctypes_core::{Type, Types};
///
/// let types = Types::new();
/// let node = types.declare_struct("node")?;
/// let node = node.define(|r| r.field("value", Type::INT).field("next", node.pointer()))?;
///
/// let next = node.fields()[1].ty().pointee().unwrap();
/// assert_eq!(next, node);
/// assert_eq!(next.size(), 2 * size_of::<*const u8>());
/// # Ok::<(), ctypes_core::Error>(())
/// ```
#[derive(Clone, Default)]
#[doc(alias = "_fields_")]
pub struct Types(Arc<Namespace>);

#[derive(Default)]
struct Namespace(RwLock<Tags>);

#[derive(Default)]
struct Tags {
    slots: Vec<Arc<Slot>>,
    by_name: HashMap<Arc<str>, usize>,
}

struct Slot {
    name: Arc<str>,
    kind: RecordKind,
    index: usize,
    definition: OnceLock<Definition>,
}

struct Definition {
    rules: RecordRules,
    fields: Vec<(Arc<str>, Stored)>,
    native: Extent,
    nesting: u32,
}

/// A type as a namespace keeps it: without handles to that namespace.
enum Stored {
    /// A type in which no record of this namespace occurs.
    Other(Type),
    Record(usize),
    Pointer {
        to: Box<Stored>,
        is_const: bool,
        nonnull: bool,
    },
    Array(Box<Stored>, u64, Extent),
    Function(Box<StoredFunction>),
}

struct StoredFunction {
    conv: super::CallConv,
    result: Stored,
    params: Vec<Stored>,
    variadic: bool,
}

impl Types {
    /// An empty namespace.
    pub fn new() -> Types {
        Types::default()
    }

    /// Declares `struct name`, to be defined later; the same handle again if that was done already.
    ///
    /// # Errors
    /// [`DefineError::OtherKind`] if `name` is a union here, [`DefineError::BadName`] if it is not
    /// a C identifier.
    #[doc(alias = "Structure")]
    pub fn declare_struct(&self, name: &str) -> Result<RecordDecl, DefineError> {
        self.declare(name, RecordKind::Struct)
    }

    /// Declares `union name`, to be defined later; the same handle again if that was done already.
    ///
    /// # Errors
    /// As [`Types::declare_struct`].
    #[doc(alias = "Union")]
    pub fn declare_union(&self, name: &str) -> Result<RecordDecl, DefineError> {
        self.declare(name, RecordKind::Union)
    }

    /// The record of that tag, if it was declared.
    pub fn get(&self, name: &str) -> Option<Type> {
        let tags = self.0.0.read().unwrap_or_else(|e| e.into_inner());
        let slot = tags.slots[*tags.by_name.get(name)?].clone();
        drop(tags);
        Some(self.handle(slot))
    }

    fn declare(&self, name: &str, kind: RecordKind) -> Result<RecordDecl, DefineError> {
        if !is_identifier(name) {
            return Err(DefineError::BadName { name: name.to_owned() });
        }
        let mut tags = self.0.0.write().unwrap_or_else(|e| e.into_inner());
        let slot = match tags.by_name.get(name) {
            Some(&i) => tags.slots[i].clone(),
            None => {
                let index = tags.slots.len();
                let name: Arc<str> = name.into();
                let slot =
                    Arc::new(Slot { name: name.clone(), kind, index, definition: OnceLock::new() });
                tags.slots.push(slot.clone());
                tags.by_name.insert(name, index);
                slot
            }
        };
        drop(tags);
        if slot.kind != kind {
            return Err(DefineError::OtherKind {
                record: format!("{} {name}", kind.keyword()),
                found: slot.kind.keyword(),
            });
        }
        Ok(RecordDecl { ty: self.handle(slot) })
    }

    fn handle(&self, slot: Arc<Slot>) -> Type {
        let native = slot.definition.get().map(|d| d.native);
        Type(Repr::Record(RecordRef::Owned(OwnedRecord { types: self.clone(), slot, native })))
    }

    /// What a namespace may keep of a type.
    fn store(&self, ty: &Type) -> Stored {
        match &ty.0 {
            Repr::Record(RecordRef::Owned(r)) if Arc::ptr_eq(&r.types.0, &self.0) => {
                Stored::Record(r.slot.index)
            }
            Repr::Pointer { to: Pointee::Owned(to), is_const, nonnull } => Stored::Pointer {
                to: Box::new(self.store(to)),
                is_const: *is_const,
                nonnull: *nonnull,
            },
            Repr::Array { of: Element::Owned(of), len, native } => {
                Stored::Array(Box::new(self.store(of)), *len, *native)
            }
            Repr::Function(FunctionRef::Owned(f)) => Stored::Function(Box::new(StoredFunction {
                conv: f.conv,
                result: self.store(&f.result),
                params: f.params.iter().map(|p| self.store(p)).collect(),
                variadic: f.variadic,
            })),
            _ => Stored::Other(ty.clone()),
        }
    }

    fn load(&self, stored: &Stored) -> Type {
        match stored {
            Stored::Other(ty) => ty.clone(),
            Stored::Record(index) => {
                let tags = self.0.0.read().unwrap_or_else(|e| e.into_inner());
                let slot = tags.slots[*index].clone();
                drop(tags);
                self.handle(slot)
            }
            Stored::Pointer { to, is_const, nonnull } => Type(Repr::Pointer {
                to: Pointee::Owned(Arc::new(self.load(to))),
                is_const: *is_const,
                nonnull: *nonnull,
            }),
            Stored::Array(of, len, native) => Type(Repr::Array {
                of: Element::Owned(Arc::new(self.load(of))),
                len: *len,
                native: *native,
            }),
            Stored::Function(f) => Type(Repr::Function(FunctionRef::owned(
                f.conv,
                self.load(&f.result),
                f.params.iter().map(|p| self.load(p)).collect(),
                f.variadic,
            ))),
        }
    }
}

fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
}

/// A declared struct or union. It derefs to its [`Type`]; [`RecordDecl::define`] completes it.
#[derive(Clone, Debug)]
pub struct RecordDecl {
    ty: Type,
}

impl RecordDecl {
    /// Says what the record consists of, once.
    ///
    /// # Errors
    /// A second definition, a duplicate field, a field that has no size (the record itself, by
    /// value, among them), an alignment that is none, a record larger than the platform allows or
    /// nested deeper than [`MAX_NESTING`].
    pub fn define(
        &self,
        build: impl FnOnce(RecordBuilder) -> RecordBuilder,
    ) -> Result<Type, DefineError> {
        let Repr::Record(RecordRef::Owned(own)) = &self.ty.0 else {
            unreachable!("a declaration holds a record of its namespace")
        };
        let again = || DefineError::AlreadyDefined { record: self.ty.to_string() };
        if own.is_complete() {
            return Err(again());
        }
        let builder =
            build(RecordBuilder { rules: RecordRules::plain(own.slot.kind), fields: Vec::new() });
        let definition = builder.finish(&self.ty, own)?;
        own.slot.definition.set(definition).map_err(|_| again())?;
        Ok(own.types.handle(own.slot.clone()))
    }

    /// The type as it is now: complete if the record has been defined meanwhile.
    pub fn ty(&self) -> Type {
        match &self.ty.0 {
            Repr::Record(RecordRef::Owned(own)) => own.types.handle(own.slot.clone()),
            _ => self.ty.clone(),
        }
    }

    /// The size in bytes.
    ///
    /// # Panics
    /// If the record is not defined yet.
    pub fn size(&self) -> usize {
        self.ty().size()
    }

    /// The alignment in bytes.
    ///
    /// # Panics
    /// If the record is not defined yet.
    pub fn align(&self) -> usize {
        self.ty().align()
    }
}

impl Type {
    /// This handle as it would be taken now: with the size of a record that was defined meanwhile.
    #[cfg_attr(not(feature = "dynamic"), allow(dead_code))]
    pub(crate) fn renewed(&self) -> Type {
        match &self.0 {
            Repr::Record(RecordRef::Owned(own)) if own.native.is_none() => {
                own.types.handle(own.slot.clone())
            }
            _ => self.clone(),
        }
    }
}

impl Deref for RecordDecl {
    type Target = Type;
    fn deref(&self) -> &Type {
        &self.ty
    }
}

/// Collects the fields of a record that is being defined.
pub struct RecordBuilder {
    rules: RecordRules,
    fields: Vec<(String, Type)>,
}

impl RecordBuilder {
    /// Adds a field.
    pub fn field(mut self, name: &str, ty: impl Into<Type>) -> RecordBuilder {
        self.fields.push((name.to_owned(), ty.into()));
        self
    }

    /// `#pragma pack(n)`: no field is aligned to more than `n` bytes; 1 packs it without gaps.
    #[doc(alias = "_pack_")]
    pub fn pack(mut self, n: u64) -> RecordBuilder {
        self.rules.pack = Some(n);
        self
    }

    /// Aligns the record to at least `n` bytes.
    #[doc(alias = "_align_")]
    pub fn align(mut self, n: u64) -> RecordBuilder {
        self.rules.align = Some(n);
        self
    }

    fn finish(self, ty: &Type, own: &OwnedRecord) -> Result<Definition, DefineError> {
        let record = || ty.to_string();
        let fault = |field: Option<&str>, fault| DefineError::Layout {
            record: record(),
            field: field.map(str::to_owned),
            fault,
        };
        let mut cursor =
            RecordCursor::new(self.rules, &Target::NATIVE).map_err(|e| fault(None, e))?;
        let mut fields: Vec<(Arc<str>, Stored)> = Vec::with_capacity(self.fields.len());
        let mut nesting = 1;
        let mut seen = std::collections::HashSet::new();
        for (name, field) in &self.fields {
            if !is_identifier(name) {
                return Err(DefineError::BadName { name: name.clone() });
            }
            if !seen.insert(name.as_str()) {
                return Err(DefineError::DuplicateField { record: record(), field: name.clone() });
            }
            nesting = nesting.max(1 + field.nesting());
            if nesting > MAX_NESTING {
                return Err(fault(Some(name), LayoutFault::TooDeep));
            }
            let shape = field.shape_at(&Target::NATIVE).map_err(|cause| match &field.0 {
                Repr::Record(r) if r.id() == RecordRef::Owned(own.clone()).id() => {
                    DefineError::ContainsItself { record: record(), field: name.clone() }
                }
                _ => DefineError::IncompleteField {
                    record: record(),
                    field: name.clone(),
                    ty: field.to_string(),
                    cause: Box::new(cause),
                },
            })?;
            cursor.place(shape).map_err(|e| fault(Some(name), e))?;
            fields.push((name.as_str().into(), own.types.store(field)));
        }
        let native = cursor.finish().map_err(|e| fault(None, e))?;
        Ok(Definition { rules: self.rules, fields, native, nesting })
    }
}

/// A handle to a record of a namespace.
#[derive(Clone)]
pub(crate) struct OwnedRecord {
    types: Types,
    slot: Arc<Slot>,
    /// The extent, if the record was complete when this handle was taken.
    pub(super) native: Option<Extent>,
}

impl OwnedRecord {
    pub(super) fn address(&self) -> usize {
        Arc::as_ptr(&self.slot).addr()
    }

    pub(super) fn name(&self) -> &str {
        &self.slot.name
    }

    pub(super) fn is_complete(&self) -> bool {
        self.slot.definition.get().is_some()
    }

    pub(super) fn nesting(&self) -> u32 {
        self.slot.definition.get().map_or(0, |d| d.nesting)
    }

    pub(super) fn rules(&self) -> RecordRules {
        match self.slot.definition.get() {
            Some(d) => d.rules,
            None => RecordRules::plain(self.slot.kind),
        }
    }

    pub(super) fn fields(&self) -> Vec<Field> {
        let Some(definition) = self.slot.definition.get() else { return Vec::new() };
        definition
            .fields
            .iter()
            .map(|(name, ty)| Field::owned(name.clone(), self.types.load(ty)))
            .collect()
    }
}
