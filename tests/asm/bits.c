/* What bits.rs says, in C: a getter and a setter for each shape. */
#include <stdbool.h>

#define FIELD(record, type, field, name)                                          \
    type get_##name(const struct record *r) { return r->field; }                  \
    void set_##name(struct record *r, type value) { r->field = value; }

struct word { unsigned low : 4; int sign : 9; unsigned byte : 3; unsigned top : 16; };
FIELD(word, unsigned, low, unsigned)
FIELD(word, int, sign, signed)
FIELD(word, unsigned, byte, in_a_byte)
FIELD(word, unsigned, top, whole_word)

struct bytes { unsigned a : 6; unsigned across : 5; unsigned b : 5; unsigned whole : 8; unsigned c : 8; };
FIELD(bytes, unsigned, across, across_bytes)
FIELD(bytes, unsigned, whole, whole_byte)

struct flags { bool first : 1; bool second : 1; unsigned char rest : 6; };
FIELD(flags, bool, first, first_bool)
FIELD(flags, bool, second, second_bool)
FIELD(flags, unsigned char, rest, char)

struct wide { unsigned long long low : 20; long long sign : 30; unsigned long long rest : 14; };
FIELD(wide, unsigned long long, low, long_long)
FIELD(wide, long long, sign, signed_long_long)
FIELD(wide, unsigned long long, rest, top_of_long_long)

struct whole { unsigned all : 32; long long wide : 64; };
FIELD(whole, unsigned, all, all_of_int)
FIELD(whole, long long, wide, all_of_long_long)

struct __attribute__((packed)) packed { unsigned char tag; unsigned a : 11; int b : 21; unsigned char end; };
FIELD(packed, unsigned, a, packed)
FIELD(packed, int, b, signed_packed)

/* Bits that fill no integer: three, five, six and seven bytes. */
struct __attribute__((packed)) three { unsigned char tag; unsigned a : 13; int b : 11; };
FIELD(three, unsigned, a, first_of_three_bytes)
FIELD(three, int, b, last_of_three_bytes)

struct __attribute__((packed)) five { unsigned a : 7; unsigned b : 30; unsigned c : 3; };
FIELD(five, unsigned, a, first_of_five_bytes)
FIELD(five, unsigned, b, across_five_bytes)
FIELD(five, unsigned, c, last_of_five_bytes)

struct __attribute__((packed)) seven { unsigned char tag; long long a : 50; unsigned b : 6; };
FIELD(seven, long long, a, most_of_seven_bytes)
FIELD(seven, unsigned, b, last_of_seven_bytes)

struct __attribute__((packed)) nine { unsigned a : 5; unsigned long long b : 64; unsigned c : 3; };
FIELD(nine, unsigned long long, b, across_nine_bytes)

struct offset { char name[16]; unsigned short id; short a : 5; short b : 11; double x; };
FIELD(offset, short, a, at_offset)
FIELD(offset, short, b, at_end_of_offset)

/* The run starts where no integer of its length may. */
struct odd { unsigned short id; unsigned char tag; unsigned a : 3; unsigned b : 5; unsigned c : 9; };
FIELD(odd, unsigned, b, after_a_char)
FIELD(odd, unsigned, c, in_the_next_unit)
