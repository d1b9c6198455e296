package doctor

// seenInTraining wonders about rows that are all but perfectly predicted.
var seenInTraining = Detector{
	ID: "seen-in-training", Code: "D28", Summary: "rows that are all but perfectly predicted",
	Rows: func(s *Sample) *Finding {
		r := s.Reading()
		if r.Rows < 1000 || !(r.Accuracy() >= .999) {
			return nil
		}
		return &Finding{
			Severity: Note,
			Says:     "{accuracy} of {rows} are predicted right: if the model was trained on them, neither its calibration nor wrong labels can be told from them",
			Evidence: figures.
				add("accuracy", r.Accuracy(), Share).
				add("accuracy_limit", .999, Share).
				add("rows", r.n(), Rows),
			Else: "a task that is easy",
			Fix:  "judge on rows that the model has not seen",
		}
	},
}
