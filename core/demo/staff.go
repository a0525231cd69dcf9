package demo

import (
	"encoding/base64"
	"fmt"
	"slices"

	"golang.org/x/crypto/argon2"
)

// roles are the demo logins too: each is named for its role.
func roles() []string {
	return []string{"admin", "doctor", "head", "cashier", "marketing", "director", "security"}
}

// staffTable has a login for every role; "doctor" is Иванова. The password is known to everybody, so it is hashed with a salt that
// never changes, and the rows come out the same on every run. Sign-in refuses these logins unless the demo is switched on.
func (c *clinic) staffTable() table {
	t := table{
		name: "staff", key: columns("id"),
		columns: columns("id login role practitioner_id password_hash demo created_at"),
	}
	doctor := slices.IndexFunc(c.doctors, func(d doctor) bool { return d.person.surname() == "Иванова" && d.specialty == cardiologist })
	hash := passwordHash()
	for _, role := range roles() {
		var who any
		if role == "doctor" && doctor >= 0 {
			who = c.doctors[doctor].id
		}
		t.rows = append(t.rows, []any{c.id("staff", role), role, role, who, hash, true, epoch()})
	}
	return t
}

const cardiologist = "cardiologist"

// passwordHash is argon2id with OWASP's least parameters (19 MiB, 2 passes, 1 lane).
func passwordHash() string {
	const memory, passes, lanes = 19 * 1024, 2, 1
	salt := []byte("zapis-demo-salt.")
	key := argon2.IDKey([]byte(Password), salt, passes, memory, lanes, 32)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, lanes, b64.EncodeToString(salt), b64.EncodeToString(key))
}
