package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"xent/cmd/xent/report"
	"xent/train"
)

// The files that a distillation leaves beside the folders of its students.
const (
	resultFile = "result.json"
	plotFile   = "accuracy.svg"
)

// distillFlags are what the user of `xent train distill` asks for.
type distillFlags struct {
	runFlags
	config train.Distillation
}

// newDistill returns `xent train distill`.
func newDistill() *cobra.Command {
	var f distillFlags
	usual := train.Distillation{}.Default()
	cmd := &cobra.Command{
		Use:   "distill",
		Short: "Train students of a teacher, and see what its probabilities are worth",
		Long: `Distill trains small networks by a teacher, the run of xent train classify in a
folder, and tells what they learn from it that labels do not say. A student's loss is

  (1-λ)·T²·KL(softmax(teacher/T) ‖ softmax(student/T)) + λ·(-ln softmax(student)[label])

with λ the share of the labels and T a temperature; T² keeps the gradient its size.
For every seed there is a student that sees labels only and one for each T: of the same
first weights, on the same batches. So their differences are paired, and shown with
intervals over seeds that hold together: a gain within them is none.

Each student has a folder of its own within that of the run, as xent train classify
leaves it; result.json and accuracy.svg lie beside them.`,
		Example: `  xent train classify --net conv16-pool-conv32-pool-64-10 --out runs/teacher
  xent train distill --teacher runs/teacher
  xent train distill --teacher runs/teacher --rows 200 --epochs 100
  xent train distill --teacher runs/teacher --temperatures 3 --label-share .5 --seeds 10
  xent train distill --resume runs/distill-teacher-1
  xent compare runs/distill-teacher-1/labels-1/logits.npy \
      runs/distill-teacher-1/T4-1/logits.npy runs/distill-teacher-1/T4-1/labels.npy`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return runDistill(cmd, &f) },
	}
	c := &f.config
	group(cmd.Flags(), whatIsTrained, func(s *pflag.FlagSet) {
		s.StringVar(&c.Teacher, "teacher", "", "`folder` of a run of xent train classify, whose data the students see")
	})
	defineNet(cmd, &c.Config, studentUnits)
	group(cmd.Flags(), whatIsTrained, func(s *pflag.FlagSet) {
		s.Float64SliceVar(&c.Temperatures, "temperatures", usual.Temperatures, "`temperatures` of the students with a teacher")
		s.Float64Var(&c.LabelShare, "label-share", .1, "`share` λ of the labels in their loss, below 1")
		s.IntVar(&c.Rows, "rows", 0, "students see the first so many training `rows` only; all by default")
		s.IntVar(&c.Seeds, "seeds", usual.Seeds, "students of each kind, from --seed on")
	})
	defineTraining(cmd, &c.Training, usual.Training)
	f.define(cmd, "distill-TEACHER")
	quietConfig(cmd.Flags(), "rows")
	if err := cmd.MarkFlagDirname("teacher"); err != nil {
		panic(err)
	}
	return cmd
}

// studentUnits is how many hidden units a student has by default.
const studentUnits = 16

// A distillation is a run of `xent train distill`.
type distillation struct {
	config  train.Distillation
	dir     string
	data    *train.Data
	teacher *train.Teacher
	judged  train.Judged // of the teacher
	net     string       // of the teacher
	begun   bool         // there may be students already
}

func runDistill(cmd *cobra.Command, f *distillFlags) error {
	d, err := f.begin(cmd)
	if err != nil {
		return err
	}
	ctx, stop := interruptible(cmd.Context())
	defer stop()
	res := &distilled{Schema: 1, Folder: d.dir, Rows: len(d.data.Test.Y), Classes: d.data.Names, Config: d.config,
		Teacher: distillTeacher{d.config.Teacher, d.net, d.judged.Accuracy, d.judged.Loss}}
	kinds := d.config.Kinds()
	for _, k := range kinds {
		res.Students = append(res.Students, distillKind{Name: k.Name(), Temperature: k.Temperature, LabelShare: k.LabelShare})
	}
	for i := range d.config.Seeds {
		for n, c := range kinds {
			c.Seed += uint64(i)
			show := newTrainShow(cmd.ErrOrStderr(), true, 0, "rows")
			if !f.quiet {
				show = newTrainShow(cmd.ErrOrStderr(), !isTerminal(cmd.ErrOrStderr()), 0, "rows")
				show.title = fmt.Sprintf("student %d of %d: %s, seed %d", i*len(kinds)+n+1, d.config.Seeds*len(kinds), c.Name(), c.Seed)
			}
			g, course, err := d.student(ctx, c, show, f.every)
			if err != nil {
				return err
			}
			if !f.quiet && !show.live {
				fmt.Fprintf(cmd.ErrOrStderr(), "%s: accuracy %s, KL from the teacher %s nats\n", show.title, report.Percent(g.Accuracy), report.Short(g.KL, 4))
			}
			res.Students[n].add(c.Seed, g, course)
		}
	}
	return d.finish(cmd.OutOrStdout(), res, f.json)
}

// begin makes the folder of a run, or takes up one, and hears the teacher.
func (f *distillFlags) begin(cmd *cobra.Command) (d *distillation, err error) {
	d = &distillation{config: f.config, dir: f.resume, begun: f.resume != ""}
	switch {
	case d.begun:
		if err := refuseChanges(cmd.Flags()); err != nil {
			return nil, err
		}
		if d.config, err = resumeConfig[train.Distillation](f.resume, "distill", cmd.Flags()); err != nil {
			return nil, err
		}
		if d.config.Seeds == 0 {
			return nil, usage("xent train distill --resume "+quoted(filepath.Dir(filepath.Clean(f.resume))), "%s is one student of a run", f.resume)
		}
	case d.config.Teacher == "":
		return nil, usage("xent train classify leaves one: --teacher runs/digits-ce-1", "--teacher is missing: the folder of the run to learn from")
	}
	sum := d.config.TeacherSum
	if err := d.hear(); err != nil {
		return nil, asUsage(err)
	}
	if d.begun {
		if sum != d.config.TeacherSum {
			return nil, usage("begin another run", "%s: another checkpoint than when %s began", d.config.Teacher, d.dir)
		}
		return d, nil
	}
	c := &d.config
	if c.Net == "" {
		c.Net = fmt.Sprintf("%d-%d-%d", d.data.Inputs, studentUnits, d.data.Classes)
	}
	*c = c.Default()
	err = c.Check()
	if err == nil { // the first student refuses what cannot be, before there is a folder
		_, err = train.NewStudent(c.Kinds()[0], d.data, d.teacher)
	}
	if err != nil {
		return nil, asUsage(err)
	}
	if d.dir = f.out; d.dir == "" {
		d.dir = filepath.Join("runs", "distill-"+dataTitle(filepath.Clean(c.Teacher))+"-"+strconv.FormatUint(c.Seed, 10))
	}
	return d, createParent(d.dir, d.resumption(), c)
}

// hear restores the teacher and asks it about all rows of its data.
func (d *distillation) hear() error {
	c := &d.config
	taught, err := readConfig[train.Config](c.Teacher, "classify", "--teacher")
	if err != nil {
		return err
	}
	if taught.Loss == "bce" {
		return usage("train it with ce, focal or smoothed", "%s: trained with bce, whose logits are those of each class for itself: they have no softmax", c.Teacher)
	}
	run, err := startClassifier(taught)
	if err != nil {
		return err
	}
	if _, _, err := restore(c.Teacher, run); err != nil {
		return err
	}
	file, err := os.ReadFile(filepath.Join(c.Teacher, checkpointFile))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(file)
	c.TeacherSum, c.Data = hex.EncodeToString(sum[:8]), taught.Data
	d.data, d.net = run.Data, run.Config.Net
	if d.teacher, err = run.Teach(); err != nil {
		return err
	}
	d.judged, err = run.Test(nil)
	return err
}

// student trains the student of c, or goes on with it, and returns how it does in the end and how it came there.
func (d *distillation) student(ctx context.Context, c train.StudentConfig, show *trainShow, every int) (g train.Graded, course []train.Point, err error) {
	s, err := train.NewStudent(c, d.data, d.teacher)
	if err != nil {
		return g, nil, asUsage(err)
	}
	dir := filepath.Join(d.dir, c.Name()+"-"+strconv.FormatUint(c.Seed, 10))
	folder, err := d.folder(dir, s)
	if err != nil {
		return g, nil, err
	}
	defer folder.close()
	show.from = s.At()
	r := recipe[train.StudentConfig, *train.Student]{name: "distill", rows: "rows", judge: judgeStudent}
	err = r.train(ctx, s, folder, show, every)
	show.clear()
	if err != nil {
		return g, nil, r.stopped(err, d.dir)
	}
	if !s.Done() {
		return g, nil, &failure{err: fmt.Errorf("interrupted: %s, step %d of %d; the checkpoint is written", filepath.Base(dir), s.At(), s.Steps()), hint: d.resumption(), status: statusPartial}
	}
	if err := folder.gradients(s); err != nil {
		return g, nil, err
	}
	if _, err := folder.outputs(s.Run); err != nil {
		return g, nil, err
	}
	if err := folder.metrics.sync(); err != nil {
		return g, nil, err
	}
	if course, err = readCourse(filepath.Join(dir, metricsFile)); err == nil {
		g, err = s.Grade()
	}
	return g, course, err
}

// folder makes the folder of a student, or opens it where a run that goes on has left one.
func (d *distillation) folder(dir string, s *train.Student) (*runFolder, error) {
	if d.begun {
		if _, err := os.Stat(filepath.Join(dir, checkpointFile)); err == nil {
			return resumeFolder(dir, s)
		}
		if err := os.Remove(filepath.Join(dir, configFile)); err != nil && !errors.Is(err, fs.ErrNotExist) { // killed before the first checkpoint
			return nil, err
		}
	}
	folder, err := createFolder(dir, d.resumption(), s.Settings())
	if err == nil {
		err = folder.checkpoint(s)
	}
	return folder, err
}

func (d *distillation) resumption() string { return "xent train distill --resume " + quoted(d.dir) }

func judgeStudent(s *train.Student, _ *runFolder) ([]train.Figure, string, error) {
	g, err := s.Grade()
	return []train.Figure{{Name: "val_loss", Value: g.Loss}, {Name: "val_accuracy", Value: g.Accuracy}, {Name: "val_kl", Value: g.KL}},
		fmt.Sprintf("test loss %s, accuracy %s, KL from the teacher %s", report.Short(g.Loss, 4), report.Percent(g.Accuracy), report.Short(g.KL, 4)), err
}

// readCourse reads what a run's metrics say of the test rows.
func readCourse(path string) (course []train.Point, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var line struct {
			Step     int      `json:"step"`
			Loss     *float64 `json:"val_loss"`
			Accuracy *float64 `json:"val_accuracy"`
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if line.Loss != nil && line.Accuracy != nil {
			course = append(course, train.Point{Step: line.Step, Judged: train.Judged{Loss: *line.Loss, Accuracy: *line.Accuracy}})
		}
	}
	return course, lines.Err()
}

// finish writes and tells what was found.
func (d *distillation) finish(w io.Writer, res *distilled, asJSON bool) error {
	if err := res.conclude(d.data, d.teacher); err != nil {
		return err
	}
	if err := writeFile("--out", filepath.Join(d.dir, resultFile), func(w io.Writer) error { return report.Object(w, res) }); err != nil {
		return err
	}
	if err := writeFile("--out", filepath.Join(d.dir, plotFile), res.svg); err != nil {
		return err
	}
	if asJSON {
		return report.Object(w, res)
	}
	_, err := io.WriteString(w, res.text())
	return err
}
