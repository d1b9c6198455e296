package doctor

import "slices"

// An Explanation tells a reader how something is found and what to do about it.
type Explanation struct {
	ID, Code, Summary string
	How               string // what is measured, and from where on it speaks
	Why               string // what it means, and how one gets there
	Do                string // what to do
}

// All returns what is looked for: every finding that detectors make, without How, Why and Do.
func All() []Explanation {
	var all []Explanation
	for _, list := range [...][]Detector{Detectors, FileDetectors(), CurveDetectors(), FlowDetectors()} {
		for i := range list {
			d := &list[i]
			if slices.ContainsFunc(all, func(e Explanation) bool { return e.ID == d.ID }) {
				continue // of a curve, too
			}
			all = append(all, Explanation{ID: d.ID, Code: d.Code, Summary: d.Summary})
			if d.ID == "over-confident" {
				all = append(all, Explanation{ID: "under-confident", Code: d.Code, Summary: d.Summary})
			}
		}
	}
	return all
}

// IDs returns the name of every finding.
func IDs() []string {
	var ids []string
	for _, e := range All() {
		ids = append(ids, e.ID)
	}
	return ids
}

// Code returns the number of a finding in the list of detectors; "" for an ID that is none.
func Code(id string) string {
	for _, e := range All() {
		if e.ID == id {
			return e.Code
		}
	}
	return ""
}

// Looking returns the IDs of the detectors that have something to look at in c.
func Looking(c Case) []string {
	ids, all := []string{}, slices.Concat(Detectors, FileDetectors(), CurveDetectors(), FlowDetectors())
	for i := range all {
		d := &all[i]
		looks := c.Sample != nil && d.Rows != nil || c.Log != nil && d.Log != nil || c.Curve != nil && d.Curve != nil || c.Flow != nil && d.Flow != nil
		if looks && !slices.Contains(ids, d.ID) {
			ids = append(ids, d.ID)
		}
	}
	return ids
}

// Explain returns the explanation of a finding; false for an ID that is none.
func Explain(id string) (Explanation, bool) {
	for _, e := range All() {
		if e.ID != id {
			continue
		}
		text := explanations[id]
		e.How, e.Why, e.Do = text[0], text[1], text[2]
		return e, true
	}
	return Explanation{}, false
}

// explanations are how a finding is found, what it means, and what to do.
var explanations = map[string][3]string{
	"nan-rows": {
		"Counts NaN, +Inf and -Inf in every row. A row has no softmax if it holds a NaN, more than one +Inf, or nothing but -Inf. Single -Inf are masks and say nothing. Whether whole rows, one class or single scores are hit is part of the message.",
		"The loss of such a row is NaN, and so is every mean that includes it. Whole rows come from a broken input, one class from a dead unit or a wrong mask, single scores from an overflow: float16 ends at 65504.",
		"Look at the inputs of the rows that are listed and find the first layer whose output is not finite. Compute the last layer in float32.",
	},
	"infinite-rows": {
		"Counts rows whose label has probability exactly 0.",
		"Such a row costs infinitely much, and the mean loss is infinite however good the other rows are. Probabilities were rounded to 0 when they were stored, or a mask excludes the true class.",
		"Keep logits, which do not round to infinity. Where a mask excludes classes, check that it never excludes the label.",
	},
	"one-hot-scores": {
		"Every row holds a single 1 and zeros. Probabilities look like this only if every single row is certain to the last bit.",
		"The first file holds labels. Most often the two arguments were swapped.",
		"Give the scores first and the labels second.",
	},
	"not-probabilities": {
		"With --input probs, counts rows that leave [0, 1] or whose sum is off 1 by more than 10 times what rounding can do in their element type; with --input logprobs the same of their exponentials.",
		"Scores measured as what they are not give a loss that means nothing.",
		"Leave --input out, or say what they are: the message tells what they look like.",
	},
	"input-is-probabilities": {
		"All entries of 99.9 % of the rows lie in [0, 1] and sum to 1 within the rounding of their element type. It is an error where the scores were said to be logits (--input logits) and there are 32 rows or more.",
		"A loss that takes logits applies softmax to them again. It then cannot go below ln(1 + (K-1)/e) nats, its gradients are small, and training stalls while the accuracy looks well.",
		"Take the softmax out of the model, or use a loss that takes probabilities.",
	},
	"log-probabilities": {
		"No entry is above 0 and the exponentials of 99.9 % of the rows sum to 1, both within rounding.",
		"Log-softmax leaves log-probabilities as they are, so a loss that takes logits is right for them too. People often report this as a bug; it is none.",
		"Nothing.",
	},
	"log-base": {
		"2 to the power of the scores, or 10, sums to 1 in the rows tried, 32 or more, while e to their power does not.",
		"Logarithms to another base are logits of a tempered model: softmax makes other probabilities of them.",
		"Multiply the scores by ln 2 or ln 10.",
	},
	"labels-out-of-range": {
		"Counts labels that name no class, with their histogram: -100 is the usual label to ignore; labels from 1 to K start at 1.",
		"Such rows cannot be scored. Some libraries read beyond the array, or ignore them in silence.",
		"--ignore-index or --label-base, whichever the message names.",
	},
	"labels-shifted": {
		"Compares the loss with that of labels that are 1 or 2 more or less, around the end. Even rows choose the shift, odd rows judge: it must save 0.5 nats a row and be 10 standard errors from 0, and the accuracy must then be at least half of what the model believes.",
		"Classes were counted from another number, or one was inserted before them.",
		"Check from which number on the classes are counted, in the data and in the model.",
	},
	"labels-permuted": {
		"Looks for the order of the classes that costs the even rows least (an assignment problem, solved exactly) and judges it on the odd rows: it must save 0.2 nats a row, 6 standard errors, and 10 % of accuracy. Up to 256 classes.",
		"Scores and labels number the classes in different orders. Folders sorted as words put 10 before 2.",
		"Take the list of classes from one place for both.",
	},
	"rows-misaligned": {
		"Takes the mean probability that rows give the labels further up or down, up to 64 rows. One lag other than 0 must stand out by 8 standard deviations of all the others, and by 10 % of probability.",
		"One of the files lost or gained rows: a header read as data, a filter, the last batch dropped.",
		"Look for what drops or adds rows of one file alone.",
	},
	"constant-predictions": {
		"The information that predictions carry, H(mean p) - mean H(p), is below 0.0001 nats.",
		"The output does not depend on the input: dead units, a collapsed network, batch statistics of another mode, an input that never arrives.",
		"Feed two very different inputs and follow them through the layers until they become the same.",
	},
	"predictions-independent-of-labels": {
		"The share of right answers is within 3 standard errors of what chance gives at these frequencies of predicted classes and labels, while the model is surer of itself by 20 %.",
		"The predictions are those of a model that knows something, but not about these labels. Most often rows were shuffled between two passes.",
		"Make both files in one pass over the data, and compare a checksum of the inputs.",
	},
	"untrained": {
		"The loss is within 3 standard errors of ln K and the mean entropy above 99 % of it. Silent where one class has more than 90 % of the rows.",
		"This is the loss of a model before its first step.",
		"Check that weights were loaded and that the optimiser holds the parameters it should step.",
	},
	"class-prior": {
		"The skill lies within 2 % of 0, the mean prediction within 0.01 nats of the label frequencies, and predictions carry less than 0.02 nats.",
		"The model learnt how frequent the classes are and nothing of the inputs.",
		"Train on inputs replaced by zeros: if the loss stays the same, they were never used.",
	},
	"worse-than-prior": {
		"The loss exceeds the entropy of the label frequencies by 5 standard errors and what their estimation can be off.",
		"Always answering the frequencies would lose less. High accuracy with such a loss is over-confidence, low accuracy a mismatch of labels and rows.",
		"Look at the accuracy, then at the other findings.",
	},
	"clipped-probabilities": {
		"Counts losses within 0.001 nats of what a clipped probability costs (13.816 for 1e-6, 15.942 for the rounding of float32, 100 for PyTorch's binary loss, and so on). At least 5 rows and 0.1 % of all must lie there, and ten times as densely as beside it.",
		"A library clipped the probabilities before taking logarithms. The reported loss is then too small, and where it was clipped in training the gradient was 0.",
		"Keep the logits and let the loss take them.",
	},
	"over-confident": {
		"Compares the likelihood of the labels at ten temperatures with that at 1. Under calibration a ratio above x has a probability of at most 1/x, whatever the rows; the limit is 14.5 nats. The gain must be 1 % of the loss.",
		"The model expects to lose less than it does. Networks trained to the end of their loss are usually so.",
		"Divide the logits by the temperature that the message gives, fitted on rows that were held out.",
	},
	"under-confident": {
		"As over-confident, with a best temperature below 1.",
		"The model expects to lose more than it does. Label smoothing, mixing of examples, or scaled scores do that.",
		"Divide the logits by the temperature that the message gives, fitted on rows that were held out.",
	},
	"double-softmax": {
		"From a printed loss L and accuracy a: |L - (f + 1 - a)| is at most 0.05, with f = ln(1 + (K-1)/e), and L is above what any calibrated model of that accuracy has. It is an error if wrong rows would have to cost 12 nats each otherwise. From a training curve: the loss stays at f or above while the accuracy passes 90 %. From scores alone it is never more than a warning: a best temperature above 3, with more than half of the rows surer than 99 %.",
		"A loss that takes logits was given probabilities. It lies in [f, f + 1] whatever the model does, and its gradient is smaller by a factor of K.",
		"Take the last softmax out of the model.",
	},
	"loss-below-box": {
		"A wrong answer costs ln 2 at least, so no loss is below (1 - a)·ln 2. The inequality is exact; what was printed is taken to be rounded to two decimals.",
		"Loss and accuracy come from different rows, masks or scales: a loss averaged over padding, an accuracy without it.",
		"Compute both from the same rows, in the same pass.",
	},
	"loss-above-fano": {
		"A calibrated model of accuracy a loses at most h(a) + (1 - a)·ln(K - 1) (Fano). The margin is 5 standard errors, those of the accuracy included.",
		"The answers are better than the probabilities.",
		"Fit a temperature on rows that were held out and look at the costliest rows.",
	},
	"blank-rows": {
		"Counts rows in which every score is 0, where other rows hold more. 32 or more of them in one stretch are an error; 1 % of the rows, scattered, a warning.",
		"A stretch of zeros is what a write that did not finish, a shard that failed or a preallocated array leaves behind. Such rows cost ln K each.",
		"Export the rows again. If they were masked on purpose, give them the label to ignore.",
	},
	"double-sigmoid": {
		"All scores lie in [0, 1] and fill it from below 0.05 to above 0.95, in 32 rows or more, and rows do not sum to 1. Of a single column it speaks only where the scores were said to be logits.",
		"Logits have no bounds; sigmoids do. A loss that takes logits applies a sigmoid or softmax to them again and cannot come near 0.",
		"Give the loss the values from before the sigmoid. Several sigmoids a row want a binary loss each, not a softmax.",
	},
	"rounded-scores": {
		"Looks whether all of the first scores are multiples of 1, 0.1, 0.01 or 0.001, or hold no more bits than bfloat16 or float16. A note where that can have moved the loss by more than 1 %; a warning for steps of 0.1 and more that are 10 % of the loss.",
		"A step s moves the loss by s at most, a relative rounding u by 2u·max|z|; both mostly by far less, because errors of many rows cancel.",
		"Store the scores as float32, or print more digits.",
	},
	"padded-classes": {
		"Columns at the end hold the same score in every row, of 32 or more, and are never a label.",
		"Vocabularies are padded to a round number. Padding takes part in ln K and in label smoothing, and in the softmax unless its score is -Inf, which makes this a note.",
		"Keep the columns of real classes.",
	},
	"padding-counted": {
		"One label comes mostly in runs longer than three that make up 5 % of the rows, and costs less than 0.01 nats, while other labels do not repeat and cost ten times as much. From 64 classes on.",
		"Padding behind the end of sequences is easy to predict. Counted in the mean, it makes the loss look better than it is, the more the shorter the texts.",
		"--ignore-index with that label, and ignore it in training.",
	},
	"tokens-shifted": {
		"Compares the probability that rows give the labels beside them and one or two further up or down, from 256 classes on. Another must have three times the probability, 10 % more of it, and save 0.5 nats a row by 10 standard errors.",
		"A language model's row t belongs to token t + 1. Some libraries shift inside the model, some expect it from their caller; done twice or not at all, the loss is that of other tokens.",
		"Compare scores[:-1] with tokens[1:], once.",
	},
	"broken-stretch": {
		"Cuts the file into at most 64 stretches. In some, the share of right answers must be that of chance while the model is surer of itself by 20 %, 8 standard errors and a factor of two; in the others it must be right. Stretches whose labels are of another mixture than the file's are left out, because files are often sorted.",
		"A shard whose labels or scores belong to other rows: written twice, cut, or shuffled by itself.",
		"Compare the rows that are listed with their source.",
	},
	"duplicate-rows": {
		"Hashes every row and keeps the 16,384 smallest hashes with how often they occur, all of them in smaller files. More than 1 % of the rows must be copies of another, to the last bit. It looks at logits with enough digits only.",
		"The same inputs occur more than once. Standard errors are then too small; copies on both sides of a split let a model remember its answers; copies with different labels bound the loss from below.",
		"Compare inputs by content before splitting them.",
	},
	"seen-in-training": {
		"99.9 % of 1000 rows or more are predicted right.",
		"Most often these are the rows that the model was trained on. Nothing can then be said of its calibration.",
		"Judge on rows that the model has not seen.",
	},
	"label-smoothing": {
		"The upper half of the confidences lies within 3 % of probability, below 99 %, hardly any row is surer, and the accuracy is higher.",
		"Labels smoothed by s are best predicted with 1 - s + s/K, and networks learn that ceiling. The loss without smoothing then looks worse than the predictions are.",
		"Compare models by the loss without smoothing, after fitting a temperature.",
	},
	"loss-not-finite": {
		"The first point of the loss that is NaN or infinite. With the norms of gradients at hand it tells whether they had grown to 4 times the usual.",
		"From there on the weights are no numbers either, unless steps are skipped.",
		"Save the batch of that step, look for the first layer whose output is not finite, and clip the gradient if its norm had grown.",
	},
	"loss-at-start": {
		"Compares the loss at step 0 or 1 with ln K. More than 0.5 nats above is a warning, more than 4 an error; 0.3 below is a warning. The standard deviation of the logits that explains it is found by simulation.",
		"A model without opinion loses ln K. Above it, the last layer begins too large, and the first steps only make it smaller. Below it, something is known beforehand: the labels leak, or this is no beginning.",
		"Begin with a small last layer whose bias is the logarithm of the class frequencies.",
	},
	"loss-plateau": {
		"The median of the last tenth of the points, which has stopped moving, is within 2 standard errors of ln K, of ln 2, or of what a clipped probability costs.",
		"These values have causes: ln K is a model that learns nothing, ln 2 a coin for each output, a clipped value labels of probability 0.",
		"Follow the cause that is named.",
	},
	"loss-spikes": {
		"Losses that are 8 standard deviations above the median of the 101 points around them, the deviation from the median absolute deviation, and half as large again.",
		"A batch of another kind, or an update that went too far. With the norms of gradients at hand it tells which: they stand out before, or they do not.",
		"Look at the batches; clip the gradient's norm near the ninth decile of what is usual; warm up for longer.",
	},
	"clipping-too-hard": {
		"More than half of the logged norms are the largest one, within 0.1 %.",
		"Clipping is meant for the exception. Done at every step it makes of each gradient a direction of fixed length, and the learning rate decides alone.",
		"Clip at a larger norm and lower the learning rate.",
	},
	"resume-jump": {
		"The median of 20 points is 8 standard deviations, and 5 % of the loss, above that of the 20 points before.",
		"A run that was resumed without its optimiser's state or with other data begins anew in part.",
		"Restore the optimiser, the schedule and the place in the data.",
	},
	"validation-diverges": {
		"The validation loss has risen by a tenth from its least value, by more than its noise, while the training loss fell.",
		"The model learns its rows by heart. Where the validation accuracy holds, it only becomes over-confident: its probabilities are worse, its answers are not.",
		"With a falling accuracy stop early or regularise; else fit a temperature and go on.",
	},
	"batch-means": {
		"Looks for a period at one phase of which points are among the fifth that is farthest from the median around them, far more often than chance allows.",
		"The last batch of an epoch is smaller and its mean noisier. Averaged with the others as if it were whole, it biases the mean.",
		"Drop the last batch, or weight batches by their rows or tokens.",
	},
	"vanishing-gradient": {
		"Compares the RMS gradient of layers that multiply: the last is 1000 times the first, or a line through log10 RMS rises by more than 0.3 a layer and by 1.5 in all.",
		"The first layers learn hardly anything while the last ones do. A sigmoid's slope is at most a quarter, so that each layer of them takes three quarters or more away; a loss can only make all layers' gradients smaller by one factor.",
		"Use ReLU or GELU with weights of He, residual connections, or normalisation.",
	},
	"exploding-gradient": {
		"The same comparison the other way round: the first layer's RMS gradient is 1000 times the last one's, or the line falls as steeply.",
		"Each layer multiplies the gradient by more than 1. A step that suits the last layers throws the first ones off.",
		"Draw smaller weights, normalise between the layers, and clip the gradient by its norm.",
	},
	"no-gradient": {
		"Arrays whose gradient is exactly 0 in every element, in every step that was given.",
		"The loss does not depend on them, or not by a way that can be differentiated.",
		"Look for a detach, an argmax or a rounding between them and the loss.",
	},
	"update-ratio": {
		"The norm of a step divided by the norm of the weights, for each matrix; 1e-3 is usual, below 1e-5 or above 1e-2 is a warning.",
		"Far below, the weights would need very many steps to become others; far above, what was learnt is lost at each.",
		"Multiply the learning rate by 1e-3 over the ratio.",
	},
	"float16-underflow": {
		"Counts gradients that are not 0 and below 2^-24, the smallest number of float16, and those below 2^-14, where it loses digits. More than 1 % is told.",
		"In half precision such gradients become 0 and their weights stand still.",
		"Train in bfloat16, or multiply the loss by the scale that is named and divide the gradient by it.",
	},
	"dead-units": {
		"Rows of a weight's gradient (columns of a kernel of Keras and JAX) that are 0 in every step: more than a tenth of them. Embeddings are left out. A unit that was silent in n rows is active in fewer than 3/n of all, with 95 % confidence.",
		"A ReLU whose input is negative for every row passes nothing back and cannot come back to life.",
		"Lower the learning rate, let biases begin at 0, or use a leaky ReLU or GELU.",
	},
	"gradient-not-finite": {
		"Counts NaN and infinities, and finds the first step that has them and the layers that are hit.",
		"A backward pass goes from the loss to the input and carries NaN along: it arose right behind the last layer that is hit. All layers hit means that the loss itself was.",
		"Follow the place that is named; look at the same batch's activations there.",
	},
	"loss-identified": {
		"Fits the gradient by the logits, by least squares, as a multiple of the gradients of six losses on the same logits and labels. One is named where R² is above 0.999 and the runner-up 0.01 below, or misses 100 times as much. The multiple tells what the loss was divided by.",
		"A gradient says which loss a program really computes, and whether it is a sum or a mean.",
		"Compare it with what was meant.",
	},
	"gradient-rows": {
		"Sums each row of the gradient by the logits; more than 1 % of the row's absolute sum is told.",
		"A softmax does not change when all logits of a row do by the same amount, so the gradient of any loss of it sums to 0 in each row.",
		"See that softmax is taken over the classes.",
	},
	"gradient-clipped": {
		"More than half of at least 5 steps have the largest norm, within 0.1 %.",
		"Clipping is meant for the exception. Done at every step it makes of each gradient a direction of fixed length.",
		"Clip at a larger norm and lower the learning rate.",
	},
	"gradient-noise": {
		"The gradient noise scale, from micro-batches of one step; its interval lies a factor of 10 or more beside the batch.",
		"Far below the scale, steps are led by chance and twice the batch saves nearly half of them; far above it, a larger batch changes nothing.",
		"Choose a batch of about the scale, unless memory or the count of machines decides.",
	},
	"gradient-turns": {
		"The cosine of each step's gradient with the one before: its mean is below -0.1.",
		"Steps that go back and forth are longer than the valley is wide.",
		"Lower the learning rate.",
	},
}
