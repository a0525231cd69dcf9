package integration

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/vault"
)

// Window is how far the moment of a signature may be from now, before or after: clocks differ, and what was recorded on the way is soon
// worth nothing.
const Window = 5 * time.Minute

// signs says whether a contract signs what it sends: one that speaks of money does, for a token alone may be lost in somebody's log.
func signs(contract string) bool {
	return regexp.MustCompile(`(^| )payments`).MatchString(contract)
}

func keyPlace(id uuid.UUID) vault.Place {
	return vault.Place{Table: "api_token", Column: "key_sealed", Row: id}
}

// Signs says whether what this caller sends must be signed.
func (c Caller) Signs() bool { return c.key != nil }

// Vouch checks the signature of what a caller sends: "t=UNIX,v1=HEX", of which HEX is HMAC-SHA256, by the caller's key, of "UNIX METHOD PATH",
// a line feed and the body's bytes. Whatever is wrong is one refusal (signature_wrong).
func (c Caller) Vouch(now time.Time, signature, request string, body []byte) error {
	no := core.Refuse(core.Denied, "signature_wrong")
	at, shown, found := strings.Cut(signature, ",v1=")
	at, dated := strings.CutPrefix(at, "t=")
	seconds, err := strconv.ParseInt(at, 10, 64)
	if !found || !dated || err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > Window {
		return no
	}
	mac := hmac.New(sha256.New, c.key)
	mac.Write([]byte(at + " " + request + "\n"))
	mac.Write(body)
	if sum, err := hex.DecodeString(shown); err != nil || !hmac.Equal(sum, mac.Sum(nil)) {
		return no
	}
	return nil
}
