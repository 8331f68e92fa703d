# What Python's ctypes takes for what the bench `memory` measures: a line `group nanoseconds` for each.
import ctypes
import timeit


class Deep(ctypes.Structure):
    _fields_ = [("other", ctypes.c_int), ("c", ctypes.c_int)]


class Inner(ctypes.Structure):
    _fields_ = [("b", Deep * 4)]


class Sample(ctypes.Structure):
    _fields_ = [
        ("first", ctypes.c_int),
        ("x", ctypes.c_double),
        ("p", ctypes.POINTER(ctypes.c_int)),
        ("low", ctypes.c_uint, 3),
        ("bits", ctypes.c_uint, 5),
        ("wide", ctypes.c_int64),
        ("byte", ctypes.c_uint8),
        ("short", ctypes.c_short),
        ("y", ctypes.c_float),
        ("tenth", ctypes.c_int),
        ("a", Inner),
        ("last", ctypes.c_int),
    ]


class Point(ctypes.Structure):
    _fields_ = [("x", ctypes.c_int), ("y", ctypes.c_int)]


N, ROUNDS = 100_000, 9
i = ctypes.c_int(-123456)
s = Sample(first=-123456, x=2.75, p=ctypes.pointer(i), bits=21, wide=-(1 << 40), byte=200)
numbers = list(range(1000))
array = (ctypes.c_int * 1000)(*numbers)
scope = dict(s=s, p=ctypes.pointer(i), Point=Point, array=array, numbers=numbers)

for key, statement, n in [
    ("int_load", "s.first", N),
    ("int_store", "s.first = -123456", N),
    ("double_load", "s.x", N),
    ("double_store", "s.x = 2.75", N),
    ("int64_load", "s.wide", N),
    ("int64_store", "s.wide = -1099511627776", N),
    ("u8_load", "s.byte", N),
    ("u8_store", "s.byte = 200", N),
    ("bits_load", "s.bits", N),
    ("bits_store", "s.bits = 21", N),
    ("pointer_load", "s.p", N),
    ("pointer_store", "s.p = p", N),
    ("contents", "s.p.contents.value", N),
    ("new", "Point()", N),
    ("array_load", "array[:]", N // 1000),
    ("array_store", "array[:] = numbers", N // 1000),
]:
    best = min(timeit.repeat(statement, globals=scope, number=n, repeat=ROUNDS))
    print(key, f"{best * 1e9 / n:.3f}")
