#include "textflag.h"

// The least that a machine can do with memory or its multipliers, for other work to be measured by. Each loop
// exists in two widths: w is that of a register in bytes. n counts bytes, a multiple of 512.

// 16 KiB ahead, as far as one core's requests to memory reach.
#define AHEAD(p) \
	PREFETCHT0 16384(p); \
	PREFETCHT0 16448(p); \
	PREFETCHT0 16512(p); \
	PREFETCHT0 16576(p)

#define READ(a, b, c, d, w) \
	MOVQ  p+0(FP), SI; \
	MOVQ  n+8(FP), CX; \
loop: \
	AHEAD(SI); \
	VORPS 0(SI), a, a; \
	VORPS (1*w)(SI), b, b; \
	VORPS (2*w)(SI), c, c; \
	VORPS (3*w)(SI), d, d; \
	ADDQ  $(4*w), SI; \
	SUBQ  $(4*w), CX; \
	JNZ   loop; \
	VZEROUPPER; \
	RET

#define SCALE(a, b, c, d, one, w) \
	MOVQ    p+0(FP), SI; \
	MOVQ    n+8(FP), CX; \
	VBROADCASTSS ·unit(SB), one; \
loop: \
	AHEAD(SI); \
	VMULPS  0(SI), one, a; \
	VMULPS  (1*w)(SI), one, b; \
	VMULPS  (2*w)(SI), one, c; \
	VMULPS  (3*w)(SI), one, d; \
	VMOVUPS a, 0(SI); \
	VMOVUPS b, (1*w)(SI); \
	VMOVUPS c, (2*w)(SI); \
	VMOVUPS d, (3*w)(SI); \
	ADDQ    $(4*w), SI; \
	SUBQ    $(4*w), CX; \
	JNZ     loop; \
	VZEROUPPER; \
	RET

#define COPY(STORE, a, b, c, d, w) \
	MOVQ    dst+0(FP), DI; \
	MOVQ    src+8(FP), SI; \
	MOVQ    n+16(FP), CX; \
loop: \
	AHEAD(SI); \
	VMOVUPS 0(SI), a; \
	VMOVUPS (1*w)(SI), b; \
	VMOVUPS (2*w)(SI), c; \
	VMOVUPS (3*w)(SI), d; \
	STORE   a, 0(DI); \
	STORE   b, (1*w)(DI); \
	STORE   c, (2*w)(DI); \
	STORE   d, (3*w)(DI); \
	ADDQ    $(4*w), SI; \
	ADDQ    $(4*w), DI; \
	SUBQ    $(4*w), CX; \
	JNZ     loop; \
	SFENCE; \
	VZEROUPPER; \
	RET

#define SUM(STORE, a, b, c, d, w) \
	MOVQ    dst+0(FP), DI; \
	MOVQ    x+8(FP), SI; \
	MOVQ    y+16(FP), DX; \
	MOVQ    n+24(FP), CX; \
loop: \
	AHEAD(SI); \
	AHEAD(DX); \
	VMOVUPS 0(SI), a; \
	VMOVUPS (1*w)(SI), b; \
	VMOVUPS (2*w)(SI), c; \
	VMOVUPS (3*w)(SI), d; \
	VADDPS  0(DX), a, a; \
	VADDPS  (1*w)(DX), b, b; \
	VADDPS  (2*w)(DX), c, c; \
	VADDPS  (3*w)(DX), d, d; \
	STORE   a, 0(DI); \
	STORE   b, (1*w)(DI); \
	STORE   c, (2*w)(DI); \
	STORE   d, (3*w)(DI); \
	ADDQ    $(4*w), SI; \
	ADDQ    $(4*w), DX; \
	ADDQ    $(4*w), DI; \
	SUBQ    $(4*w), CX; \
	JNZ     loop; \
	SFENCE; \
	VZEROUPPER; \
	RET

DATA ·unit+0(SB)/4, $1.0
GLOBL ·unit(SB), RODATA|NOPTR, $4

// func read512(p *float32, n int)
TEXT ·read512(SB), NOSPLIT, $0-16
	READ(Z0, Z1, Z2, Z3, 64)

// func read256(p *float32, n int)
TEXT ·read256(SB), NOSPLIT, $0-16
	READ(Y0, Y1, Y2, Y3, 32)

// func scale512(p *float32, n int)
TEXT ·scale512(SB), NOSPLIT, $0-16
	SCALE(Z0, Z1, Z2, Z3, Z4, 64)

// func scale256(p *float32, n int)
TEXT ·scale256(SB), NOSPLIT, $0-16
	SCALE(Y0, Y1, Y2, Y3, Y4, 32)

// func copy512(dst, src *float32, n int)
TEXT ·copy512(SB), NOSPLIT, $0-24
	COPY(VMOVUPS, Z0, Z1, Z2, Z3, 64)

// func copy256(dst, src *float32, n int)
TEXT ·copy256(SB), NOSPLIT, $0-24
	COPY(VMOVUPS, Y0, Y1, Y2, Y3, 32)

// func stream512(dst, src *float32, n int)
TEXT ·stream512(SB), NOSPLIT, $0-24
	COPY(VMOVNTPS, Z0, Z1, Z2, Z3, 64)

// func stream256(dst, src *float32, n int)
TEXT ·stream256(SB), NOSPLIT, $0-24
	COPY(VMOVNTPS, Y0, Y1, Y2, Y3, 32)

// func sum512(dst, x, y *float32, n int)
TEXT ·sum512(SB), NOSPLIT, $0-32
	SUM(VMOVUPS, Z0, Z1, Z2, Z3, 64)

// func sum256(dst, x, y *float32, n int)
TEXT ·sum256(SB), NOSPLIT, $0-32
	SUM(VMOVUPS, Y0, Y1, Y2, Y3, 32)

// func streamSum512(dst, x, y *float32, n int)
TEXT ·streamSum512(SB), NOSPLIT, $0-32
	SUM(VMOVNTPS, Z0, Z1, Z2, Z3, 64)

// func streamSum256(dst, x, y *float32, n int)
TEXT ·streamSum256(SB), NOSPLIT, $0-32
	SUM(VMOVNTPS, Y0, Y1, Y2, Y3, 32)

// Twelve multiply-adds that do not wait for one another, n times over.

// func fma512(n int)
TEXT ·fma512(SB), NOSPLIT, $0-8
	MOVQ n+0(FP), CX
loop:
	VFMADD231PS Z30, Z31, Z0
	VFMADD231PS Z30, Z31, Z1
	VFMADD231PS Z30, Z31, Z2
	VFMADD231PS Z30, Z31, Z3
	VFMADD231PS Z30, Z31, Z4
	VFMADD231PS Z30, Z31, Z5
	VFMADD231PS Z30, Z31, Z6
	VFMADD231PS Z30, Z31, Z7
	VFMADD231PS Z30, Z31, Z8
	VFMADD231PS Z30, Z31, Z9
	VFMADD231PS Z30, Z31, Z10
	VFMADD231PS Z30, Z31, Z11
	DECQ CX
	JNZ  loop
	VZEROUPPER
	RET

// func fma256(n int)
TEXT ·fma256(SB), NOSPLIT, $0-8
	MOVQ n+0(FP), CX
loop:
	VFMADD231PS Y14, Y15, Y0
	VFMADD231PS Y14, Y15, Y1
	VFMADD231PS Y14, Y15, Y2
	VFMADD231PS Y14, Y15, Y3
	VFMADD231PS Y14, Y15, Y4
	VFMADD231PS Y14, Y15, Y5
	VFMADD231PS Y14, Y15, Y6
	VFMADD231PS Y14, Y15, Y7
	VFMADD231PS Y14, Y15, Y8
	VFMADD231PS Y14, Y15, Y9
	VFMADD231PS Y14, Y15, Y10
	VFMADD231PS Y14, Y15, Y11
	DECQ CX
	JNZ  loop
	VZEROUPPER
	RET
