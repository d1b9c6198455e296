// Package lab holds the explorers of the interactive chapter as pure functions: parameters in, a view out.
//
// An explorer is one file and one or more functions of the shape
//
//	func Name(params NameParams) (NameView, error)
//
// where both types are plain structs of numbers, booleans, strings, slices and structs of these.
// Everything that a page shows is in the view: values in the unit asked for, and the strings that
// stand in formulas and tables, so that a page neither takes a logarithm nor rounds a number.
// The losses themselves are those of packages xent and info.
//
// Running go generate in xent/lab turns every function of this shape into a WebAssembly export and a typed
// TypeScript function of the same name: to add an explorer, write one function and generate.
//
//	explorer                             file              functions
//	E0 codewords and a message           code.go           Code
//	E1 cross-entropy of a softmax        crossentropy.go   CrossEntropy, SolveLogit
//	   its live formula                  formula.go
//	   the loss against probability      losscurve.go      LossCurve, Surprisal
//	E2 binary cross-entropy              binaryloss.go     BinaryLoss, BinaryCurves
//	E3 softmax and its temperature       softmax.go        Softmax
//	   entropy and loss against T        softmaxcurve.go   SoftmaxCurve
//	   all slopes of a softmax           jacobian.go       Jacobian
//	   draws, top-k and top-p            sample.go         Sample
//	   the same in float32               maxtrick.go       MaxTrick
//	   a teacher and its student         distil.go         Distil
//	E4 entropy + KL = cross-entropy      kl.go             KL
//	   the way from q to p               klpath.go         KLPath
//	   three classes as a triangle       ternary.go        Ternary, TernaryPoint
//	E5 likelihood of a dataset           likelihood.go     Likelihood
//	   along the probability of a face   likelihoodcurve.go  LikelihoodCurve
//	E6 squared error or cross-entropy    compare.go        CompareLosses
//	   the curves of both                lossshapes.go     LossShapes
//	   a race of two neurons             lossrace.go       LossRace
//	E8 the doctor's bench                doctor.go         Doctor
//	   its rows, and what breaks them    benchset.go
//	   a loss beside its accuracy        lossmap.go        LossMap
//	E9 a loss in few bits                stability.go      StableLoss
//	   formats, bit by bit               floats.go
//	E10 the die of a given mean          maxent.go         MaxEntropy, MaxEntropyCurves
//	E7 gradients of a real network       flow.go           Flow
//	   its runs and its chain rule       flownet.go, flowview.go, flowchain.go
//	perplexity of a sentence             tokens.go         Perplexity
//	the bound of a small autoencoder     elbo.go           ELBO
//	distributions that are dragged       simplex.go        Redistribute, Normalise
//	a reader's own row, for an explorer  ownrow.go         OwnRow
//	figures of two reports               difference.go     Difference
//	amounts of information               inunit.go         InUnit
//	numbers as text                      format.go         Format
//
// The browser loads the explorers in four cores, so that a reader of a chapter does not wait for what others bring
// along: files with the build constraint "!js || training", practice or bench are for the core of that name, all
// others for the one of the chapters; a function with the directive lab:everywhere is in each. A page names its core
// in web/src/routes.ts.
//
// Special values: NaN is refused with a [ParamError]; infinities are computed with and printed as ∞.
// Memory: a view is fresh memory, owned by the caller.
package lab

//go:generate go run xent/internal/labgen
