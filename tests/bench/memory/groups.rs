//! What is done.

use crate::harness::labels;

labels! {
    INT_LOAD "int_load" "load of an int"
    INT_STORE "int_store" "store of an int"
    DOUBLE_LOAD "double_load" "load of a double"
    DOUBLE_STORE "double_store" "store of a double"
    INT64_LOAD "int64_load" "load of an int64_t"
    INT64_STORE "int64_store" "store of an int64_t"
    BYTE_LOAD "u8_load" "load of a uint8_t"
    BYTE_STORE "u8_store" "store of a uint8_t"
    BITS_LOAD "bits_load" "load of a bit field, unsigned : 5"
    BITS_STORE "bits_store" "store of a bit field, unsigned : 5"
    POINTER_LOAD "pointer_load" "load of a pointer"
    POINTER_STORE "pointer_store" "store of a pointer to an object"
    CONTENTS "contents" "what a pointer points at"
    NEW "new" "a new struct of 8 bytes, and its end"
    ARRAY_LOAD "array_load" "1,000 ints of an array into a vector"
    ARRAY_STORE "array_store" "1,000 ints of a slice into an array"
}
