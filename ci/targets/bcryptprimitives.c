/* bcryptprimitives.dll, as far as Rust's standard library asks for it, on wine's generator of random numbers. */
#include <windows.h>

/* RtlGenRandom, whose name in advapi32 this is. */
BOOLEAN NTAPI SystemFunction036(PVOID to, ULONG size);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE to, SIZE_T size)
{
    const SIZE_T most = 1u << 30;
    for (; size > most; to += most, size -= most)
        if (!SystemFunction036(to, (ULONG)most))
            return FALSE;
    return SystemFunction036(to, (ULONG)size);
}
