package train

import (
	"strconv"
	"strings"

	"xent/nn"
)

// mostParams bounds the parameters of a network.
const mostParams = 1 << 28

// build makes the network that c.Net describes, with first weights from rng; "" is one hidden layer of 64.
//
//	64-64-10                              dense layers of these sizes, inputs first
//	conv16-pool-conv32x5-pool-128-10      on images: 16 channels of windows of 3 × 3, the largest of each 2 × 2, 32 channels
//	                                      of windows of 5 × 5, ..., dense layers of 128 and 10
//
// Windows are padded, so that an image keeps its size. The activation follows each layer but the last and the pools.
// The first part may be the number of inputs, and must be with dense layers alone.
func (c *Config) build(d *Data) (*nn.Net[float32], error) {
	inputs, classes := strconv.Itoa(d.Inputs), strconv.Itoa(d.Classes)
	if c.Net == "" {
		c.Net = inputs + "-64-" + classes
	}
	refuse := func(want string) error { return &ConfigError{"net", strconv.Quote(c.Net), want} }
	parts := strings.Split(c.Net, "-")
	images := strings.Contains(c.Net, "conv") || strings.Contains(c.Net, "pool")
	if images && parts[0] == inputs {
		parts = parts[1:]
	}
	b := builder{rng: nn.NewRand(c.Seed), c: c, width: d.Inputs, images: nn.Images{Channels: 1, Height: d.Height, Width: d.Width}}
	switch {
	case images && (d.Height == 0 || d.Height*d.Width != d.Inputs):
		return nil, refuse("dense layers alone: " + d.Name + " holds no images")
	case !images && len(parts) < 2:
		return nil, refuse("inputs and outputs at least")
	}
	for i, part := range parts {
		kind, size, window, ok := parsePart(part)
		switch {
		case !ok:
			return nil, refuse("parts between dashes, such as " + inputs + "-64-" + classes + " or conv16-pool-64-" + classes)
		case i == 0 && !images && size != d.Inputs:
			return nil, refuse(inputs + " inputs first, as the data have")
		case i == len(parts)-1 && (kind != "" || size != d.Classes):
			return nil, refuse(classes + " outputs last, one for each class of the data")
		case i == 0 && !images:
			continue
		case kind != "" && b.flat:
			return nil, refuse("conv and pool before the dense layers")
		case kind == "pool" && (b.images.Height < size || b.images.Width < size):
			return nil, refuse("fewer pools: before part " + strconv.Itoa(i+1) + " images are " + strconv.Itoa(b.images.Height) + " × " + strconv.Itoa(b.images.Width))
		}
		if b.add(kind, size, window, i == len(parts)-1); b.params > mostParams {
			return nil, refuse("at most 268,435,456 parameters")
		}
	}
	return nn.NewNet(b.make()...), nil
}

// parsePart reads "128", "conv16", "conv16x5" or "pool".
func parsePart(part string) (kind string, size, window int, ok bool) {
	number := func(s string) (int, bool) {
		n, err := strconv.Atoi(s)
		return n, err == nil && n >= 1 && n <= 1<<20
	}
	if rest, is := strings.CutPrefix(part, "conv"); is {
		channels, by, given := strings.Cut(rest, "x")
		size, ok = number(channels)
		window = 3
		if given && ok {
			window, ok = number(by)
		}
		return "conv", size, window, ok && window%2 == 1 && window < 32
	}
	if part == "pool" {
		return "pool", 2, 0, true
	}
	size, ok = number(part)
	return "", size, 0, ok
}

// A builder collects layers and counts their parameters before it makes any of them.
type builder struct {
	rng    *nn.Rand
	c      *Config
	images nn.Images
	width  int
	flat   bool
	params int
	layers []func() nn.Layer[float32]
}

func (b *builder) add(kind string, size, window int, last bool) {
	init := inits[b.c.Init]
	switch kind {
	case "conv":
		in := b.images
		b.params += size * (in.Channels*window*window + 1)
		b.then(func() nn.Layer[float32] {
			return nn.NewConv2D[float32](b.rng, init, in, size, nn.Window{Size: window, Pad: window / 2})
		})
		b.images.Channels = size
	case "pool":
		in := b.images
		b.then(func() nn.Layer[float32] { return nn.NewMaxPool2D[float32](in, size) })
		b.images.Height, b.images.Width = in.Height/size, in.Width/size
	default:
		in := b.width
		b.flat = true
		b.params += (in + 1) * size
		b.then(func() nn.Layer[float32] { return nn.NewDense[float32](b.rng, init, in, size) })
	}
	if b.width = size; !b.flat {
		b.width = b.images.Channels * b.images.Height * b.images.Width
	}
	if kind != "pool" && !last {
		b.then(func() nn.Layer[float32] { return nn.NewActivate[float32](activations[b.c.Activation]) })
	}
}

func (b *builder) then(make func() nn.Layer[float32]) { b.layers = append(b.layers, make) }

func (b *builder) make() (layers []nn.Layer[float32]) {
	for _, m := range b.layers {
		layers = append(layers, m())
	}
	return layers
}
