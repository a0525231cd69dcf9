package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/store/db"
)

// What is hashed begins with a byte that says what it is, so that no row can pass for a node or a node for a seal. A leaf has the version
// of its form besides.
const (
	leafTag     = 0
	leafVersion = 1
	nodeTag     = 1
	sealTag     = 2
)

// form writes a row as it is hashed: each value with its length in four bytes before it, NULL as ff ff ff ff.
type form struct{ to []byte }

func (f *form) bytes(b []byte) {
	f.to = four(f.to, int32(len(b))) //nolint:gosec // PostgreSQL has no value of 2 GB
	f.to = append(f.to, b...)
}

func (f *form) text(s string) { f.bytes([]byte(s)) }

func (f *form) id(id *uuid.UUID) {
	if id == nil {
		f.to = append(f.to, 0xff, 0xff, 0xff, 0xff)
		return
	}
	f.bytes(id[:])
}

func (f *form) number(n int32) { f.bytes(four(nil, n)) }

func (f *form) yes(b bool) {
	if b {
		f.bytes([]byte{1})
		return
	}
	f.bytes([]byte{0})
}

func (f *form) time(t time.Time) { f.bytes(moment(nil, t)) }

// moment is a time as PostgreSQL sends it: microseconds since 2000, in eight bytes.
func moment(to []byte, t time.Time) []byte {
	const epoch = 946684800 // of PostgreSQL, in Unix seconds
	return eight(to, t.UnixMicro()-epoch*1_000_000)
}

func four(to []byte, n int32) []byte {
	return binary.BigEndian.AppendUint32(to, uint32(n)) //nolint:gosec // two's complement, as PostgreSQL sends it
}

func eight(to []byte, n int64) []byte {
	return binary.BigEndian.AppendUint64(to, uint64(n)) //nolint:gosec // two's complement, as PostgreSQL sends it
}

// leafOf is a row's leaf: every column that says something, in this order.
func leafOf(r db.AuditSealedRowsRow) [sha256.Size]byte {
	f := form{to: []byte{leafTag, leafVersion}}
	f.id(&r.ID)
	f.time(r.At)
	f.time(r.RecordedAt)
	f.text(r.ActorKind)
	f.id(r.ActorID)
	f.text(r.Role)
	f.id(r.OnBehalfOf)
	f.text(r.Channel)
	f.text(r.Action)
	f.text(r.Class)
	f.text(r.ObjectType)
	f.id(r.ObjectID)
	f.number(r.Objects)
	f.id(r.PatientID)
	f.text(r.Decision)
	f.yes(r.Glass)
	f.number(r.PolicyVersion)
	f.text(r.RequestID)
	f.text(r.Fields)
	return sha256.Sum256(f.to)
}

// treeOf is the root of RFC 6962's tree over leaves; leaves is used up.
func treeOf(leaves [][sha256.Size]byte) [sha256.Size]byte {
	if len(leaves) == 0 {
		return [sha256.Size]byte{}
	}
	for len(leaves) > 1 {
		up := leaves[:0]
		for i := 0; i < len(leaves); i += 2 {
			if i+1 == len(leaves) {
				up = append(up, leaves[i])
				continue
			}
			node := append([]byte{nodeTag}, leaves[i][:]...)
			up = append(up, sha256.Sum256(append(node, leaves[i+1][:]...)))
		}
		leaves = up
	}
	return leaves[0]
}

// rootOf is a seal's root: all it says, with the tree of its rows and the root before.
func rootOf(s db.AuditSeal) [sha256.Size]byte {
	b := []byte{sealTag}
	b = eight(b, s.Seq)
	b = moment(b, s.At)
	b = moment(b, s.FirstAt)
	b = moment(b, s.LastAt)
	b = four(b, s.Rows)
	b = eight(b, s.Total)
	b = append(b, s.Tree...)
	return sha256.Sum256(append(b, s.Previous...))
}
