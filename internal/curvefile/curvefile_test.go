package curvefile

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// column returns the values of a column as text, with the lines that they stand in.
func column(f *File, name string) string {
	i, ok := f.byName[name]
	if !ok {
		return "none"
	}
	return fmt.Sprint(f.Columns[i].Line, f.Columns[i].Value)
}

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		name, text, format string
		points             int
		column, want       string
		why                string
	}{
		{"csv", "step,loss\n0,2.3\n5,1.5\n", "csv", 2, "loss", "[0 1] [2.3 1.5]", ""},
		{"gap", "step,loss,val_loss\n0,2.3,\n5,1.5,1.6\n", "csv", 2, "val_loss", "[1] [1.6]", "an empty cell is not logged"},
		{"nan", "loss\nnan\nInf\n-inf\n", "csv", 3, "loss", "[0 1 2] [NaN +Inf -Inf]", "NaN is a value"},
		{"tsv", "step\tloss\n0\t2.3\n", "tsv", 1, "loss", "[0] [2.3]", ""},
		{"semicolons", "step;loss\n0;2.3\n", "csv", 1, "loss", "[0] [2.3]", ""},
		{"bom", "\xef\xbb\xbfloss\n1\n", "csv", 1, "loss", "[0] [1]", "as spreadsheets write it"},
		{"words", "loss,tag\n1,a\n2,b\n", "csv", 2, "tag", "none", "cells without numbers are left out"},
		{"jsonl", "{\"step\": 1, \"loss\": 2.5}\n{\"step\": 2, \"loss\": NaN}\n", "jsonl", 2, "loss", "[0 1] [2.5 NaN]", "as Python writes it"},
		{"a string with NaN", "{\"note\": \"a NaN, \\\"-Infinity\\\"\", \"loss\": -Infinity}", "jsonl", 1, "loss", "[0] [-Inf]", "only numbers are put into quotes"},
		{"nested", "{\"train\": {\"loss\": 1}}\n", "jsonl", 1, "train/loss", "[0] [1]", ""},
		{"trainer", "{\"log_history\": [{\"loss\": 1, \"step\": 5}, {\"eval_loss\": 2, \"step\": 5}]}", "json", 2, "eval_loss", "[1] [2]", "Hugging Face's trainer_state.json"},
		{"cut", "{\"loss\": 1}\n{\"los", "jsonl", 1, "loss", "[0] [1]", "the last line while a run goes on"},
	} {
		f, err := parse("x", []byte(tt.text))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := column(f, tt.column); f.Format != tt.format || f.Points != tt.points || got != tt.want {
			t.Errorf("%s: %s, %d points, %s; want %s, %d, %s: %s", tt.name, f.Format, f.Points, got, tt.format, tt.points, tt.want, tt.why)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", "is empty"},
		{"  \n", "is empty"},
		{"0,2.3\n1,2.2\n", "want names"},
		{"step,loss\n1,2,3\n", "line 2: 3 cells, want 2"},
		{"a,b\n", "holds no numbers"},
		{"{\"loss\": }", "byte"},
		{"[1, 2]", "want a list of objects"},
		{"a\x00b\n", "binary data"},
		{"step,\"loss\n", "line 1"},
	} {
		if _, err := parse("x.csv", []byte(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "x.csv: ") {
			t.Errorf("%q: %v, want %q", tt.text, err, tt.want)
		}
	}
	if _, err := Read(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that does not exist is read")
	}
	if _, err := Read(t.TempDir()); err == nil {
		t.Error("a folder is read")
	}
}

func TestPick(t *testing.T) {
	for _, tt := range []struct {
		header string
		role   Role
		want   string
	}{
		{"step,loss", Loss, "loss"},
		{"loss,train/loss", Loss, "train/loss"},
		{"train_loss_epoch,val_loss", Loss, "train_loss_epoch"},
		{"train_loss,eval/loss", ValLoss, "eval/loss"},
		{"loss,Validation Accuracy", ValAccuracy, "Validation Accuracy"},
		{"loss,grad-norm", GradientNorm, "grad-norm"},
		{"loss,metrics/train/learning_rate", LearningRate, "metrics/train/learning_rate"},
		{"_step,loss", Step, "_step"},
		{"loss,accuracy_top5", Accuracy, ""},
	} {
		f, err := parse("x", []byte(tt.header+"\n"+strings.Repeat("1,", strings.Count(tt.header, ","))+"1\n"))
		if err != nil {
			t.Fatal(err)
		}
		picked, err := f.Pick(nil)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if c := picked[tt.role]; c != nil {
			got = c.Name
		}
		if got != tt.want {
			t.Errorf("%s: %s is %q, want %q", tt.header, tt.role, got, tt.want)
		}
	}
	f, _ := parse("x", []byte("a,b\n1,2\n"))
	if _, err := f.Pick(nil); err == nil || !strings.Contains(err.Error(), `"a", "b"`) {
		t.Errorf("no loss: %v", err)
	}
	if picked, err := f.Pick(map[Role]string{Loss: "b"}); err != nil || picked[Loss].Name != "b" {
		t.Errorf("asked for: %v", err)
	}
	if _, err := f.Pick(map[Role]string{Loss: "c"}); err == nil {
		t.Error("a column that does not exist is picked")
	}
}

// record frames an event.
func record(event []byte) []byte {
	var b []byte
	b = binary.LittleEndian.AppendUint64(b, uint64(len(event)))
	b = binary.LittleEndian.AppendUint32(b, masked(b))
	b = append(b, event...)
	return binary.LittleEndian.AppendUint32(b, masked(event))
}

// scalarEvent is an Event of one simple_value.
func scalarEvent(step byte, tag string, x float32) []byte {
	value := append([]byte{0x0a, byte(len(tag))}, tag...)
	value = binary.LittleEndian.AppendUint32(append(value, 0x15), math.Float32bits(x))
	summary := append([]byte{0x0a, byte(len(value))}, value...)
	return append([]byte{0x09, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, step, 0x2a, byte(len(summary))}, summary...)
}

// tensorEvent is an Event of one tensor, a float in its content.
func tensorEvent(step byte, tag string, x float32) []byte {
	tensor := binary.LittleEndian.AppendUint32([]byte{0x08, 1, 0x22, 4}, math.Float32bits(x))
	value := append([]byte{0x0a, byte(len(tag))}, tag...)
	value = append(append(value, 0x42, byte(len(tensor))), tensor...)
	summary := append([]byte{0x0a, byte(len(value))}, value...)
	return append([]byte{0x10, step, 0x2a, byte(len(summary))}, summary...)
}

func TestEvents(t *testing.T) {
	// The checksum of eight zero bytes, as TensorFlow masks it: CRC-32C is 0x8c28b28a.
	if got := masked(make([]byte, 8)); got != 0x07980329 {
		t.Errorf("masked checksum %#x", got)
	}
	version := append([]byte{0x1a, 13}, "brain.Event:2"...)
	var b []byte
	for _, e := range [][]byte{version, scalarEvent(3, "loss", 2.5), tensorEvent(4, "loss", 1.5), scalarEvent(4, "lr", .25)} {
		b = append(b, record(e)...)
	}
	for cut, want := range map[int]string{0: "[0 1] [2.5 1.5]", 5: "[0 1] [2.5 1.5]"} {
		f, err := parse("events", b[:len(b)-cut])
		if err != nil {
			t.Fatal(err)
		}
		if got := column(f, "loss"); f.Format != "tfevents" || got != want || (len(f.Notes) > 0) != (cut > 0) {
			t.Errorf("cut by %d: %s, %s, notes %q", cut, f.Format, got, f.Notes)
		}
	}
	f, _ := parse("events", b)
	if got := column(f, "step"); got != "[0 1 2] [3 4 4]" {
		t.Errorf("steps %s", got)
	}
	broken := record(scalarEvent(3, "loss", 2.5))
	broken[20] ^= 1
	if _, err := parse("events", broken); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("a flipped bit: %v", err)
	}
}

// Whatever a file holds, it is read or refused, in memory that its size bounds.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"step,loss\n0,2.3\n", "{\"loss\": NaN}\n", "{\"log_history\": [{\"loss\": 1}]}", "\"", "{\"a\":{\"a\":{\"a\":1}}}", "-", "{N", "{-Infinity",
		string(record(scalarEvent(3, "loss", 2.5))), string(record(tensorEvent(3, "loss", 2.5))),
	} {
		f.Add([]byte(seed))
	}
	real, err := os.ReadFile("../../testdata/models/digits-double-softmax-curve.csv")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(real[:200])
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := parse("x", b)
		if err != nil {
			return
		}
		for _, c := range file.Columns {
			if len(c.Line) != len(c.Value) || len(c.Line) > file.Points {
				t.Errorf("%q has %d lines and %d values of %d points", c.Name, len(c.Line), len(c.Value), file.Points)
			}
		}
		_, _ = file.Pick(nil)
	})
}
