package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"xent/internal/idxfile"
	"xent/internal/rowfile"
	"xent/train"
)

// loadData finds what --data names: a known data set, a folder of IDX files, or a table.
func loadData(name string) (*train.Data, error) {
	if name == "" || name == "digits" {
		return train.Digits(), nil
	}
	if d := knownDataset(name); d != nil {
		dir := d.find()
		if dir == "" {
			hint := "xent data fetch " + d.name
			if d.packages != nil {
				hint = d.packages[0] + ", or " + hint
			}
			return nil, &failure{err: fmt.Errorf("%s is not here; looked in %s", d.name, strings.Join(d.places(), ", ")), hint: hint + ", or --data FOLDER", status: statusUsage}
		}
		data, err := loadIDX(dir, d.name)
		if data != nil && len(d.classes) == data.Classes {
			data.Names = d.classes
		}
		return data, err
	}
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, usage("--data digits, fashion, mnist, a folder of IDX files, or a table; xent data lists what is known", "--data %s: no such file, and no data set of that name", name)
	case err != nil:
		return nil, err
	case info.IsDir():
		return loadIDX(name, name)
	}
	return loadTable(name)
}

// loadIDX reads the four files of a folder. Pixels become 0 to 1.
func loadIDX(dir, name string) (*train.Data, error) {
	paths, err := idxFiles(dir)
	if err != nil {
		return nil, &failure{err: err, hint: "xent data lists data sets and where to get them", status: statusUsage}
	}
	d := &train.Data{Name: name, Step: 1. / 255}
	for i, rows := range []*train.Rows{&d.Train, &d.Test} {
		images, err := idxfile.Read(paths[2*i])
		if err != nil {
			return nil, err
		}
		labels, err := idxfile.Read(paths[2*i+1])
		if err != nil {
			return nil, err
		}
		n := images.Shape[0]
		inputs := len(images.Data) / n
		switch {
		case len(labels.Shape) != 1 || labels.Shape[0] != n:
			return nil, fmt.Errorf("%s: labels of shape %v, want [%d], one for each image of %s", paths[2*i+1], labels.Shape, n, paths[2*i])
		case i == 1 && inputs != d.Inputs:
			return nil, fmt.Errorf("%s: %d pixels an image, want %d as those to train on", paths[2], inputs, d.Inputs)
		}
		d.Inputs = inputs
		if len(images.Shape) == 3 {
			d.Height, d.Width = images.Shape[1], images.Shape[2]
		}
		rows.X = make([]float32, len(images.Data))
		for k, v := range images.Data {
			rows.X[k] = float32(v) / 255
		}
		for _, y := range labels.Data {
			rows.Y = append(rows.Y, int32(y))
			d.Classes = max(d.Classes, int(y)+1)
		}
	}
	return d, nil
}

// testEvery is which part of the rows of a table is the test.
const testEvery = 5

// loadTable reads a table or an archive: numbers as inputs, and labels. Inputs are standardised by the rows to train on.
func loadTable(path string) (*train.Data, error) {
	rows, err := rowfile.Open(rowfile.Source{Scores: path}, rowfile.Options{})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	if rows.Labels == nil {
		return nil, usage("name a column label, target or y", "%s holds no labels", path)
	}
	var all train.Rows
	classes := 0
	block := new(rowfile.Block[float32])
	for {
		err := rowfile.Next(rows, block)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if block.Labels == nil {
			return nil, usage("", "%s: one label a row is wanted", path)
		}
		all.X = append(all.X, block.Scores[:block.Rows*rows.Scores.Cols]...)
		for i, y := range block.Labels[:block.Rows] {
			if y < 0 || y >= 1e6 {
				return nil, fmt.Errorf("%s: label %d in row %d, want classes from 0", path, y, int64(i)+block.First)
			}
			all.Y = append(all.Y, int32(y))
			classes = max(classes, int(y)+1)
		}
	}
	d := train.Split(path, rows.Scores.Cols, classes, all, testEvery)
	d.Names = rows.Classes
	d.Standardise()
	return d, nil
}
