//go:build (amd64 || arm64) && !noasm

package kern

// widening converts whole turns of 16-bit numbers with a kernel, and the rest with plain Go.
func widening(turn int, kernel func(dst *float32, src *byte, n int), rest func(dst []float32, src []byte)) func(dst []float32, src []byte) {
	return func(dst []float32, src []byte) {
		src = src[:2*len(dst)]
		whole := len(dst) / turn * turn
		const block = blockBytes / 2
		for at := 0; at < whole; at += block {
			kernel(&dst[at], &src[2*at], min(block, whole-at))
		}
		rest(dst[whole:], src[2*whole:])
	}
}
