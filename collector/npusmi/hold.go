package npusmi

import (
	"sync"
	"time"
)

const (
	maxUnkillable = 2 // as many may live before nothing is started any more
	minBackOff    = time.Second
	maxBackOff    = 5 * time.Minute
)

// unkillable counts the processes that outlived their kill, and says when the next process may be started.
type unkillable struct {
	mutex  sync.Mutex
	living int
	streak int       // how many runs in a row left such a process behind
	until  time.Time // the end of the back-off
}

// add counts one that was given up now. The back-off doubles with each in a row.
func (u *unkillable) add(now time.Time) {
	u.mutex.Lock()
	defer u.mutex.Unlock()

	pause := minBackOff
	for range u.streak {
		pause = min(2*pause, maxBackOff)
	}

	u.living++
	u.streak++
	u.until = now.Add(pause)
}

// remove counts one less: it has ended after all.
func (u *unkillable) remove() {
	u.mutex.Lock()
	defer u.mutex.Unlock()

	u.living--
}

// forgive ends the row: a process has ended by itself or could be killed.
func (u *unkillable) forgive() {
	u.mutex.Lock()
	defer u.mutex.Unlock()

	u.streak = 0
}

func (u *unkillable) count() int {
	u.mutex.Lock()
	defer u.mutex.Unlock()

	return u.living
}

func (u *unkillable) hold(now time.Time) (until time.Time, held bool) {
	u.mutex.Lock()
	defer u.mutex.Unlock()

	switch {
	case u.living >= maxUnkillable:
		return time.Time{}, true
	case now.Before(u.until):
		return u.until, true
	default:
		return time.Time{}, false
	}
}
