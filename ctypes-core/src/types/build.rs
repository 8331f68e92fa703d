//! [`RecordBuilder`]: what a record that is made at run time consists of.
//!
//! Collects without checking; the record is checked as a whole when it is defined, so that every
//! error can name the record and the field.

use super::namespace::{Definition, OwnedRecord, StoredField};
use super::record::{FieldRole, FieldRules};
use super::{RecordRef, Repr, Type, is_identifier};
use crate::error::DefineError;
use crate::layout::{LayoutFault, MAX_NESTING, RecordCursor, RecordKind, RecordRules};
use crate::target::{BitRule, Endian, Target};
use std::collections::{HashMap, HashSet};

/// Collects the fields of a record that is being defined.
///
/// # Examples
/// ```
/// use ctypes_core::{Type, Types};
///
/// let types = Types::new();
/// let header = types.declare_struct("header")?.define(|r| {
///     r.bits("version", Type::UINT, 4)
///         .bits("ihl", Type::UINT, 4)
///         .unnamed_bits(Type::UINT, 0)
///         .field("checksum", Type::U16)
///         .aligned(4)
/// })?;
/// assert_eq!(header.size(), 8);
/// # Ok::<(), ctypes_core::Error>(())
/// ```
pub struct RecordBuilder {
    rules: RecordRules,
    fields: Vec<NewField>,
}

struct NewField {
    name: String,
    ty: Type,
    rules: FieldRules,
}

impl RecordBuilder {
    pub(super) fn new(kind: RecordKind) -> RecordBuilder {
        RecordBuilder { rules: RecordRules::plain(kind), fields: Vec::new() }
    }

    fn push(mut self, name: &str, ty: impl Into<Type>, rules: FieldRules) -> RecordBuilder {
        self.fields.push(NewField { name: name.to_owned(), ty: ty.into(), rules });
        self
    }

    /// Adds a field.
    pub fn field(self, name: &str, ty: impl Into<Type>) -> RecordBuilder {
        self.push(name, ty, FieldRules::PLAIN)
    }

    /// Adds a bit field: `ty name : width;`.
    pub fn bits(self, name: &str, ty: impl Into<Type>, width: u32) -> RecordBuilder {
        self.push(name, ty, FieldRules::bits(width))
    }

    /// Adds a bit field without a name: `ty : width;`. One of width 0 ends the unit.
    pub fn unnamed_bits(self, ty: impl Into<Type>, width: u32) -> RecordBuilder {
        self.push("", ty, FieldRules::unnamed_bits(width))
    }

    /// Adds a struct or union without a name, whose members are found as if they were the record's.
    #[doc(alias = "_anonymous_")]
    pub fn anonymous(self, ty: impl Into<Type>) -> RecordBuilder {
        let rules = FieldRules { role: FieldRole::Anonymous, ..FieldRules::PLAIN };
        self.push("", ty, rules)
    }

    /// Starts with the members of another record, as a subclass of a `Structure` does; the fields
    /// that follow come after all of it, its tail padding included. Without any, the record has the
    /// layout of what it extends.
    ///
    /// ```
    /// use ctypes_core::{Type, Types};
    /// let types = Types::new();
    /// let event = types.declare_struct("event")?;
    /// let event = event.define(|r| r.field("time", Type::I32).field("kind", Type::U8))?;
    /// let key = types.declare_struct("key_event")?.define(|r| r.base(&event).field("key", Type::U8))?;
    /// let layout = key.layout()?;
    /// assert_eq!(layout.field("key").map(|f| f.offset()), Some(8));
    /// assert_eq!(layout.field("kind").map(|f| f.offset()), Some(4));
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    pub fn base(mut self, ty: impl Into<Type>) -> RecordBuilder {
        let rules = FieldRules { role: FieldRole::Base, ..FieldRules::PLAIN };
        self.fields.insert(0, NewField { name: String::new(), ty: ty.into(), rules });
        self
    }

    /// Adds an array without a length, which only the last member of a struct may be.
    pub fn flexible(self, name: &str, element: impl Into<Type>) -> RecordBuilder {
        let rules = FieldRules { role: FieldRole::Flexible, ..FieldRules::PLAIN };
        self.push(name, element, rules)
    }

    /// Adds a member with everything that can be said of one.
    pub fn member(self, name: &str, ty: impl Into<Type>, rules: FieldRules) -> RecordBuilder {
        self.push(name, ty, rules)
    }

    /// Aligns the field that was added last to at least `n` bytes; the record if there is none yet.
    pub fn aligned(mut self, n: u64) -> RecordBuilder {
        match self.fields.last_mut() {
            Some(field) => field.rules.align = Some(n),
            None => self.rules.align = Some(n),
        }
        self
    }

    /// Packs the field that was added last; the record if there is none yet.
    pub fn packed(mut self) -> RecordBuilder {
        match self.fields.last_mut() {
            Some(field) => field.rules.packed = true,
            None => self.rules.packed = true,
        }
        self
    }

    /// Stores the bit field that was added last in that byte order, whatever the target's is, as gcc's
    /// `scalar_storage_order` does; of other fields the type says it ([`Type::ordered`]).
    ///
    /// ```
    /// use ctypes_core::{CView, Type, Types, target::{Endian, Target}};
    /// let types = Types::new();
    /// let ip = types.declare_struct("ip")?.define(|r| {
    ///     r.bits("version", Type::U8, 4).ordered(Endian::Big)
    ///         .bits("ihl", Type::U8, 4).ordered(Endian::Big)
    /// })?;
    /// let layout = ip.at(&Target::X86_64_LINUX)?;
    /// assert_eq!(CView::new(&layout, &[0x45])?.get::<u32>("version")?, 4);
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    #[doc(alias = "scalar_storage_order")]
    pub fn ordered(mut self, endian: Endian) -> RecordBuilder {
        if let Some(field) = self.fields.last_mut() {
            field.rules.order = Some(endian);
        }
        self
    }

    /// `__attribute__((packed))` on the record.
    pub fn packed_record(mut self) -> RecordBuilder {
        self.rules.packed = true;
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

    /// Chooses the rule for bit fields.
    #[doc(alias = "_layout_")]
    pub fn bit_rule(mut self, rule: BitRule) -> RecordBuilder {
        self.rules.bit_rule = Some(rule);
        self
    }

    /// `__attribute__((transparent_union))`: as a parameter, the union is its first member. Of a
    /// struct it says nothing.
    ///
    /// ```
    /// use ctypes_core::{CallConv, Type, Types};
    /// let types = Types::new();
    /// let address = types.declare_struct("sockaddr")?.const_pointer();
    /// let any = types.declare_union("sockaddr_arg")?;
    /// let any = any.define(|r| r.field("address", address).transparent_union())?;
    /// let connect = Type::function(CallConv::C, &Type::INT, [&Type::INT, &any], false);
    /// # #[cfg(feature = "dynamic")] {
    /// let signature = ctypes_core::Signature::of(&connect)?;
    /// assert_eq!(signature.params()[1].to_string(), "const struct sockaddr *");
    /// # }
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    pub fn transparent_union(mut self) -> RecordBuilder {
        self.rules.transparent_union = self.rules.kind == RecordKind::Union;
        self
    }

    pub(super) fn finish(self, ty: &Type, own: &OwnedRecord) -> Result<Definition, DefineError> {
        let record = || ty.to_string();
        let fault = |field: Option<&str>, fault| DefineError::Layout {
            record: record(),
            field: field.map(str::to_owned),
            fault,
        };
        let mut cursor =
            RecordCursor::new(self.rules, &Target::NATIVE).map_err(|e| fault(None, e))?;
        let mut fields: Vec<StoredField> = Vec::with_capacity(self.fields.len());
        let (mut nesting, mut parts) = (1, 0);
        let mut names = Names::default();
        let count = self.fields.len();
        for (i, NewField { name, ty: field, rules }) in self.fields.iter().enumerate() {
            let unnamed =
                matches!(rules.role, FieldRole::Unnamed | FieldRole::Anonymous | FieldRole::Base);
            if !(unnamed && name.is_empty() || !unnamed && is_identifier(name)) {
                return Err(DefineError::BadName { name: name.clone() });
            }
            let shown = if name.is_empty() { field.declare("(unnamed)") } else { name.clone() };
            nesting = nesting.max(1 + field.nesting());
            if nesting > MAX_NESTING {
                return Err(fault(Some(&shown), LayoutFault::TooDeep));
            }
            if rules.role == FieldRole::Flexible
                && (names.seen.is_empty() || i + 1 != count || self.rules.kind == RecordKind::Union)
            {
                return Err(fault(Some(&shown), LayoutFault::MisplacedFlexible));
            }
            let inner = field.record();
            match (rules.role, &inner) {
                (FieldRole::Anonymous | FieldRole::Base, None) => {
                    return Err(fault(Some(&shown), LayoutFault::NotARecord));
                }
                (FieldRole::Base, _) if i != 0 || self.rules.kind == RecordKind::Union => {
                    return Err(fault(Some(&shown), LayoutFault::MisplacedBase));
                }
                _ => {}
            }
            let flexible = (rules.role == FieldRole::Flexible).then(|| field.array(0));
            let field = match flexible.transpose() {
                Ok(array) => array.unwrap_or_else(|| field.clone()),
                Err(_) => field.clone(),
            };
            let shape =
                field.shape_at(&Target::NATIVE, self.rules).map_err(|cause| match &field.0 {
                    Repr::Record(r) if r.id() == RecordRef::Owned(own.clone()).id() => {
                        DefineError::ContainsItself { record: record(), field: shown.clone() }
                    }
                    _ => DefineError::IncompleteField {
                        record: record(),
                        field: shown.clone(),
                        ty: field.to_string(),
                        cause: Box::new(cause),
                    },
                })?;
            let added = match inner {
                Some(inner) if unnamed => names.add_all(&inner),
                _ if name.is_empty() => Ok(()),
                _ => names.add(name),
            };
            added.map_err(|field| DefineError::DuplicateField { record: record(), field })?;
            let shape =
                rules.shape(shape, &field, &Target::NATIVE).map_err(|e| fault(Some(&shown), e))?;
            cursor.place(shape).map_err(|e| fault(Some(&shown), e))?;
            let mut own_parts = 0;
            let ty = own
                .types
                .store(&field, 0, &mut own_parts)
                .ok_or_else(|| fault(Some(&shown), LayoutFault::TooDeep))?;
            parts += u64::from(own_parts);
            fields.push(StoredField { name: name.as_str().into(), ty, rules: *rules });
        }
        let native = cursor.finish().map_err(|e| fault(None, e))?;
        Ok(Definition { rules: self.rules, fields, native, nesting, parts })
    }
}

/// The names that a member of the record can be found by.
#[derive(Default)]
struct Names {
    seen: HashSet<String>,
    /// How many names a record brings. One without any may occur any number of times, on any level,
    /// and is not walked again.
    counts: HashMap<super::record::RecordId, usize>,
}

impl Names {
    fn add(&mut self, name: &str) -> Result<(), String> {
        if self.seen.insert(name.to_owned()) { Ok(()) } else { Err(name.to_owned()) }
    }

    fn add_all(&mut self, record: &super::Record) -> Result<(), String> {
        let id = record.0.id();
        if self.counts.get(&id) == Some(&0) {
            return Ok(());
        }
        let before = self.seen.len();
        for field in record.fields() {
            match field.ty().record() {
                Some(inner) if field.is_transparent() => self.add_all(&inner)?,
                _ if field.name().is_empty() => {}
                _ => self.add(field.name())?,
            }
        }
        self.counts.insert(id, self.seen.len() - before);
        Ok(())
    }
}
