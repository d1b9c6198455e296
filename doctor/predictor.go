package doctor

import "math"

// fewMeasured is the number of rows below which nothing is said of the kind of predictor.
const fewMeasured = 30

// constant finds predictions that do not depend on the row: mean KL(p‖p̄), what they tell of it, is next to nothing.
var constant = Detector{
	ID: "constant-predictions", Code: "D16", Summary: "the same prediction for every row",
	Rows: func(s *Sample) *Finding {
		r := s.Reading()
		told := r.Information()
		if r.Rows < fewMeasured || !(told < 1e-4) {
			return nil
		}
		return &Finding{
			Severity: Warning,
			Says:     "every row gets nearly the same prediction: it tells {told} of the row",
			Evidence: figures.
				add("told", max(told, 0), Nats).
				add("told_limit", 1e-4, Nats).
				add("rows", r.n(), Rows),
			Else: "inputs that do not differ",
			Fix:  "check that the inputs reach the last layer: dead units, a learning rate that was too high, statistics of batch normalisation",
		}
	},
	Explains: []string{"predictions-independent-of-labels", "untrained", "class-prior", "worse-than-prior", "loss-above-fano", "under-confident", "over-confident"},
}

// untrained finds a model that spreads its belief evenly: loss and mean entropy are both ln K.
var untrained = Detector{
	ID: "untrained", Code: "D17", Summary: "a model that knows nothing yet",
	Rows: func(s *Sample) *Finding {
		r := s.Reading()
		loss, se := r.Loss()
		uniform := math.Log(float64(s.Classes))
		if r.Rows < fewMeasured || r.Infinite > 0 || !(math.Abs(loss-uniform) < 3*se+.01*uniform && r.Entropy() > .99*uniform) {
			return nil
		}
		if _, common := s.prior(); common > .9 {
			return nil // then ln K says little
		}
		return &Finding{
			Severity: Warning,
			Says:     "the loss is {loss} and ln K is {uniform}: the model has no opinion, as before its first step",
			Evidence: figures.
				add("loss", loss, Nats).
				add("uniform", uniform, Nats).
				add("entropy", r.Entropy(), Nats),
			Else: "classes that cannot be told apart by the inputs",
			Fix:  "check that the weights were loaded, and that the optimiser steps",
		}
	},
	Explains: []string{"class-prior", "worse-than-prior", "loss-above-fano"},
}

// classPrior finds a model that says how frequent the classes are and nothing more.
var classPrior = Detector{
	ID: "class-prior", Code: "D18", Summary: "a model that answers with the class frequencies",
	Rows: func(s *Sample) *Finding {
		r := s.Reading()
		if r.Rows < 100 || r.Infinite > 0 {
			return nil
		}
		loss, _ := r.Loss()
		prior, _ := s.prior()
		skill := 1 - loss/prior
		off := 0.0 // KL(p̄‖π)
		for k, n := range s.Labelled {
			q, pi := r.mean.Float64(k)/r.n(), float64(n)/r.n()
			if q > 0 {
				off += q * math.Log(q/pi)
			}
		}
		if !(math.Abs(skill) < .02 && off < .01 && r.Information() < .02) {
			return nil
		}
		return &Finding{
			Severity: Warning,
			Says:     "the loss is {loss}, and always answering with the class frequencies costs {prior}: the inputs are not made use of",
			Evidence: figures.
				add("loss", loss, Nats).
				add("prior", prior, Nats).
				add("skill", skill, Share).
				add("skill_limit", .02, Share).
				add("told", r.Information(), Nats),
			Else: "inputs that say nothing of the label",
			Fix:  "train with the inputs replaced by zeros: if the loss stays, they were never used",
		}
	},
}

// worseThanPrior finds a loss above that of always answering with the class frequencies, whose estimate from the same
// labels is corrected (Miller and Madow) and given its own margin.
var worseThanPrior = Detector{
	ID: "worse-than-prior", Code: "D19", Summary: "a loss above that of the class frequencies",
	Rows: func(s *Sample) *Finding {
		r := s.Reading()
		if r.Rows < fewMeasured {
			return nil
		}
		loss, se := r.Loss()
		prior, _ := s.prior()
		margin := 5*se + float64(s.Classes-1)/r.n()
		if !(loss > prior+margin) {
			return nil
		}
		return &Finding{
			Severity: Warning,
			Says:     "the loss is {loss}; always answering with the class frequencies would cost {prior}",
			Evidence: figures.
				add("loss", loss, Nats).
				add("prior", prior, Nats).
				add("margin", margin, Nats).
				add("accuracy", r.Accuracy(), Share),
			Else: "a model that was trained for other class frequencies",
			Fix:  "look at the accuracy first: where it is high the model is over-confident, where it is low labels and rows may not belong together",
		}
	},
}
