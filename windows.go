package xent

// A Window is a stretch of a text that a model reads at once, and which of its tokens are scored there.
type Window struct {
	Begin, End int // the tokens Begin to End-1 are read
	From       int // the tokens From to End-1 are scored
}

// Count returns how many tokens are scored.
func (w Window) Count() int { return w.End - w.From }

// Rows returns which rows of the window's logits score: row r, of token Begin+r, predicts the token after it, so
// that rows lo to hi-1 belong to the labels tokens[w.From:w.End]. The last row predicts a token outside.
func (w Window) Rows() (lo, hi int) { return w.From - 1 - w.Begin, w.End - 1 - w.Begin }

// WindowPlan is how to score a text that is longer than a model can read.
type WindowPlan struct {
	Windows []Window
	Scored  int // tokens that are scored, each in exactly one window

	// Unscored counts the tokens after the first that no window scores, because the token before them is in
	// another: none unless Stride is the window's length. The first token is never scored.
	Unscored int
}

// PlanWindows returns windows of a text that each begin stride tokens after the one before, until one reaches the
// end. A window scores what none before it has scored, so that no token counts twice, however much the windows
// overlap:
//
//	WindowPlan of 10 tokens, length 4, stride 2:   reads [0,4) [2,6) [4,8) [6,10), scores [1,4) [4,6) [6,8) [8,10)
//
// All but the first stride tokens are predicted from at least length - stride tokens before them: a small stride is
// slower and gives the lower, fairer perplexity. To add up losses of windows, merge their Results: a mean of means
// weighs windows of few tokens like those of many.
//
// Errors: *OptionError unless 1 ≤ stride ≤ length and 2 ≤ length, for a longer stride leaves tokens out, and for
// tokens below 0.
// Memory: the plan.
func PlanWindows(tokens, length, stride int) (WindowPlan, error) {
	const fn = "PlanWindows"
	switch {
	case tokens < 0:
		return WindowPlan{}, &OptionError{fn, "tokens", itoa(tokens), "0 or more"}
	case length < 2:
		return WindowPlan{}, &OptionError{fn, "length", itoa(length), "at least 2: one token to read, one to predict"}
	case stride < 1 || stride > length:
		return WindowPlan{}, &OptionError{fn, "stride", itoa(stride), "1 ≤ stride ≤ " + itoa(length) + " (the length)"}
	}
	var plan WindowPlan
	done := 0
	for begin := 0; done < tokens; begin += stride {
		w := Window{Begin: begin, End: begin + min(length, tokens-begin), From: max(done, begin+1)}
		plan.Windows = append(plan.Windows, w)
		plan.Scored += w.Count()
		done = w.End
	}
	plan.Unscored = max(tokens-1, 0) - plan.Scored
	return plan, nil
}
