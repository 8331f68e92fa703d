/* The half of a program that is the machine's own, where the other half is another system's: `put` and `give` of each
   record are written by that system's compiler, as assembly without data, and are linked with this. `probe` is called by
   `put` as a function of any type and notes the registers for arguments and the stack behind them; `capture(f)`
   calls `give` and notes the registers for results. The record is at the second of `give`'s parameters; its first may be
   in the place of the room for a result, so that both that may be the second get the record. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifdef WIN64
#define THEIRS __attribute__((ms_abi))
#else
#define THEIRS
#endif
#define DEEP 16384
/* An x87 register is noted as its ten bytes, 16 further on as a double and 16 further on as a float. */
struct noted {
    unsigned char ints[64], floats[256], stack[DEEP];
    uintptr_t sp;
};
struct noted noted;
unsigned char room[4096] __attribute__((aligned(64))), record[4096] __attribute__((aligned(64)));
void probe(void);
void capture(void *f);

#if defined(__x86_64__)
#define WORD 8
#ifdef WIN64
#define ARGUMENTS "mov %rcx,(%rax)\nmov %rdx,8(%rax)\nmov %r8,16(%rax)\nmov %r9,24(%rax)\n"
#define SHADOW "56"
#define PARAMETERS "lea room(%rip),%rcx\nlea record(%rip),%rdx\nmov %rdx,%r8\n"
#else
#define ARGUMENTS                                                                                                      \
    "mov %rdi,(%rax)\nmov %rsi,8(%rax)\nmov %rdx,16(%rax)\nmov %rcx,24(%rax)\nmov %r8,32(%rax)\nmov %r9,40(%rax)\n"
#define SHADOW "24"
#define PARAMETERS "lea room(%rip),%rdi\nlea record(%rip),%rsi\nmov %rsi,%rdx\n"
#endif
__asm__(".text\n.globl probe\nprobe:\nlea noted(%rip),%rax\n" ARGUMENTS
        "movups %xmm0,64(%rax)\nmovups %xmm1,80(%rax)\nmovups %xmm2,96(%rax)\nmovups %xmm3,112(%rax)\n"
        "push %rsi\npush %rdi\nlea " SHADOW "(%rsp),%rsi\nmov %rsi,16384+320(%rax)\n"
        "lea 320(%rax),%rdi\nmov $16384,%ecx\nrep movsb\npop %rdi\npop %rsi\nret\n"
        ".globl capture\ncapture:\npush %rbp\nmov %rsp,%rbp\nsub $48,%rsp\nmov %rdi,%rax\n" PARAMETERS "call *%rax\n"
        "lea noted(%rip),%rcx\nmov %rax,(%rcx)\nmov %rdx,8(%rcx)\nmovups %xmm0,64(%rcx)\nmovups %xmm1,80(%rcx)\n"
        "fsts 352(%rcx)\nfstl 336(%rcx)\nfstpt 320(%rcx)\nfninit\nleave\nret\n");
#elif defined(__i386__)
#define WORD 4
__asm__(".text\n.globl probe\nprobe:\n"
        "push %esi\npush %edi\nlea 12(%esp),%esi\nmov %esi,noted+16384+320\nmov $noted+320,%edi\nmov $16384,%ecx\nrep movsb\n"
        "pop %edi\npop %esi\nret\n"
        ".globl capture\ncapture:\npush %ebp\nmov %esp,%ebp\nmov 8(%ebp),%eax\nsub $24,%esp\n"
        "movl $room,(%esp)\nmovl $record,4(%esp)\nmovl $record,8(%esp)\ncall *%eax\nmov %eax,noted\nmov %edx,noted+4\n"
        "fsts noted+352\nfstl noted+336\nfstpt noted+320\nfninit\nmov %ebp,%esp\npop %ebp\nret\n");
#elif defined(__aarch64__)
#define WORD 8
__asm__(".text\n.globl probe\nprobe:\n"
        "adrp x9,noted\nadd x9,x9,:lo12:noted\n"
        "stp x0,x1,[x9]\nstp x2,x3,[x9,16]\nstp x4,x5,[x9,32]\nstp x6,x7,[x9,48]\n"
        "add x10,x9,64\nstp q0,q1,[x10]\nstp q2,q3,[x10,32]\nstp q4,q5,[x10,64]\nstp q6,q7,[x10,96]\n"
        "add x10,x9,320\nmov x11,sp\nmov x12,16384\nadd x13,x10,x12\nstr x11,[x13]\n"
        "1:ldr x13,[x11],8\nstr x13,[x10],8\nsubs x12,x12,8\nb.ne 1b\nret\n"
        ".globl capture\ncapture:\nstp x29,x30,[sp,-16]!\nmov x9,x0\nadrp x8,room\nadd x8,x8,:lo12:room\nmov x0,x8\n"
        "adrp x1,record\nadd x1,x1,:lo12:record\nmov x2,x1\nblr x9\n"
        "adrp x9,noted\nadd x9,x9,:lo12:noted\nstp x0,x1,[x9]\nadd x10,x9,64\nstp q0,q1,[x10]\nstp q2,q3,[x10,32]\n"
        "ldp x29,x30,[sp],16\nret\n");
#endif

/* What their compiler calls to copy. */
THEIRS void *their_memcpy(void *to, const void *from, size_t n) {
    for (size_t i = 0; i < n; i++) ((volatile char *)to)[i] = ((const char *)from)[i];
    return to;
}
THEIRS void *their_memset(void *to, int byte, size_t n) {
    for (size_t i = 0; i < n; i++) ((volatile char *)to)[i] = (char)byte;
    return to;
}

/* As in probe.c. */
static void start(unsigned long size, int index, int what) {
    unsigned long first = (index * 3 + what) * 17;
    for (unsigned long k = 0; k < size; k++) record[k] = (k * 7 + first) % 61 + 1;
    memset(&noted, 0, sizeof noted);
    memset(room, 0, sizeof room);
}
static void hex(const void *at, unsigned long n) {
    printf(" x");
    for (unsigned long k = 0; k < n; k++) printf("%02x", ((const unsigned char *)at)[k]);
}
static void show(int index, int what, unsigned long size) {
    uintptr_t p;
#ifdef __i386__
    memcpy(&p, noted.stack + what * WORD, sizeof p);
#else
    memcpy(&p, noted.ints + what * WORD, sizeof p);
#endif
    printf("%d %d", index, what);
    hex(noted.ints, 64);
    hex(noted.floats, 128);
    hex(noted.stack, 160);
    if (what == 2) hex(room, size);
    else if (p - noted.sp < DEEP && p - noted.sp + size <= DEEP) hex(noted.stack + (p - noted.sp), size);
    else hex("", 0);
    putchar('\n');
}

typedef THEIRS void Put(void (*)(void), void *, void *);
typedef THEIRS unsigned Size(void);
/* Returns whether there was room. */
static int judge(int index, Size *size_of, Put *put, Put *put_second, void *give) {
    /* So that there is a stack above to copy. */
    volatile char above[2 * DEEP];
    unsigned long size = size_of();
    above[0] = 0;
    if (size > sizeof record) return 1;
    start(size, index, 0);
    put(probe, record, record);
    show(index, 0, size);
    start(size, index, 1);
    put_second(probe, record, record);
    show(index, 1, size);
    start(size, index, 2);
    capture(give);
    show(index, 2, size);
    return above[0];
}
