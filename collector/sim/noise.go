package sim

import "math"

// source is a tree of pseudo-random numbers: each node is a pure function of the seed and of the path to it. So a number
// can be had without drawing those before it, and a new one changes none of the others.
type source uint64

// at is a node below this one.
func (s source) at(key string, n float64) source {
	const prime = 1099511628211 // of the FNV hash

	h := uint64(s) ^ 14695981039346656037
	for i := range len(key) {
		h = (h ^ uint64(key[i])) * prime
	}

	return source(mix(h ^ mix(math.Float64bits(n))))
}

// mix is the finalizer of SplitMix64: each bit of the result depends on each bit of x.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb

	return x ^ x>>31
}

// within is the node's own number in [low, high).
func (s source) within(low, high float64) float64 {
	const bits = 53 // of a float64's mantissa

	return low + (high-low)*float64(s>>(64-bits))/(1<<bits)
}

// between is a number in [low, high) of its own for each key.
func (s source) between(key string, low, high float64) float64 {
	return s.at(key, 0).within(low, high)
}

// whole is the same without a fraction.
func (s source) whole(key string, low, high float64) float64 {
	return math.Floor(s.between(key, low, high))
}

// chance says for each key whether something of a probability from 0 to 1 is so.
func (s source) chance(key string, probability float64) bool {
	return s.between(key, 0, 1) < probability
}

// wave is a smooth curve of t within [-1, 1], of its own for each key, that changes direction about once in a period.
func (s source) wave(key string, t, period float64) float64 {
	n := math.Floor(t / period)
	a := s.at(key, n).within(-1, 1)
	b := s.at(key, n+1).within(-1, 1)

	return a + (b-a)*ramp(t/period, n, n+1)
}

// ramp rises smoothly from 0 to 1 while t goes from one moment to another; its slope is at most 1.5 times the mean one.
func ramp(t, from, to float64) float64 {
	x := min(1, max(0, (t-from)/(to-from)))

	return x * x * (3 - 2*x)
}
