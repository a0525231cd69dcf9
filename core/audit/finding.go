package audit

import (
	"time"

	"github.com/google/uuid"
)

// Kind says what was found.
type Kind string

// What verification finds. ClockBack and AnchorUnreadable are worth knowing and prove nothing; everything else is tampering or a sealer
// that does not work.
const (
	RowAltered       Kind = "row_altered"       // a row says something else than when it was sealed
	RowMissing       Kind = "row_missing"       // the row at a position of a seal is gone
	RowAdded         Kind = "row_added"         // a row that no seal covers stands among the sealed
	RowUnsealed      Kind = "row_unsealed"      // a row has waited for its seal for too long
	RowsDiffer       Kind = "rows_differ"       // a seal's rows were swapped, or altered together with their hashes
	SealAltered      Kind = "seal_altered"      // a seal is not what its root says
	SealMissing      Kind = "seal_missing"      // seals from Seal to Last are gone
	ChainBroken      Kind = "chain_broken"      // a seal does not continue the one before it: one of them was made anew
	AnchorDiffers    Kind = "anchor_differs"    // a seal was made anew since it was anchored
	TailCut          Kind = "tail_cut"          // an anchored seal is beyond the end of the chain
	ClockBack        Kind = "clock_back"        // a seal is dated before the one that precedes it
	AnchorUnreadable Kind = "anchor_unreadable" // lines of the anchor file are none
)

// Finding is one thing that verification found. It names rows and says nothing of what is in them.
type Finding struct {
	Kind     Kind
	Seal     int64
	Last     int64     // of several seals
	Position int32     // in the seal
	Row      uuid.UUID // nil where it is not known
	At       time.Time // of the row, of the seal, of the anchor
	Count    int       // of lines
}

// Note says that a finding proves nothing.
func (f Finding) Note() bool { return f.Kind == ClockBack || f.Kind == AnchorUnreadable }
