package eval

// Report is what one pass over a file tells. Losses are in nats, shares in [0, 1].
// Its JSON form is documented in docs/report-schema.md.
type Report struct {
	Schema  int  `json:"schema"`            // version of this structure: 1
	Partial bool `json:"partial,omitempty"` // the pass was interrupted, or rows were skipped

	Rows    int64    `json:"rows"` // scored
	Ignored int64    `json:"ignored"`
	Classes int      `json:"classes"`
	Binary  bool     `json:"binary"`          // one logit a row
	Names   []string `json:"names,omitempty"` // of the classes
	Input   Decision `json:"input"`

	Loss       Loss       `json:"loss"`            // E1
	Perplexity float64    `json:"perplexity"`      // E2: exp(loss)
	PerpCI     [2]float64 `json:"perplexity_ci95"` // exp of the loss's interval
	Accuracy   Estimate   `json:"accuracy"`        // E17
	Prior      Prior      `json:"prior"`           // E4
	Soft       *Soft      `json:"soft_targets"`    // E5; null for hard labels
	Confidence Confidence `json:"confidence"`      // E6
	Groups     *Groups    `json:"groups"`          // of rows that are not independent; null without any
	PerClass   []Class    `json:"per_class"`       // E9

	Leaks         *Leaks         `json:"leaks"`                  // E11; null unless asked for
	Recalibration *Recalibration `json:"recalibration"`          // E7, E14; null unless asked for
	Text          *Text          `json:"text,omitempty"`         // E3; absent without the lengths of a text
	Noise         *Noise         `json:"label_errors,omitempty"` // E15; absent unless asked for
	Conformal     *Conformal     `json:"conformal,omitempty"`    // E20; absent unless asked for
	Buckets       []Buckets      `json:"buckets,omitempty"`      // E10, one for each of Config.By

	Calib      Calibration `json:"calibration"`            // E12
	Surprising []Surprise  `json:"surprising"`             // E16, by loss
	Unexpected []Surprise  `json:"surprising_given_doubt"` // E16, by standardised surprise
	Health     Health      `json:"health"`                 // E18
	Box        Box         `json:"feasible"`               // E19
	Warnings   []Warning   `json:"warnings"`
}

// Decision tells what the scores were taken for, and why.
type Decision struct {
	Kind   Input  `json:"kind"`
	Given  bool   `json:"given"` // by the user
	Reason string `json:"reason"`
}

// Estimate is a mean with its standard error.
type Estimate struct {
	Value float64 `json:"value"`
	SE    float64 `json:"se"` // NaN when there is only one row
}

// Loss is the mean cross-entropy.
type Loss struct {
	Nats     float64    `json:"nats"`
	Bits     float64    `json:"bits"`
	SE       float64    `json:"se"` // of Nats
	CI95     [2]float64 `json:"ci95"`
	Infinite int64      `json:"infinite"` // rows that cost +Inf
	Finite   float64    `json:"finite"`   // mean over the other rows, nats
	FiniteSE float64    `json:"finite_se"`
	Weight   float64    `json:"weight"` // the denominator
}

// Prior compares with always answering the label frequencies.
type Prior struct {
	Nats    float64  `json:"nats"`         // entropy of the label frequencies
	Miller  float64  `json:"miller_madow"` // the same, corrected for the sample's size
	Uniform float64  `json:"uniform"`      // ln K
	Skill   Estimate `json:"skill"`        // 1 - loss/prior
}

// Soft splits the loss against soft targets: cross-entropy = entropy + divergence.
type Soft struct {
	Entropy  float64 `json:"entropy"`
	KL       float64 `json:"kl"`
	Residual float64 `json:"residual"` // loss - entropy - kl
}

// Confidence compares the loss with the entropy that the model itself predicts.
type Confidence struct {
	Entropy float64 `json:"entropy"` // mean predicted entropy
	Gap     float64 `json:"gap"`     // loss - entropy; above 0: over-confident
	Z       float64 `json:"z"`
	P       float64 `json:"p"` // two-sided
}

// Groups tells how standard errors come from groups of rows, and what they would be if rows were independent.
type Groups struct {
	Groups        int64   `json:"groups"`           // that were scored, or the folds of too many
	Folded        bool    `json:"folded,omitempty"` // groups were put together at random, for there are too many to count
	Largest       int64   `json:"largest"`          // rows of the largest
	RowSE         float64 `json:"row_se"`           // of the finite loss, if rows were independent
	RowAccuracySE float64 `json:"row_accuracy_se"`
	Design        float64 `json:"design_effect"` // (standard error / RowSE)²: rows that tell as much as one independent row
	Freedom       float64 `json:"df"`            // degrees of freedom: one less than as many groups of equal weight as tell as much
	T             float64 `json:"t95"`           // standard errors to either end of an interval
}

// Leaks tell which wrong class takes the nats of which label.
type Leaks struct {
	Cells  []Leak      `json:"cells"`            // the largest, in order
	Matrix [][]float64 `json:"matrix,omitempty"` // nats by label and class, of few classes
}

// Leak is what one wrong class takes of one label.
type Leak struct {
	Label int     `json:"label"`
	Class int     `json:"class"`
	Nats  float64 `json:"nats"` // that it adds to the loss; all cells add up to it
	Rows  float64 `json:"rows"` // weight of the rows of the label that are said to be of the class
}

// Recalibration tells what dividing the logits by a temperature does, and splits the loss by it.
type Recalibration struct {
	Temperature float64   `json:"temperature"` // of least loss
	SE          float64   `json:"se"`
	AtEnd       bool      `json:"at_end,omitempty"` // the best temperature lies beyond 1/16 or 16
	Rows        int64     `json:"rows"`
	InSample    float64   `json:"in_sample"`   // loss at that temperature, of the rows it was fitted to
	Refinement  float64   `json:"refinement"`  // loss of each fold at the temperature of the others
	Resolution  float64   `json:"resolution"`  // prior - refinement
	Calibration float64   `json:"calibration"` // loss - refinement: what a temperature gains on other rows
	GainSE      float64   `json:"calibration_se"`
	P           float64   `json:"p"`                 // of such a gain where no temperature is needed
	Folds       []float64 `json:"folds"`             // temperatures of the rows outside each fold
	Methods     []Method  `json:"methods,omitempty"` // other ways, where asked for; with enough rows
}

// Method is a way to recalibrate, judged on rows that it was not fitted to.
type Method struct {
	ID       string  `json:"id"`
	Loss     float64 `json:"loss"`      // of each fold by the map of the others
	Gain     float64 `json:"gain"`      // against the rows as they are
	GainSE   float64 `json:"gain_se"`   // paired
	Accuracy float64 `json:"accuracy"`  // so, too
	ECE      float64 `json:"ece"`       // so, too
	InSample float64 `json:"in_sample"` // loss of the rows that the map was fitted to
	P        float64 `json:"p"`         // that a map which is not needed gains as much in sample
	Chosen   bool    `json:"chosen"`
	Fitted   Fitted  `json:"fitted"` // to all rows
}

// Fitted is a map of log-probabilities z to (1-ε)·softmax(scale∘z + bias) + ε/K, or with the matrix in place of the scale.
type Fitted struct {
	Scale   []float64   `json:"scale,omitempty"` // one for all classes, or one for each
	Matrix  [][]float64 `json:"matrix,omitempty"`
	Bias    []float64   `json:"bias,omitempty"`
	Epsilon float64     `json:"epsilon,omitempty"`
}

// Buckets tell the loss apart by a key of the rows.
type Buckets struct {
	By     string   `json:"by"`
	Values []Bucket `json:"values"`
}

// Bucket is what rows with the same key have in common.
type Bucket struct {
	Value    string   `json:"value"` // of the key
	Rows     float64  `json:"rows"`  // their weight
	Loss     Estimate `json:"loss"`
	Share    float64  `json:"contribution"` // to the loss; those of all buckets sum to it
	Accuracy float64  `json:"accuracy"`
	Gap      float64  `json:"gap"` // loss - predicted entropy
	Z        float64  `json:"z"`   // of the gap
	P        float64  `json:"p"`
	Differs  bool     `json:"differs"` // from 0, at 5 % among all buckets of the key
}

// Text tells the loss by lengths of the text, which are the same for every tokenizer.
type Text struct {
	BitsPerByte    Estimate   `json:"bits_per_byte"`
	BitsPerChar    Estimate   `json:"bits_per_char"`
	WordPerplexity float64    `json:"word_perplexity"`
	WordCI         [2]float64 `json:"word_perplexity_ci95"`
}

// Conformal tells of sets of classes that hold the label in all but a share of the rows.
type Conformal struct {
	Alpha      float64 `json:"alpha"`
	Calibrated int64   `json:"calibrated"` // rows that the thresholds come from
	Judged     int64   `json:"judged"`     // rows that tell how the sets do
	LAC        Sets    `json:"lac"`        // classes of at least some probability
	APS        Sets    `json:"aps"`        // the likeliest classes, up to some probability together
}

// Sets are conformal sets of one score.
type Sets struct {
	Threshold float64    `json:"threshold"` // of the score: -ln p for LAC; +Inf with too few rows
	Coverage  float64    `json:"coverage"`  // share of the sets that hold the label
	CI95      [2]float64 `json:"ci95"`
	Size      Estimate   `json:"size"` // classes in a set
	Empty     int64      `json:"empty"`
	Single    int64      `json:"single"`
}

// Noise tells which labels are probably wrong: if wrong ones are drawn at random, and, without saying how, where the model
// is sure of another class.
type Noise struct {
	Rate        float64    `json:"rate"` // share of the labels that are wrong
	CI95        [2]float64 `json:"ci95"`
	Epsilon     float64    `json:"epsilon"` // share that is drawn at random, right ones included
	Temperature float64    `json:"temperature"`
	Fitted      int64      `json:"fitted"`    // rows
	Random      int64      `json:"random"`    // rows that are more probably random than not
	Precision   float64    `json:"precision"` // of them, share that the model of noise expects to be random
	Suspects    []Suspect  `json:"suspects"`  // those, most probable first
	Confident   int64      `json:"confident"` // rows where the model is as sure of another class as it is of that one's own rows
	Confusions  []Confused `json:"confusions"`
}

// Suspect is a row whose label is probably wrong.
type Suspect struct {
	Row    int64   `json:"row"`
	Label  int     `json:"label"`
	Said   int     `json:"said"`   // the likeliest class
	P      float64 `json:"p"`      // of the label
	Random float64 `json:"random"` // probability that the label is random
	Sure   int     `json:"sure"`   // the class that the model is confident of; -1 for none
}

// Confused counts rows labelled one class and confidently said to be another.
type Confused struct {
	Label int   `json:"label"`
	Class int   `json:"class"`
	Rows  int64 `json:"rows"`
}

// Class is the share of one class in the loss.
type Class struct {
	Class    int     `json:"class"`
	Name     string  `json:"name,omitempty"`
	Rows     float64 `json:"rows"`         // weight of the rows labelled so
	Loss     float64 `json:"loss"`         // their mean loss
	Share    float64 `json:"contribution"` // nats that they add to the total loss
	Gain     float64 `json:"gain"`         // nats saved against the prior
	Recall   float64 `json:"recall"`
	Expected float64 `json:"expected"` // rows that the model expects: Σ p_k
	Z        float64 `json:"z"`        // (rows - expected) / standard deviation
	P        float64 `json:"p"`        // of a difference at least as large, two-sided
	Differs  bool    `json:"differs"`  // p significant after Benjamini-Hochberg at 5 %
}

// Calibration is the expected calibration error, in equal-mass bins, beside what a calibrated model would show.
type Calibration struct {
	ECE    float64 `json:"ece"`
	Null   float64 `json:"null_mean"` // expected under perfect calibration
	Null95 float64 `json:"null_95"`
	P      float64 `json:"p"`
	Bins   []Bin   `json:"bins"`
}

// Bin is one bin of the reliability diagram.
type Bin struct {
	Rows       float64    `json:"rows"`
	Confidence float64    `json:"confidence"`
	Accuracy   float64    `json:"accuracy"`
	CI95       [2]float64 `json:"ci95"`      // of the accuracy; Wilson
	NullCI     [2]float64 `json:"null_ci95"` // where the accuracy would lie under perfect calibration
}

// Surprise is a row that cost much.
type Surprise struct {
	Row    int64     `json:"row"`
	Label  int       `json:"label"` // class of highest target for soft labels
	Loss   float64   `json:"loss"`
	Z      float64   `json:"z"`                // (loss - entropy) / standard deviation of the surprisal
	Margin float64   `json:"margin"`           // log-probability of the label less that of the best other class
	Top    []Choice  `json:"top"`              // the five likeliest classes
	Scores []float64 `json:"scores,omitempty"` // as in the file, for at most 100 classes
}

// Choice is a class with its probability.
type Choice struct {
	Class int     `json:"class"`
	P     float64 `json:"p"`
}

// Health counts what numbers a file holds.
type Health struct {
	DType    string  `json:"dtype"`
	MaxAbs   float64 `json:"max_abs"`        // of the finite scores
	Rounding float64 `json:"rounding_bound"` // bound on the loss's error from storage, nats
	NaN      int64   `json:"nan"`
	PosInf   int64   `json:"pos_inf"`
	NegInf   int64   `json:"neg_inf"`
	NaNRows  []int64 `json:"nan_rows,omitempty"` // first few rows whose loss is NaN
}

// Box is the range of losses that is possible for this accuracy.
type Box struct {
	Lower    float64 `json:"lower"`    // (1-a)·ln 2: no loss can be less
	Fano     float64 `json:"fano"`     // h(a) + (1-a)·ln(K-1): no calibrated model can exceed it
	Position float64 `json:"position"` // 0 at Lower, 1 at Fano
}

// Warning is a doubt about the report.
type Warning struct {
	ID      string `json:"id"` // stable: "few-rows-in-bins"
	Message string `json:"message"`
	Field   string `json:"field,omitempty"` // of the report, where the footnote belongs: "calibration.ece"
}
