package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"xent/cmd/xent/report"
	"xent/internal/eventfile"
	"xent/internal/tensorfile"
	"xent/train"
)

// The files of a run's folder.
const (
	configFile     = "config.json"
	metricsFile    = "metrics.jsonl"
	checkpointFile = "checkpoint.safetensors"
	gradientsFile  = "gradients.safetensors"
	logitsFile     = "logits.npy"
	labelsFile     = "labels.npy"
)

// A runFolder is where a run leaves what it does. Metrics and events are written behind each other; a checkpoint says how
// long they were when it was made, and a run that goes on from it cuts them there.
type runFolder struct {
	dir     string
	metrics *logFile
	events  *logFile
	writer  *eventfile.Writer
}

// A logFile is a file that grows, and knows how long it is.
type logFile struct {
	f    *os.File
	b    *bufio.Writer
	size int64
}

func (l *logFile) Write(p []byte) (int, error) {
	n, err := l.b.Write(p)
	l.size += int64(n)
	return n, err
}

// sync puts on the disk what was written.
func (l *logFile) sync() error {
	if err := l.b.Flush(); err != nil {
		return err
	}
	return l.f.Sync()
}

// openLog opens a log for writing behind its first size bytes.
func openLog(path string, size int64) (*logFile, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err == nil && info.Size() < size {
		f.Close()
		return nil, fmt.Errorf("%s: %d bytes, want %d at least, as when the checkpoint was made", path, info.Size(), size)
	}
	if err := f.Truncate(size); err != nil {
		f.Close()
		return nil, err
	}
	if _, err := f.Seek(size, io.SeekStart); err != nil {
		f.Close()
		return nil, err
	}
	return &logFile{f: f, b: bufio.NewWriter(f), size: size}, nil
}

// createFolder makes the folder of a new run with this configuration. One that holds a run is refused; resumption says how to
// go on with that.
func createFolder(dir, resumption string, c any) (*runFolder, error) {
	if err := createParent(dir, resumption, c); err != nil {
		return nil, err
	}
	return openFolder(dir, 0, 0)
}

// createParent makes a folder that holds no more than its configuration yet; refusals are those of createFolder.
func createParent(dir, resumption string, c any) error {
	if _, err := os.Stat(filepath.Join(dir, configFile)); err == nil {
		return usage(resumption+" goes on with it; --out names another folder", "%s holds a run", dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("--out %s: the folder cannot be made: %w", dir, cause(err))
	}
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return writeFile("--out", filepath.Join(dir, configFile), func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}

// openFolder opens the logs of a run at the lengths that its checkpoint names.
func openFolder(dir string, metrics, events int64) (*runFolder, error) {
	f := &runFolder{dir: dir}
	var err error
	if f.metrics, err = openLog(filepath.Join(dir, metricsFile), metrics); err != nil {
		return nil, err
	}
	if f.events, err = openLog(filepath.Join(dir, "events.out.tfevents.xent"), events); err != nil {
		f.close()
		return nil, err
	}
	if events > 0 {
		f.writer = eventfile.Append(f.events)
	} else if f.writer, err = eventfile.NewWriter(f.events, now()); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

func now() float64 { return float64(time.Now().UnixMicro()) / 1e6 }

// readConfig reads the config.json of a run of a recipe, which flag asked for.
func readConfig[C any](dir, recipe, flag string) (c C, err error) {
	path := filepath.Join(dir, configFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, usage(flag+" wants the folder of a run, as --out named it", "%s: no run is there", dir)
	}
	var begun struct {
		Recipe string `json:"recipe"`
	}
	if err == nil {
		err = errors.Join(json.Unmarshal(text, &begun), json.Unmarshal(text, &c))
	}
	if err != nil {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	if got := or(begun.Recipe == "", "classify", begun.Recipe); got != recipe {
		hint := "a run of xent train " + recipe + " is wanted"
		if flag == "--resume" {
			hint = "xent train " + got + " --resume " + quoted(dir)
		}
		return c, usage(hint, "%s holds a run of xent train %s", dir, report.Plain(got))
	}
	return c, nil
}

// resumeConfig reads the config.json of a run of a recipe that goes on, and changes in it what may be: the epochs.
func resumeConfig[C any](dir, recipe string, flags *pflag.FlagSet) (c C, err error) {
	if c, err = readConfig[C](dir, recipe, "--resume"); err != nil {
		return c, err
	}
	if e := flags.Lookup("epochs"); e.Changed {
		err = json.Unmarshal([]byte(`{"epochs": `+e.Value.String()+`}`), &c)
	}
	return c, err
}

// log writes a line of metrics and the same as an event. Metrics hold no time, so that a run that was stopped and went on
// leaves the same bytes as one that was not.
func (f *runFolder) log(step int, figures []train.Figure) error {
	line := []byte(`{"step": ` + strconv.Itoa(step))
	scalars := make([]eventfile.Scalar, len(figures))
	for i, s := range figures {
		scalars[i] = eventfile.Scalar{Tag: s.Name, Value: s.Value}
		line = append(line, `, `+strconv.Quote(s.Name)+`: `...)
		if s.Value-s.Value != 0 {
			line = append(line, `"`+report.Short(s.Value, 3)+`"`...)
		} else {
			line = strconv.AppendFloat(line, s.Value, 'g', -1, 64)
		}
	}
	if _, err := f.metrics.Write(append(line, "}\n"...)); err != nil {
		return err
	}
	return f.writer.Scalars(now(), int64(step), scalars)
}

// histograms writes how the gradients of the last batch are spread, as events.
func (f *runFolder) histograms(r train.Experiment) error {
	var values []float64
	for _, p := range r.Params() {
		values = values[:0]
		for _, g := range p.Grad {
			values = append(values, float64(g))
		}
		if err := f.writer.Histogram(now(), int64(r.At()), "gradient/"+p.Name, values); err != nil {
			return err
		}
	}
	return nil
}

// checkpoint saves where the run is, in a file that takes its name when all is on the disk.
func (f *runFolder) checkpoint(r train.Experiment) error {
	for _, l := range []*logFile{f.metrics, f.events} {
		if err := l.sync(); err != nil {
			return err
		}
	}
	s := &saver{words: map[string]string{
		"format":  "xent-train 1",
		"metrics": strconv.FormatInt(f.metrics.size, 10),
		"events":  strconv.FormatInt(f.events.size, 10),
	}}
	r.State(s)
	return writeFile("--out", filepath.Join(f.dir, checkpointFile), func(w io.Writer) error { return tensorfile.Write(w, s.tensors, s.words) })
}

// saver collects the state of a run.
type saver struct {
	tensors []tensorfile.Tensor
	words   map[string]string
}

func (s *saver) Array(name string, shape []int, values []float32) {
	s.tensors = append(s.tensors, tensorfile.Tensor{Name: name, Shape: shape, Float32: values})
}

func (s *saver) Word(name string, value *uint64) {
	key := "word." + name
	for s.words[key] != "" {
		key += "'" // the optimiser's step beside that of the run
	}
	s.words[key] = strconv.FormatUint(*value, 10)
}

// restorer puts a saved state back.
type restorer struct {
	file *tensorfile.File
	seen map[string]bool
	err  error
}

func (s *restorer) Array(name string, shape []int, values []float32) {
	if s.err != nil {
		return
	}
	saved, was, err := tensorfile.Load(s.file, name, len(values))
	if err == nil && len(saved) != len(values) {
		err = fmt.Errorf("%s: tensor %q has shape %v, want %v", s.file.Path, name, was, shape)
	}
	if err != nil {
		s.err = err
		return
	}
	for i, v := range saved {
		values[i] = float32(v)
	}
}

func (s *restorer) Word(name string, value *uint64) {
	key := "word." + name
	for s.seen[key] {
		key += "'"
	}
	s.seen[key] = true
	n, err := strconv.ParseUint(s.file.Metadata[key], 10, 64)
	if err != nil && s.err == nil {
		s.err = fmt.Errorf("%s: metadata %q is %q, want a number", s.file.Path, key, s.file.Metadata[key])
	}
	*value = n
}

// resumeFolder opens the folder of a run and puts r where its checkpoint is.
func resumeFolder(dir string, r train.Experiment) (*runFolder, error) {
	metrics, events, err := restore(dir, r)
	if err != nil {
		return nil, err
	}
	return openFolder(dir, metrics, events)
}

// restore puts r where the checkpoint of a folder is, and returns how long the logs were when it was made.
func restore(dir string, r train.Experiment) (metrics, events int64, err error) {
	path := filepath.Join(dir, checkpointFile)
	file, err := tensorfile.Open(path, 0)
	if err != nil {
		return 0, 0, err
	}
	defer file.Close()
	if got := file.Metadata["format"]; got != "xent-train 1" {
		return 0, 0, fmt.Errorf("%s: format %q, want the checkpoint of a run, \"xent-train 1\"", path, got)
	}
	s := &restorer{file: file, seen: map[string]bool{}}
	r.State(s)
	metrics, badMetrics := strconv.ParseInt(file.Metadata["metrics"], 10, 64)
	events, badEvents := strconv.ParseInt(file.Metadata["events"], 10, 64)
	return metrics, events, errors.Join(s.err, badMetrics, badEvents)
}

// gradients writes those over many rows, for xent gradflow.
func (f *runFolder) gradients(r train.Experiment) error {
	if _, err := r.Gradient(); err != nil {
		return err
	}
	var all []tensorfile.Tensor
	for _, p := range r.Params() {
		all = append(all, tensorfile.Tensor{Name: p.Name, Shape: p.Shape, Float32: p.Grad})
	}
	return writeFile("--out", filepath.Join(f.dir, gradientsFile), func(w io.Writer) error { return tensorfile.Write(w, all, nil) })
}

// outputs writes the logits and labels of the test rows as .npy files, and returns how the network does on them.
func (f *runFolder) outputs(r *train.Run) (j train.Judged, err error) {
	err = f.logits(len(r.Data.Test.Y), r.Data.Classes, func(write func([]float32) error) error {
		j, err = r.Test(func(logits []float32, _ []int32) error { return write(logits) })
		return err
	})
	if err != nil {
		return j, err
	}
	return j, f.integers(labelsFile, r.Data.Test.Y)
}

// logits writes rows of them as a .npy file, as fill hands them to write.
func (f *runFolder) logits(rows, classes int, fill func(write func([]float32) error) error) error {
	return writeFile("--out", filepath.Join(f.dir, logitsFile), func(w io.Writer) error {
		if err := npyBegin(w, "<f4", rows, classes); err != nil {
			return err
		}
		var b []byte
		return fill(func(values []float32) error {
			b = b[:0]
			for _, v := range values {
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
			}
			_, err := w.Write(b)
			return err
		})
	})
}

// integers writes one for each row as a .npy file.
func (f *runFolder) integers(name string, values []int32) error {
	return writeFile("--out", filepath.Join(f.dir, name), func(w io.Writer) error {
		if err := npyBegin(w, "<i8", len(values)); err != nil {
			return err
		}
		var b []byte
		for _, y := range values {
			b = binary.LittleEndian.AppendUint64(b, uint64(y))
		}
		_, err := w.Write(b)
		return err
	})
}

// npyBegin begins a .npy file of format 1.0; its data begin at a multiple of 64.
func npyBegin(w io.Writer, dtype string, shape ...int) error {
	dims := ""
	for _, d := range shape {
		dims += strconv.Itoa(d) + ","
	}
	dict := "{'descr': '" + dtype + "', 'fortran_order': False, 'shape': (" + dims + "), }"
	dict += strings.Repeat(" ", 63-(10+len(dict))%64) + "\n"
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(dict)), byte(len(dict)>>8))
	_, err := w.Write(append(b, dict...))
	return err
}

// close releases the logs.
func (f *runFolder) close() {
	for _, l := range []*logFile{f.metrics, f.events} {
		if l != nil {
			l.b.Flush()
			l.f.Close()
		}
	}
}
