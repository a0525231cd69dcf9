package vault

// tailDigits is how much of a phone's end people say to be found by: «последние четыре цифры».
const tailDigits = 4

// Tail is what a phone is found by where only its last four digits are told: 32 bytes that tell nothing without the key. Ten thousand phones
// in a row have ten thousand of them, so that whoever may not know a number must not be let look by it. It is nil for any other kind, for
// what is shorter, and where the vault has no keys.
func (v *Vault) Tail(kind, value string) []byte {
	r := v.keys()
	if r == nil {
		return nil
	}
	return r.tail(r.indexPrimary, kind, value)
}

// Tails are Tail under every live key, the current one first.
func (v *Vault) Tails(kind, value string) [][]byte {
	r := v.keys()
	if r == nil {
		return nil
	}
	out := [][]byte{r.tail(r.indexPrimary, kind, value)}
	for id := range r.indexes {
		if id != r.indexPrimary {
			out = append(out, r.tail(id, kind, value))
		}
	}
	return out
}

func (r *ring) tail(key uint32, kind, value string) []byte {
	digits := normal(kind, value)
	if kind != Phone || len(digits) < tailDigits {
		return nil
	}
	return r.index(key, kind+".tail", digits[len(digits)-tailDigits:])
}
