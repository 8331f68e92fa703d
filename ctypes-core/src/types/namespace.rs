//! [`Types`]: a namespace of types made at run time, self-referential records included.
//!
//! A record is first declared, then defined once; between the two it can be pointed at. Handles keep
//! the namespace alive, while what the namespace stores about its own records holds no handle: so a
//! cycle of records is freed with the last handle to any of them.

use super::build::RecordBuilder;
use super::layout_view::{Layout, WeakLayout};
use super::names::{OrdinaryName, StoredName};
use super::place::{Place, Tag};
use super::record::{Field, FieldRules};
use super::stored::Stored;
use super::{RecordRef, Repr, Scalar, Type, is_identifier};
use crate::error::{DefineError, LayoutError};
use crate::layout::{RecordKind, RecordRules};
use crate::target::Extent;
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// A namespace of types made at run time: tags of structs, unions and enumerations, and ordinary names
/// of types, constants, functions and variables.
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
pub(super) struct Tags {
    slots: Vec<Arc<Slot>>,
    by_name: HashMap<Arc<str>, usize>,
    /// Enumerations share the tags with records (C11 6.2.3p1).
    enums: HashMap<Arc<str>, Type>,
    /// Typedefs, constants, functions and variables.
    pub(super) ordinary: HashMap<Arc<str>, Arc<StoredName>>,
}

impl Tags {
    fn push(&mut self, tag: Tag, kind: RecordKind) -> Arc<Slot> {
        let index = self.slots.len();
        let slot = Arc::new(Slot {
            tag,
            kind,
            index,
            definition: OnceLock::new(),
            layout: Mutex::default(),
        });
        self.slots.push(slot.clone());
        slot
    }
}

pub(super) struct Slot {
    tag: Tag,
    pub(super) kind: RecordKind,
    index: usize,
    definition: OnceLock<Definition>,
    /// Not a handle, which would keep the namespace alive.
    layout: Mutex<WeakLayout>,
}

pub(super) struct Definition {
    pub(super) rules: RecordRules,
    pub(super) fields: Vec<StoredField>,
    pub(super) native: Extent,
    pub(super) nesting: u32,
    /// How many parts the types of the fields have together.
    pub(super) parts: u64,
}

/// A field as a namespace keeps it.
pub(super) struct StoredField {
    pub(super) name: Arc<str>,
    pub(super) ty: Stored,
    pub(super) rules: FieldRules,
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

    /// Declares `enum name` with its values; the same type again if that was done already.
    ///
    /// ```
    /// use ctypes_core::{Type, Types};
    /// let types = Types::new();
    /// let colour = types.declare_enum("colour", [("RED", 0), ("GREEN", 1)])?;
    /// assert_eq!(types.get("colour"), Some(colour));
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Type::enumeration`]; [`DefineError::OtherKind`] if `name` is a record here,
    /// [`DefineError::AlreadyDefined`] if it is an enumeration with other values.
    pub fn declare_enum<'a>(
        &self,
        name: &str,
        values: impl IntoIterator<Item = (&'a str, i128)>,
    ) -> Result<Type, DefineError> {
        self.declare_enum_of(name, None, values)
    }

    /// As [`Types::declare_enum`], with the integer type beside the tag: `enum name : fixed { … }`.
    ///
    /// # Errors
    /// As [`Types::declare_enum`], and if a value does not fit `fixed`.
    pub fn declare_enum_of<'a>(
        &self,
        name: &str,
        fixed: Option<Scalar>,
        values: impl IntoIterator<Item = (&'a str, i128)>,
    ) -> Result<Type, DefineError> {
        let ty = Type::enumeration_of(name, fixed, values)?;
        let mut tags = self.write();
        if let Some(&i) = tags.by_name.get(name) {
            let found = tags.slots[i].kind.keyword();
            return Err(DefineError::OtherKind { record: ty.to_string(), found });
        }
        match tags.enums.get(name) {
            Some(known) if *known == ty => Ok(known.clone()),
            Some(known) if known.complete_enumeration(&ty) => {
                let complete = known.renewed();
                tags.enums.insert(name.into(), complete.clone());
                Ok(complete)
            }
            Some(_) => Err(DefineError::AlreadyDefined { record: ty.to_string() }),
            None => {
                tags.enums.insert(name.into(), ty.clone());
                Ok(ty)
            }
        }
    }

    /// `enum name`, which may be defined later; the same type again if it was declared already.
    ///
    /// # Errors
    /// [`DefineError::OtherKind`] if `name` is a record here.
    #[cfg(feature = "decl")]
    pub(crate) fn mention_enum(
        &self,
        name: &str,
        fixed: Option<Scalar>,
    ) -> Result<Type, DefineError> {
        let mut tags = self.write();
        if let Some(&i) = tags.by_name.get(name) {
            let found = tags.slots[i].kind.keyword();
            return Err(DefineError::OtherKind { record: format!("enum {name}"), found });
        }
        let incomplete = || Type::incomplete_enumeration(name, fixed);
        Ok(tags.enums.entry(name.into()).or_insert_with(incomplete).clone())
    }

    /// The type of that name, if it was declared: of a typedef, or of a tag, also with its keyword.
    ///
    /// ```
    /// use ctypes_core::Types;
    /// let types = Types::new();
    /// types.typedef("node", &types.declare_struct("node")?.pointer())?;
    /// assert_eq!(types.get("struct node").map(|ty| ty.to_string()).as_deref(), Some("struct node"));
    /// assert_eq!(types.get("node").and_then(|ty| ty.pointee()), types.get("struct node"));
    /// assert_eq!(types.get("union node"), None);
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    pub fn get(&self, name: &str) -> Option<Type> {
        let (keyword, tag) = match name.split_once(' ') {
            Some((keyword, tag)) => (Some(keyword), tag.trim()),
            None => (None, name),
        };
        if keyword.is_none()
            && let Some(OrdinaryName::Typedef(ty)) = self.ordinary(name)
        {
            return Some(ty);
        }
        let tags = self.read();
        if let Some(ty) = tags.enums.get(tag) {
            return keyword.is_none_or(|k| k == "enum").then(|| ty.clone());
        }
        let slot = tags.slots[*tags.by_name.get(tag)?].clone();
        drop(tags);
        keyword.is_none_or(|k| k == slot.kind.keyword()).then(|| self.handle(slot))
    }

    /// A new struct or union without a tag, to be defined later. It is another one each time, and is
    /// told from others by where it stands.
    ///
    /// ```
    /// use ctypes_core::{Type, Types, layout::RecordKind, types::Place};
    /// let types = Types::new();
    /// let inner = types.declare_unnamed(RecordKind::Struct, Place::new("node.h", 3));
    /// let inner = inner.define(|r| r.field("x", Type::INT))?;
    /// assert_eq!(inner.to_string(), "struct (unnamed at node.h:3)");
    /// assert_eq!(inner.record().unwrap().name(), "");
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    pub fn declare_unnamed(&self, kind: RecordKind, place: Place) -> RecordDecl {
        let slot = self.write().push(Tag::Unnamed(place), kind);
        RecordDecl { ty: self.handle(slot) }
    }

    /// All structs and unions of the namespace, in the order in which they were declared; those without
    /// a tag and those that are not defined are among them.
    ///
    /// ```
    /// use ctypes_core::Types;
    /// let types = Types::new();
    /// types.declare_struct("node")?;
    /// types.declare_union("any")?;
    /// let names: Vec<String> = types.records().iter().map(|ty| ty.to_string()).collect();
    /// assert_eq!(names, ["struct node", "union any"]);
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    pub fn records(&self) -> Vec<Type> {
        // A handle may take the lock itself.
        let slots = self.read().slots.clone();
        slots.into_iter().map(|slot| self.handle(slot)).collect()
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, Tags> {
        self.0.0.read().unwrap_or_else(|e| e.into_inner())
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Tags> {
        self.0.0.write().unwrap_or_else(|e| e.into_inner())
    }

    fn declare(&self, name: &str, kind: RecordKind) -> Result<RecordDecl, DefineError> {
        if !is_identifier(name) {
            return Err(DefineError::BadName { name: name.to_owned() });
        }
        let mut tags = self.write();
        if tags.enums.contains_key(name) {
            let record = format!("{} {name}", kind.keyword());
            return Err(DefineError::OtherKind { record, found: "enum" });
        }
        let slot = match tags.by_name.get(name) {
            Some(&i) => tags.slots[i].clone(),
            None => {
                let name: Arc<str> = name.into();
                let slot = tags.push(Tag::Named(name.clone()), kind);
                tags.by_name.insert(name, slot.index);
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

    /// The place of a record in this namespace, if it is one of it.
    pub(super) fn index_of(&self, record: &OwnedRecord) -> Option<usize> {
        Arc::ptr_eq(&record.types.0, &self.0).then_some(record.slot.index)
    }

    /// The record at a place in this namespace.
    pub(super) fn record_at(&self, index: usize) -> Type {
        let slot = self.read().slots[index].clone();
        self.handle(slot)
    }

    fn handle(&self, slot: Arc<Slot>) -> Type {
        let native = slot.definition.get().map(|d| d.native);
        let record = OwnedRecord { types: self.clone(), slot, native };
        Type::of(Repr::Record(RecordRef::Owned(record)))
    }
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
    /// nested deeper than [`MAX_NESTING`](crate::layout::MAX_NESTING).
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
        let builder = build(RecordBuilder::new(own.slot.kind));
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
    pub(crate) fn renewed(&self) -> Type {
        match &self.0 {
            Repr::Record(RecordRef::Owned(own)) if self.is_outdated() => {
                Type(own.types.handle(own.slot.clone()).0, self.1.clone())
            }
            Repr::Enum(of) => Type(Repr::Enum(of.renewed()), self.1.clone()),
            _ => self.clone(),
        }
    }

    /// Whether [`Type::renewed`] may be another handle.
    pub(crate) fn is_outdated(&self) -> bool {
        matches!(&self.0, Repr::Record(RecordRef::Owned(own)) if own.native.is_none())
    }
}

impl Deref for RecordDecl {
    type Target = Type;
    fn deref(&self) -> &Type {
        &self.ty
    }
}

/// A handle to a record of a namespace.
#[derive(Clone)]
pub(crate) struct OwnedRecord {
    pub(super) types: Types,
    pub(super) slot: Arc<Slot>,
    /// The extent, if the record was complete when this handle was taken.
    pub(super) native: Option<Extent>,
}

impl OwnedRecord {
    pub(super) fn address(&self) -> usize {
        Arc::as_ptr(&self.slot).addr()
    }

    pub(super) fn tag(&self) -> &Tag {
        &self.slot.tag
    }

    /// The extent on this platform, if the record is complete by now.
    pub(super) fn extent(&self) -> Option<Extent> {
        self.slot.definition.get().map(|d| d.native)
    }

    pub(super) fn part_count(&self) -> u64 {
        self.slot.definition.get().map_or(0, |d| d.parts)
    }

    pub(super) fn is_complete(&self) -> bool {
        self.slot.definition.get().is_some()
    }

    pub(super) fn nesting(&self) -> u32 {
        self.slot.definition.get().map_or(0, |d| d.nesting)
    }

    /// The layout of the record here, made only if there is none in use.
    pub(super) fn native_layout(
        &self,
        make: impl FnOnce() -> Result<Layout, LayoutError>,
    ) -> Result<Layout, LayoutError> {
        let known = || self.slot.layout.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(layout) = known().upgrade() {
            return Ok(layout);
        }
        let layout = make()?;
        *known() = layout.downgrade();
        Ok(layout)
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
            .map(|f| Field::owned(f.name.clone(), self.types.load(&f.ty), f.rules))
            .collect()
    }
}
