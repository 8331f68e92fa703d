//! The ways of access, in the order of the report.

use crate::harness::labels;

// The first way of each group is what the others are compared with.
labels! {
    PLAIN "plain" "Rust"
    VIEW_AT "view_at" "CView, resolved path"
    AT "at" "CData, resolved path"
    NAME "name" "CData, by name, first of 12"
    TENTH "name_10" "CData, by name, 10th of 12"
    LAST_OF_60 "name_60" "CData, by name, last of 60"
    NESTED "nested" "CData, by path a.b[3].c"
    NEW_SECOND "new_kept" "CData::new, another of the type alive"
    LUAJIT "luajit" "LuaJIT"
    LUAJIT_OFF "luajit_off" "LuaJIT, -joff"
    PYTHON "python" "Python ctypes"
}
