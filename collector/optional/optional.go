// Package optional holds a number that may be absent.
//
// npu-smi prints "NA", "-", a sentinel, or nothing at all where it has no value; a query can fail or not be supported.
// All of these end as an absent number: never 0, never -1, never NaN.
package optional

// Float is a number that may be absent. Its zero value is absent.
type Float struct {
	number  float64
	present bool
}

// Of is a number that is there.
func Of(number float64) Float {
	return Float{number: number, present: true}
}

// Get gives the number, and whether there is one.
func (f Float) Get() (number float64, ok bool) {
	return f.number, f.present
}

// Present says whether there is a number.
func (f Float) Present() bool {
	return f.present
}

// Times scales the number, for changing its unit; absent stays absent.
func (f Float) Times(factor float64) Float {
	f.number *= factor

	return f
}

// Per divides the number, such as by 100 for a ratio of percent; absent stays absent.
func (f Float) Per(divisor float64) Float {
	f.number /= divisor

	return f
}

// Plus adds a number; the sum with one that is absent is the other.
func (f Float) Plus(other Float) Float {
	return Float{number: f.number + other.number, present: f.present || other.present}
}

// Or is the number, or the other one where there is none.
func (f Float) Or(other Float) Float {
	if f.present {
		return f
	}

	return other
}

// Unless is the number, or absent where the condition holds.
func (f Float) Unless(disbelieved bool) Float {
	if disbelieved {
		return Float{}
	}

	return f
}

// Is says whether there is a number and it equals want.
func (f Float) Is(want float64) bool {
	return f.present && f.number == want
}
