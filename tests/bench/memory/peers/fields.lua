-- What LuaJIT's FFI takes for what the bench `memory` measures: a line `group nanoseconds` for each.
local ffi = require("ffi")
ffi.cdef [[
    struct deep { int other; int c; };
    struct inner { struct deep b[4]; };
    struct sample {
        int first; double x; int *p; unsigned low : 3; unsigned bits : 5; int64_t wide; uint8_t byte;
        short y_short; float y; int tenth; struct inner a; int last;
    };
    struct point { int x; int y; };
]]

local N, ROUNDS = 1000000, 15
local s, int = ffi.new("struct sample"), ffi.new("int[1]", -123456)
s.first, s.x, s.p, s.bits, s.wide, s.byte = -123456, 2.75, int, 21, -2LL ^ 40, 200
local array = ffi.new("int[1000]")

-- Each body takes how often it is to run. What is read is added up, so that it is not left out; the compiler
-- may still move a load out of its loop.
local sink = 0
local bodies = {
    { "int_load", N, function(n) local t = 0 for _ = 1, n do t = t + s.first end sink = t end },
    { "int_store", N, function(n) for i = 1, n do s.first = i end end },
    { "double_load", N, function(n) local t = 0 for _ = 1, n do t = t + s.x end sink = t end },
    { "double_store", N, function(n) for i = 1, n do s.x = i end end },
    { "int64_load", N, function(n) local t = 0LL for _ = 1, n do t = t + s.wide end sink = t end },
    { "int64_store", N, function(n) for i = 1, n do s.wide = i end end },
    { "u8_load", N, function(n) local t = 0 for _ = 1, n do t = t + s.byte end sink = t end },
    { "u8_store", N, function(n) for i = 1, n do s.byte = i end end },
    { "bits_load", N, function(n) local t = 0 for _ = 1, n do t = t + s.bits end sink = t end },
    { "bits_store", N, function(n) for _ = 1, n do s.bits = 21 end end },
    { "pointer_load", N, function(n) local p for _ = 1, n do p = s.p end sink = p end },
    { "pointer_store", N, function(n) for _ = 1, n do s.p = int end end },
    { "contents", N, function(n) local t = 0 for _ = 1, n do t = t + s.p[0] end sink = t end },
    { "new", N, function(n) local p for _ = 1, n do p = ffi.new("struct point") end sink = p end },
    { "array_load", N / 1000, function(n)
        for _ = 1, n do
            local t = {}
            for i = 0, 999 do t[i + 1] = array[i] end
            sink = t
        end
    end },
    { "array_store", N / 1000, function(n)
        for _ = 1, n do for i = 0, 999 do array[i] = i end end
    end },
}
for _, body in ipairs(bodies) do
    local key, n, run = body[1], body[2], body[3]
    local best = math.huge
    for _ = 1, ROUNDS do
        local start = os.clock()
        run(n)
        best = math.min(best, (os.clock() - start) * 1e9 / n)
    end
    print(string.format("%s %.3f", key, best))
end
