package main

import "golang.org/x/sys/cpu"

// In limits_amd64.s. n counts bytes, a multiple of 512, but for fma.
func read512(p *float32, n int)
func read256(p *float32, n int)
func scale512(p *float32, n int)
func scale256(p *float32, n int)
func copy512(dst, src *float32, n int)
func copy256(dst, src *float32, n int)
func stream512(dst, src *float32, n int)
func stream256(dst, src *float32, n int)
func sum512(dst, x, y *float32, n int)
func sum256(dst, x, y *float32, n int)
func streamSum512(dst, x, y *float32, n int)
func streamSum256(dst, x, y *float32, n int)
func fma512(n int)
func fma256(n int)

func init() {
	switch {
	case cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ:
		probes = probe{"512-bit", read512, scale512, copy512, stream512, sum512, streamSum512, fma512, 12 * 2 * 16}
	case cpu.X86.HasAVX2 && cpu.X86.HasFMA:
		probes = probe{"256-bit", read256, scale256, copy256, stream256, sum256, streamSum256, fma256, 12 * 2 * 8}
	}
}
