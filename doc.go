// Package xent computes the cross-entropy family of losses of a batch, and their exact gradients.
//
//	logits := xent.LogitsOf(x, 10)                              // a view, not a copy
//	res, err := xent.CrossEntropyGrad(grad, logits, labels, nil) // loss and gradient in one pass
//	fmt.Println(res.Mean(), res.Mean().Bits(), res.Weight)
//
// # Grammar
//
// Each loss X comes as three functions. X returns the loss, XGrad also stores its gradient, and
// XRows the loss of each row; destinations come first, options last, nil is the usual loss:
//
//	X(in…, opt)    XGrad(grad, in…, opt)    XRows(loss, in…, opt)
//
// Batches are views of flat slices ([Matrix], with strides), float32 or float64. The caller owns all
// memory: a gradient may overwrite the logits, and nothing is allocated when Workers is 1, unless the
// comment of a loss says so. A loss
// is a [Result]: a sum and what the mean divides by, which merges with those of other batches.
//
// [Logits], [Probs] and [LogProbs] are different types, so that a softmax before a loss that takes
// logits does not compile.
//
// # Map
//
//	loss                      function             options                    PyTorch                             source
//	cross-entropy, labels     CrossEntropy         Options                    F.cross_entropy(x, index)           Bridle 1990
//	cross-entropy, targets    SoftCrossEntropy     Options                    F.cross_entropy(x, probabilities)   Bridle 1990
//	log-loss, labels          LogLoss              LogLossOptions             F.nll_loss(log p, index)            Good 1952
//	log-loss, targets         SoftLogLoss          LogLossOptions             -                                   Good 1952
//	class weights             all of these         Weights                    weight=                             -
//	row weights, masks        all of labels        RowWeights                 (F.cross_entropy(…, reduction='none')*w).sum()  -
//	images, [n, c, h, w]      all of these         LogitsOf(x, c, h, w)       F.cross_entropy                     -
//	accuracy, top-k           CrossEntropy         TopK                       -                                   -
//	ignored rows              CrossEntropy, LogLoss  IgnoreIndex              ignore_index=                       -
//	label smoothing           both of these        Smoothing                  label_smoothing=                    Szegedy et al. 2016, §7
//	focal loss                both of these        Focus                      -                                   Lin et al. 2017
//	poly-1                    both of these        Poly                       -                                   Leng et al. 2022
//	generalised cross-entropy both of these        Robustness                 -                                   Zhang and Sabuncu 2018
//	symmetric cross-entropy   both of these        Poly                       -                                   Wang et al. 2019
//	temperature               both of these        Temperature                x/T                                 Hinton et al. 2015
//	z-loss                    both of these        ZPenalty                   -                                   Chowdhery et al. 2022, §5
//	logit soft-capping        both of these        SoftCap                    cap*tanh(x/cap)                     Gemma 2 2024, §2
//	fused linear layer        LinearCrossEntropy   LinearOptions              F.linear_cross_entropy                Wijmans et al. 2024
//	classes over machines     ShardedCrossEntropy  ShardOptions               - (Megatron-LM: vocab parallel)       Shoeybi et al. 2019
//	adaptive softmax          AdaptiveCrossEntropy LinearOptions              nn.AdaptiveLogSoftmaxWithLoss         Grave et al. 2017
//	hierarchical softmax      HierarchicalCrossEntropy  LinearOptions         -                                   Morin and Bengio 2005
//	sampled softmax           SampledCrossEntropy  SampledOptions             - (TensorFlow: sampled_softmax_loss)   Jean et al. 2015
//	NCE, negative sampling    SampledCrossEntropy  Contrast                   - (TensorFlow: nce_loss)              Gutmann and Hyvärinen 2010
//	binary, multi-label       BinaryCrossEntropy   BinaryOptions              F.binary_cross_entropy_with_logits  Cox 1958
//	binary, of probabilities  BinaryLogLoss        BinaryOptions              F.binary_cross_entropy              Good 1952
//	positive weights          BinaryCrossEntropy   PosWeight                  pos_weight=                         -
//	element weights, masks    BinaryCrossEntropy   Weights, Elements, Ignore  weight=                             -
//	sigmoid focal loss        BinaryCrossEntropy   Focus, Balance             torchvision sigmoid_focal_loss      Lin et al. 2017
//	asymmetric loss           BinaryCrossEntropy   NegativeFocus, Margin      timm AsymmetricLossMultiLabel           Ridnik et al. 2021
//	Brier score of logits     Brier                BrierOptions               -                                   Brier 1950
//	squared error, Brier      SquaredError         SquaredOptions             F.mse_loss(p, t)                    Brier 1950
//	KL, either direction      Divergence           KL, ReverseKL              F.kl_div(log q, p)                      Kullback and Leibler 1951
//	KL of log targets         Divergence           p LogProbs                 F.kl_div(log_target=True)               -
//	Jensen-Shannon            Divergence           JS, Mix                    -                                       Lin 1991
//	other divergences         Divergence           DivergenceKind             -                                       -
//	distillation              Distill              DistillOptions             T*T*F.kl_div(...), by hand              Hinton et al. 2015
//	decoupled distillation    Distill              Decoupled                  -                                       Zhao et al. 2022
//	Gaussian NLL              GaussianNLL          GaussianOptions            F.gaussian_nll_loss                     Nix and Weigend 1994
//	KL of a VAE, free bits    GaussianKL           GaussianKLOptions          -0.5*sum(1+lv-mu**2-exp(lv)), by hand   Kingma and Welling 2014
//	ELBO                      GaussianKL, beside a reconstruction loss (see its example)                              Kingma and Welling 2014
//	KL of two normals         GaussianKL           Reverse                    torch.distributions.kl_divergence       -
//	likelihood of bins        GaussianNLL          Bins                       -                                       Ho et al. 2020, §3.3
//	bound of diffusion        GaussianKL, GaussianNLL in bins (see their examples)                                    Ho et al. 2020
//	Poisson NLL               PoissonNLL           PoissonOptions             F.poisson_nll_loss                      Nelder and Wedderburn 1972
//	InfoNCE, CLIP             InfoNCE              InfoNCEOptions             F.cross_entropy(x, arange), twice       van den Oord et al. 2018
//	NT-Xent                   NTXent               NTXentOptions              -                                       Chen et al. 2020
//	sparsemax, entmax losses  EntmaxLoss           EntmaxOptions              -                                       Blondel et al. 2020
//	loss of any prediction    FenchelYoung         FenchelYoungOptions        -                                       Blondel et al. 2020
//	ordinal, CORAL            Ordinal              OrdinalOptions             -                                       Cao et al. 2020
//	ordinal, cumulative link  Ordinal              Cumulative                 -                                       McCullagh 1980
//	ranked probability score  RankedProbability    OrdinalOptions             -                                       Epstein 1969
//	CTC                       CTC                  CTCOptions                 F.ctc_loss(F.log_softmax(x))            Graves et al. 2006
//	reductions                all                  Reduction, Denominator     reduction=                          -
//	none                      XRows                                           reduction='none'                    -
//
//	function                  PyTorch
//	Softmax, LogSoftmax       F.softmax, F.log_softmax
//	AdaptiveLogSoftmax        nn.AdaptiveLogSoftmaxWithLoss.log_prob
//	HierarchicalLogSoftmax    - (log-probabilities of all classes of a tree)
//	NewTree                   - (Huffman's tree, for HierarchicalCrossEntropy)
//	NewSampler                - (draws the classes of SampledCrossEntropy)
//	Entmax                    - (sparsemax, entmax-1.5 and the others)
//	CrossEntropyHVP           - (Hessian, Gauss-Newton and Fisher products)
//	BinaryCrossEntropyHVP     - (likewise)
//	ClipNorm                  clip_grad_norm_
//	LogSumExp                 torch.logsumexp
//	Sigmoid, LogSigmoid       torch.sigmoid, F.logsigmoid
//	Softplus                  F.softplus
//	RowMoments                - (entropy, varentropy, Brier score and probabilities from one pass over a row)
//
// Gradient accumulation over unequal micro-batches is [Accumulator]'s. [Sequences] has the means over tokens and over
// sequences, of which [SequenceWeights] gives the gradients, and [PlanWindows] cuts a text that is longer than a model reads
// so that each token is scored once.
//
// Measures of distributions (entropy, KL, JS) are in [xent/info].
//
// # Exactness
//
// Values are within 4 units in the last place and gradients within 16, however confident the row,
// but where the terms of a gradient cancel by themselves; docs/numerics.md has the formulas, the
// conventions and how they differ from other systems, and the measured errors. A loss of 1e-300
// and its gradient keep their digits.
//
// NaN propagates and is counted; a class at -Inf is excluded; an impossible label costs +Inf, with
// a finite gradient; 0·Inf is 0; ignored rows cost 0 and get 0 whatever they hold.
//
// Whatever can come from a file is an error with the place, what was got and what was wanted,
// before any output is written: [ShapeError], [LabelError], [ProbError], [OptionError], [EmptyError],
// [InfeasibleError].
//
// The number of workers never changes a bit of a result.
package xent
