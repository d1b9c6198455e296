package site

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// DefaultAddr is where the lab is served when nobody says where.
const DefaultAddr = "127.0.0.1:8080"

// lastPort ends the ports that ListenNear tries one by one.
const lastPort = 8099

// ListenNear listens on the first free port of [DefaultAddr]'s up to 8099, else on any free one.
func ListenNear() (net.Listener, error) {
	host, first, err := net.SplitHostPort(DefaultAddr)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(first)
	if err != nil {
		return nil, err
	}
	return listenFrom(host, port, lastPort)
}

// listenFrom listens on the first free port of host in first..last, else on any free one.
// Errors other than a taken port end the search.
func listenFrom(host string, first, last int) (net.Listener, error) {
	for port := first; port <= last; port++ {
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		if err == nil || !Taken(err) {
			return l, err
		}
	}
	return net.Listen("tcp", net.JoinHostPort(host, "0"))
}

// Taken reports whether err, from listening on a port, says that another program has it.
func Taken(err error) bool {
	const windowsInUse, windowsDenied = syscall.Errno(10048), syscall.Errno(10013) // WSAEADDRINUSE; WSAEACCES: held exclusively
	var no syscall.Errno
	return errors.Is(err, syscall.EADDRINUSE) || errors.As(err, &no) && (no == windowsInUse || no == windowsDenied)
}

// Loopback reports whether only programs on this machine can reach a listener at addr.
func Loopback(addr net.Addr) bool {
	at, err := netip.ParseAddrPort(addr.String())
	return err == nil && at.Addr().IsLoopback()
}

// OwnHostOnly lets only requests through whose Host is a name or address of this machine's
// loopback interface, and answers 421 to the others.
//
// A page elsewhere can point its own domain name at 127.0.0.1 (DNS rebinding) and would then
// read this server as its own origin; the Host it sends gives it away.
func OwnHostOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !loopbackHost(r.Host) {
			http.Error(w, "421: this lab answers to localhost only; give --addr an address of the network to serve others", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// loopbackHost reports whether a Host header names the loopback interface, on any port: a
// forwarded port (ssh -L) may differ from the one listened on.
func loopbackHost(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") { // reserved by RFC 6761
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.IsLoopback()
}

// Serve answers requests on l until ctx is done, then lets those under way finish for up to two
// seconds. It closes l. The error is nil after an end through ctx.
func Serve(ctx context.Context, l net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    16 << 10,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if server.Shutdown(grace) != nil {
		server.Close() // a client that holds on is cut off; the end was asked for
	}
	<-ended
	return nil
}
