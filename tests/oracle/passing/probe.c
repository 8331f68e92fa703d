/* What is in which register where a function starts, and where one returns: the start of every program that
   tests/oracle/passing writes. `probe` is called as a function of any type and notes the registers for arguments and
   the stack behind them; `capture(f)` calls a function without arguments, with room for a result in
   memory, and notes the registers for results. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct noted {
    unsigned char ints[64], floats[256], stack[256];
};
struct noted noted;
unsigned char room[1024] __attribute__((aligned(64)));
void probe(void);
void capture(void *f);
/* A compiler that knew the function would look at its declaration. */
void (*volatile probed)(void) = probe;

#if defined(__x86_64__)
#define WORD 8
#define FLOAT 16
__asm__(".text\n.globl probe\nprobe:\n"
        "lea noted(%rip),%rax\n"
        "mov %rdi,(%rax)\nmov %rsi,8(%rax)\nmov %rdx,16(%rax)\nmov %rcx,24(%rax)\nmov %r8,32(%rax)\nmov %r9,40(%rax)\n"
        "movups %xmm0,64(%rax)\nmovups %xmm1,80(%rax)\nmovups %xmm2,96(%rax)\nmovups %xmm3,112(%rax)\n"
        "lea 8(%rsp),%rsi\nlea 320(%rax),%rdi\nmov $256,%rcx\nrep movsb\nret\n"
        ".globl capture\ncapture:\npush %rbx\nmov %rdi,%rax\nlea room(%rip),%rdi\ncall *%rax\n"
        "lea noted(%rip),%rbx\nmov %rax,(%rbx)\nmov %rdx,8(%rbx)\n"
        "movups %xmm0,64(%rbx)\nmovups %xmm1,80(%rbx)\n"
        "fstpt 320(%rbx)\nfninit\npop %rbx\nret\n");
#elif defined(__i386__)
#define WORD 4
#define FLOAT 16
__asm__(".text\n.globl probe\nprobe:\n"
        "push %esi\npush %edi\nlea 12(%esp),%esi\nmov $noted+320,%edi\nmov $256,%ecx\nrep movsb\npop %edi\npop %esi\nret\n"
        ".globl capture\ncapture:\npush %ebp\nmov %esp,%ebp\nmov 8(%ebp),%eax\nsub $24,%esp\nmovl $room,(%esp)\ncall *%eax\n"
        "mov %eax,noted\nmov %edx,noted+4\nfstpt noted+320\nfninit\nmov %ebp,%esp\npop %ebp\nret\n");
#elif defined(__aarch64__)
#define WORD 8
#define FLOAT 16
__asm__(".text\n.globl probe\nprobe:\n"
        "adrp x9,noted\nadd x9,x9,:lo12:noted\n"
        "stp x0,x1,[x9]\nstp x2,x3,[x9,16]\nstp x4,x5,[x9,32]\nstp x6,x7,[x9,48]\n"
        "add x10,x9,64\nstp q0,q1,[x10]\nstp q2,q3,[x10,32]\nstp q4,q5,[x10,64]\nstp q6,q7,[x10,96]\n"
        "add x10,x9,320\nmov x11,sp\nmov x12,256\n1:ldr x13,[x11],8\nstr x13,[x10],8\nsubs x12,x12,8\nb.ne 1b\nret\n"
        ".globl capture\ncapture:\nstp x29,x30,[sp,-16]!\nmov x9,x0\nadrp x8,room\nadd x8,x8,:lo12:room\nblr x9\n"
        "adrp x9,noted\nadd x9,x9,:lo12:noted\nstp x0,x1,[x9]\nadd x10,x9,64\nstp q0,q1,[x10]\nstp q2,q3,[x10,32]\n"
        "ldp x29,x30,[sp],16\nret\n");
#elif defined(__arm__)
#define WORD 4
#define FLOAT 0
__asm__(".text\n.arm\n.fpu vfpv3-d16\n.globl probe\n.type probe,%function\nprobe:\n"
        "push {r4,r5,r6}\nldr r12,=noted\nstmia r12,{r0,r1,r2,r3}\nadd r4,r12,#64\nvstmia r4,{d0-d7}\n"
        "add r4,r12,#320\nadd r5,sp,#12\nmov r6,#256\n1:ldr r0,[r5],#4\nstr r0,[r4],#4\nsubs r6,r6,#4\nbne 1b\n"
        "pop {r4,r5,r6}\nbx lr\n"
        ".globl capture\n.type capture,%function\ncapture:\npush {r4,lr}\nmov r12,r0\nldr r0,=room\nblx r12\n"
        "ldr r12,=noted\nstmia r12,{r0,r1,r2,r3}\nadd r4,r12,#64\nvstmia r4,{d0-d7}\npop {r4,pc}\n.ltorg\n");
#elif defined(__riscv)
#define WORD 8
#define FLOAT 8
__asm__(".text\n.globl probe\nprobe:\n"
        "la t0,noted\nsd a0,0(t0)\nsd a1,8(t0)\nsd a2,16(t0)\nsd a3,24(t0)\nsd a4,32(t0)\n"
        "fsd fa0,64(t0)\nfsd fa1,72(t0)\nfsd fa2,80(t0)\nfsd fa3,88(t0)\n"
        "addi t1,t0,320\nmv t2,sp\nli t3,256\n1:ld t4,0(t2)\nsd t4,0(t1)\naddi t1,t1,8\naddi t2,t2,8\naddi t3,t3,-8\nbnez t3,1b\nret\n"
        ".globl capture\ncapture:\naddi sp,sp,-16\nsd ra,0(sp)\nmv t1,a0\nla a0,room\njalr t1\n"
        "la t0,noted\nsd a0,0(t0)\nsd a1,8(t0)\nfsd fa0,64(t0)\nfsd fa1,72(t0)\nld ra,0(sp)\naddi sp,sp,16\nret\n");
#elif defined(__s390x__)
#define WORD 8
#define FLOAT 8
__asm__(".text\n.globl probe\n.type probe,@function\nprobe:\n"
        "larl %r1,noted\nstmg %r2,%r6,0(%r1)\nstd %f0,64(%r1)\nstd %f2,72(%r1)\nstd %f4,80(%r1)\nstd %f6,88(%r1)\n"
        "mvc 320(256,%r1),160(%r15)\nbr %r14\n"
        ".globl capture\n.type capture,@function\ncapture:\nstmg %r6,%r15,48(%r15)\naghi %r15,-160\nlgr %r1,%r2\nlarl %r2,room\nbasr %r14,%r1\n"
        "larl %r1,noted\nstg %r2,0(%r1)\nstd %f0,64(%r1)\naghi %r15,160\nlmg %r6,%r15,48(%r15)\nbr %r14\n");
#elif defined(__powerpc64__)
#define WORD 8
#define FLOAT 8
__asm__(".text\n.globl probe\n.type probe,@function\nprobe:\n"
        "0:addis 2,12,.TOC.-0b@ha\naddi 2,2,.TOC.-0b@l\n.localentry probe,.-probe\n"
        "addis 11,2,noted@toc@ha\naddi 11,11,noted@toc@l\n"
        "std 3,0(11)\nstd 4,8(11)\nstd 5,16(11)\nstd 6,24(11)\nstd 7,32(11)\nstd 8,40(11)\nstd 9,48(11)\nstd 10,56(11)\n"
        "stfd 1,64(11)\nstfd 2,72(11)\nstfd 3,80(11)\nstfd 4,88(11)\nstfd 5,96(11)\nstfd 6,104(11)\nstfd 7,112(11)\nstfd 8,120(11)\n"
        "addi 11,11,312\naddi 12,1,88\nli 0,32\nmtctr 0\n1:ldu 0,8(12)\nstdu 0,8(11)\nbdnz 1b\nblr\n"
        ".globl capture\n.type capture,@function\ncapture:\n"
        "0:addis 2,12,.TOC.-0b@ha\naddi 2,2,.TOC.-0b@l\n.localentry capture,.-capture\n"
        "mflr 0\nstd 0,16(1)\nstdu 1,-128(1)\nmr 12,3\nmtctr 12\nstd 2,24(1)\naddis 3,2,room@toc@ha\naddi 3,3,room@toc@l\nbctrl\nld 2,24(1)\n"
        "addis 11,2,noted@toc@ha\naddi 11,11,noted@toc@l\nstd 3,0(11)\nstd 4,8(11)\n"
        "stfd 1,64(11)\nstfd 2,72(11)\nstfd 3,80(11)\nstfd 4,88(11)\nstfd 5,96(11)\nstfd 6,104(11)\nstfd 7,112(11)\nstfd 8,120(11)\n"
        "addi 1,1,128\nld 0,16(1)\nmtlr 0\nblr\n");
#endif

/* No two of 61 neighbours are alike, and no float made of them is special. What a register still holds of the call
   before is other than what is passed now. */
static void fill(void *at, unsigned long size, int index, int what) {
    unsigned long first = (index * 3 + what) * 17;
    for (unsigned long k = 0; k < size; k++) ((unsigned char *)at)[k] = (k * 7 + first) % 61 + 1;
}
static void clear(void) {
    memset(&noted, 0, sizeof noted);
    memset(room, 0, sizeof room);
}
static void hex(const void *at, unsigned long n) {
    static const char digits[] = "0123456789abcdef";
    putchar(' ');
    putchar('x');
    for (unsigned long k = 0; k < n; k++) {
        putchar(digits[((const unsigned char *)at)[k] >> 4]);
        putchar(digits[((const unsigned char *)at)[k] & 15]);
    }
}
/* The registers, the stack, and what the integer register of that number is the address of, if it is one on the stack. */
static void show(int index, int what, unsigned long size, int reg, void *local) {
    uintptr_t p;
    memcpy(&p, noted.ints + reg * WORD, sizeof p);
    printf("%d %d", index, what);
    hex(noted.ints, 64);
    hex(noted.floats, 128);
    hex(noted.stack, 160);
    if (what == 2) hex(room, size);
    else if (p - (uintptr_t)local + 65536 < 131072) hex((void *)p, size);
    else hex("", 0);
    putchar('\n');
}
#define JUDGE(INDEX, TYPE)                                                  \
    static TYPE record##INDEX;                                              \
    static TYPE give##INDEX(void) { return record##INDEX; }                 \
    static void judge##INDEX(void) {                                        \
        fill(&record##INDEX, sizeof record##INDEX, INDEX, 0);               \
        clear();                                                            \
        ((void (*)(TYPE))probed)(record##INDEX);                             \
        show(INDEX, 0, sizeof(TYPE), 0, (void *)__builtin_frame_address(0)); \
        fill(&record##INDEX, sizeof record##INDEX, INDEX, 1);               \
        clear();                                                            \
        ((void (*)(int, TYPE))probed)(0x7e7e7e7e, record##INDEX);            \
        show(INDEX, 1, sizeof(TYPE), 1, (void *)__builtin_frame_address(0)); \
        fill(&record##INDEX, sizeof record##INDEX, INDEX, 2);               \
        clear();                                                            \
        capture((void *)give##INDEX);                                       \
        show(INDEX, 2, sizeof(TYPE), 0, room);                              \
    }
