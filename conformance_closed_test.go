package xent_test

import "xent/info"

// closedCase reads parameters by name and judges the divergence made of them.
func closedCase(kl func(x ...float64) info.Nats, names ...string) func(*judge) {
	return func(j *judge) {
		var x []float64
		for _, name := range names {
			x = append(x, j.tensor(name).floats()[0])
		}
		j.values("value", []float64{float64(kl(x...))}, 0)
	}
}

func normals(j *judge) (p, q info.Normal) {
	x := func(name string) float64 { return j.tensor(name).floats()[0] }
	return info.Normal{Mean: x("mu1"), SD: x("sigma1")}, info.Normal{Mean: x("mu2"), SD: x("sigma2")}
}

func normalCase(j *judge) {
	p, q := normals(j)
	kl, dp, dq := p.KLGrad(q)
	j.values("value", []float64{float64(kl)}, 0)
	j.gradients("grad", []float64{dp.Mean, dp.SD, dq.Mean, dq.SD}, 0)
}

func normalMeasuresCase(j *judge) {
	p, q := normals(j)
	j.values("entropy", []float64{float64(p.Entropy())}, 1)
	j.values("cross_entropy", []float64{float64(p.CrossEntropy(q))}, 1)
	j.values("kl", []float64{float64(p.KL(q))}, 0)
	j.values("renyi_0.5", []float64{float64(p.Renyi(q, .5))}, 0)
}

func multiNormalCase(j *judge) {
	of := func(mean, cov string) info.MultiNormal {
		return info.MultiNormal{Mean: j.tensor(mean).floats(), Cov: j.tensor(cov).floats()}
	}
	j.values("value", []float64{float64(of("mu1", "cov1").KL(of("mu2", "cov2")))}, 0)
}

func dirichletCase(j *judge) {
	p, q := info.Dirichlet(j.tensor("a").floats()), info.Dirichlet(j.tensor("b").floats())
	j.values("value", []float64{float64(p.KL(q))}, 0)
}
