package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"

	"github.com/spf13/cobra"

	"xent/cmd/xent/site"
)

// labFlags are what the user of `xent lab` asks for.
type labFlags struct {
	addr   string // empty: the first free port from 8080 on 127.0.0.1
	open   bool
	export string
	force  bool
}

// newLab returns the command `xent lab`. load gives the site; the command of the binary has
// [site.Embedded].
//
// The address, or the line on what was exported, goes to the command's stdout, everything else
// to its stderr. Serving ends when the command's context does, or on an interrupt; both are a
// good end.
func newLab(load func() (*site.Site, error)) *cobra.Command {
	var flags labFlags
	cmd := &cobra.Command{
		Use:   "lab",
		Short: "Serve the interactive chapter on cross-entropy, or export it",
		Long: `Lab serves the interactive chapter on cross-entropy to a browser on this machine,
until Ctrl-C ends it. Everything comes out of this binary: nothing is fetched from
elsewhere, nothing is sent anywhere, and the numbers are computed in the browser.

Without --addr the lab takes port 8080 of 127.0.0.1, or the next free one, and prints
its address. With --export it writes the same pages to a folder, for any static host
and under any path.`,
		Example: `  xent lab                      serve on this machine and print the address
  xent lab --open               and open it in the browser
  xent lab --addr 127.0.0.1:9000
  xent lab --addr :8080         serve to everyone who can reach this machine
  xent lab --export public      write a static site`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if flags.force && !cmd.Flags().Changed("export") {
				return errors.New("--force goes with --export")
			}
			pages, err := load()
			if err != nil {
				return err
			}
			if cmd.Flags().Changed("export") {
				return exportLab(cmd.OutOrStdout(), pages, flags)
			}
			return serveLab(cmd, pages, flags)
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.addr, "addr", "", "address to listen on, `host:port` (default "+site.DefaultAddr+" or the next free port)")
	f.BoolVar(&flags.open, "open", false, "open the lab in the browser")
	f.StringVar(&flags.export, "export", "", "write the lab as a static site to `folder` instead of serving it")
	f.BoolVar(&flags.force, "force", false, "with --export: overwrite files that no earlier export wrote")
	cmd.MarkFlagsMutuallyExclusive("export", "addr")
	cmd.MarkFlagsMutuallyExclusive("export", "open")
	return cmd
}

func exportLab(stdout io.Writer, pages *site.Site, flags labFlags) error {
	if flags.export == "" {
		return errors.New("--export wants a folder, got an empty name")
	}
	done, err := pages.Export(flags.export, flags.force)
	if foreign := new(site.ForeignError); errors.As(err, &foreign) {
		return fmt.Errorf("%w\nhint: choose a new folder, or add --force to overwrite files of the same names (none is removed)", err)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: %d files, %.1f MB", flags.export, done.Files, float64(done.Bytes)/1e6)
	if done.Removed > 0 {
		fmt.Fprintf(stdout, ", %d of an earlier export removed", done.Removed)
	}
	fmt.Fprintln(stdout)
	return nil
}

func serveLab(cmd *cobra.Command, pages *site.Site, flags labFlags) error {
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	l, err := listenLab(flags.addr)
	if err != nil {
		return err
	}
	var handler http.Handler = pages
	url := labURL(l.Addr())
	stderr := cmd.ErrOrStderr()
	switch {
	case !site.Loopback(l.Addr()):
		fmt.Fprintf(stderr, "xent lab: listening on %s: everyone who can reach this machine can read the lab\n", l.Addr())
	default:
		handler = site.OwnHostOnly(pages)
		if flags.addr == "" && l.Addr().String() != site.DefaultAddr {
			fmt.Fprintf(stderr, "xent lab: %s is taken, serving on %s instead\n", site.DefaultAddr, l.Addr())
		}
	}
	fmt.Fprintln(cmd.OutOrStdout(), url)
	fmt.Fprintln(stderr, "xent lab: serving until Ctrl-C")
	if flags.open {
		if err := openBrowser(url); err != nil {
			fmt.Fprintf(stderr, "xent lab: no browser opened: %v\n", err)
		}
	}
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends at once
	return site.Serve(ctx, l, handler)
}

// listenLab listens on addr as given, or near the default when it is empty. A bare port means
// 127.0.0.1, so that nothing is served to a network by leaving something out.
func listenLab(addr string) (net.Listener, error) {
	if addr == "" {
		return site.ListenNear()
	}
	if _, err := strconv.ParseUint(addr, 10, 16); err == nil {
		addr = net.JoinHostPort("127.0.0.1", addr)
	}
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return nil, fmt.Errorf("--addr %q, want host:port, for example 127.0.0.1:8080 or :8080", addr)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil && site.Taken(err) {
		return nil, fmt.Errorf("%s is taken\nhint: without --addr the next free port is used", addr)
	}
	if err != nil {
		return nil, fmt.Errorf("--addr %s: %w", addr, err)
	}
	return l, nil
}

// labURL is the address to type into a browser on this machine.
func labURL(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return "http://" + addr.String() + "/"
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port) + "/"
}

// openBrowser asks the system to open url and does not wait for it.
func openBrowser(url string) error {
	name, args := "xdg-open", []string{url}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", url}
	}
	cmd := exec.Command(name, args...)
	if err := cmd.Start(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return fmt.Errorf("%s is not installed", name)
		}
		return err
	}
	go cmd.Wait()
	return nil
}
