//go:build !(amd64 || arm64) || noasm

package kern

// assembly tells whether there is a table beyond the portable one.
const assembly = false
