//go:build !js

package rowfile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"

	"xent/internal/columnar"
)

// ColumnReader is the command that reads Parquet and Arrow files for this package: this program itself, with what makes it
// call [xent/internal/colfile.Main] with one more argument, the request, and the file as its standard input. While it is
// nil these files are refused. It is set once, at the start.
//
// The library that reads them is not safe against files made to hurt; so it runs in a child, which bounds its memory and
// its time, and whose death is an error about the file.
var ColumnReader []string

// A child reads one file and sends what it holds.
type child struct {
	file   *file
	most   int64
	cmd    *exec.Cmd
	out    io.Closer
	stream *columnar.Reader
	errs   tail
	ended  bool
}

// ask starts a child on f.
func ask(f *file, opt *Options, req columnar.Request) (*child, error) {
	if ColumnReader == nil {
		return nil, f.whole("a file that this program cannot read", ".npy, .npz, .safetensors or .csv", "")
	}
	req.MaxMem = opt.maxMem()
	text, err := json.Marshal(req)
	if err != nil {
		return nil, f.whole(err.Error(), "", "")
	}
	in, err := f.handle(opt)
	if err != nil {
		return nil, err
	}
	c := &child{file: f, most: req.MaxMem}
	c.cmd = exec.Command(ColumnReader[0], append(ColumnReader[1:len(ColumnReader):len(ColumnReader)], string(text))...)
	c.cmd.Stdin, c.cmd.Stderr, c.cmd.Env = in, &c.errs, []string{} // it needs nothing of what is secret here
	out, err := c.cmd.StdoutPipe()
	if err == nil {
		err = c.cmd.Start()
	}
	if err != nil {
		return nil, f.whole("its reader cannot be started: "+err.Error(), "", "")
	}
	c.out, c.stream = out, columnar.NewReader(bufio.NewReaderSize(out, 256<<10))
	return c, nil
}

// handle is f as a file of the operating system: what lies in memory, or was compressed, goes to a temporary one.
func (f *file) handle(opt *Options) (*os.File, error) {
	switch s := f.f.(type) {
	case *osFile:
		return s.File, nil
	case spilled:
		return s.File, nil
	case piped:
		if s, ok := s.Stored.(spilled); ok {
			return s.File, nil
		}
	case *handled:
		return s.copy.(piped).Stored.(spilled).File, nil
	}
	copied, err := spill(f.section(0, f.size), f.place, opt.MaxBytes)
	if err != nil {
		return nil, err
	}
	f.f = &handled{f.f, copied}
	return f.handle(opt)
}

// handled is a stored file with a copy that the operating system knows.
type handled struct {
	Stored
	copy Stored
}

func (h *handled) Close() error { return errors.Join(h.Stored.Close(), h.copy.Close()) }

// close ends the child, whatever it is doing, and takes notice of its end.
func (c *child) close() {
	if c == nil || c.ended {
		return
	}
	c.ended = true
	c.cmd.Process.Kill()
	c.out.Close()
	c.cmd.Wait()
}

// bad tells why the stream cannot go on.
func (c *child) bad(err error) error {
	var why *columnar.Refusal
	if errors.As(err, &why) {
		c.close()
		return c.file.whole(shortened(why.Got), shortened(why.Want), shortened(why.Hint))
	}
	c.ended = true
	c.out.Close()
	c.cmd.Wait()
	const damaged = "the file is damaged, or was made to do this; write it again, or convert it to .npy where you trust it"
	switch code, said := c.cmd.ProcessState.ExitCode(), c.errs.String(); {
	case code == columnar.StatusMemory, strings.Contains(said, "out of memory"), strings.Contains(said, "cannot allocate memory"):
		return c.file.whole("its reader exceeded "+memory(c.most), "a file that is read within that", "--max-mem raises the bound; "+damaged)
	case code == columnar.StatusTime:
		return c.file.whole("its reader worked for a minute and found no row", "", damaged)
	case strings.Contains(said, "panic: "):
		_, said, _ = strings.Cut(said, "panic: ")
		said, _, _ = strings.Cut(said, "\n")
		return c.file.whole("broke its reader: "+shortened(said), "", damaged)
	default:
		return c.file.whole("its reader died: "+c.cmd.ProcessState.String(), "", damaged)
	}
}

// shortened is text on one line, for a message.
func shortened(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
	return strings.ToValidUTF8(s[:min(len(s), 200)], "")
}

// memory writes a number of bytes as --max-mem takes it.
func memory(n int64) string {
	switch {
	case n%(1<<30) == 0:
		return sprintf("%d GiB", n>>30)
	case n%(1<<20) == 0:
		return sprintf("%d MiB", n>>20)
	}
	return sprintf("%d bytes", n)
}

// tail keeps the beginning of what a child says: the reason of its death stands there.
type tail struct {
	lock sync.Mutex
	b    bytes.Buffer
}

func (t *tail) Write(b []byte) (int, error) {
	t.lock.Lock()
	defer t.lock.Unlock()
	if room := 4096 - t.b.Len(); room > 0 {
		t.b.Write(b[:min(room, len(b))])
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.lock.Lock()
	defer t.lock.Unlock()
	return t.b.String()
}
