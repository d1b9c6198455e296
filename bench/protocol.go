package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// What is measured is asked for its times: this process itself, copies of it that run other kernels, and
// peers.py. One JSON object a line asks, one answers; peers.py describes the operations.
type (
	request struct {
		Op             string            `json:"op"`
		Arrays         map[string]string `json:"arrays,omitempty"`
		Implementation string            `json:"implementation,omitempty"`
		Work           string            `json:"work,omitempty"`
		Threads        int               `json:"threads,omitempty"`
		Seconds        float64           `json:"seconds,omitempty"`
		Runs           int               `json:"runs,omitempty"`
		Rows           int               `json:"rows,omitempty"` // how many are enough; 0 means all
		Files          map[string]string `json:"files,omitempty"`
		Args           []string          `json:"args,omitempty"` // of a command to run: of our own processes only
	}

	answer struct {
		Implementations []Implementation `json:"implementations,omitempty"`
		Missing         []Missing        `json:"missing,omitempty"`
		Runtime         string           `json:"runtime,omitempty"`
		Kernel          string           `json:"kernel,omitempty"` // of xent, as it was chosen
		Seconds         []float64        `json:"seconds,omitempty"`
		Value           number           `json:"value,omitempty"` // the loss, in nats
		Peak            int64            `json:"peak,omitempty"`  // bytes of memory that the command held
		Skip            string           `json:"skip,omitempty"`
		Error           string           `json:"error,omitempty"`
	}

	// Implementation is something that does the work, found on this machine.
	Implementation struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}

	// Missing is an implementation that was looked for, and why it is not measured.
	Missing struct {
		ID  string `json:"id"`
		Why string `json:"why"`
	}
)

// number is a float64 whose NaN, which Python writes as such, is null in JSON.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	if n-n != 0 {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// A host answers requests.
type host interface {
	ask(request) (answer, error)
}

// errSkip says that an implementation has no such work.
var errSkip = errors.New("no such function")

// process is a host in another process.
type process struct {
	pipe
	cmd *exec.Cmd
}

// pipe leads to a host and back.
type pipe struct {
	in  io.WriteCloser
	out *bufio.Reader
}

// start runs a command that serves the protocol, with env added to its environment.
func start(env []string, name string, args ...string) (*process, error) {
	cmd := exec.Command(name, args...)
	cmd.Env, cmd.Stderr = append(os.Environ(), env...), os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &process{pipe{in, bufio.NewReader(out)}, cmd}, nil
}

// ask returns an error when the host is gone, or says that it failed.
func (p pipe) ask(q request) (a answer, err error) {
	if err := json.NewEncoder(p.in).Encode(q); err != nil {
		return a, err
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return a, fmt.Errorf("ended: %w", err)
	}
	if err := json.Unmarshal(line, &a); err != nil {
		return a, err
	}
	if a.Error != "" {
		return a, errors.New(a.Error)
	}
	return a, nil
}

// stop lets the process end.
func (p *process) stop() {
	p.in.Close()
	p.cmd.Wait()
}

// serve answers requests from r on w until r ends.
func serve(h host, r io.Reader, w io.Writer) error {
	in, out := json.NewDecoder(r), json.NewEncoder(w)
	for {
		var q request
		if err := in.Decode(&q); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		a, err := h.ask(q)
		if err != nil {
			a = answer{Error: err.Error()}
		}
		if err := out.Encode(a); err != nil {
			return err
		}
	}
}
