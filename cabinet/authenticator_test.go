package cabinet_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
	"github.com/stretchr/testify/require"
)

// authenticator is a security key in software: one passkey on P-256, attestation "none".
type authenticator struct {
	t      *testing.T
	key    *ecdsa.PrivateKey
	id     []byte
	user   []byte
	count  uint32
	site   string // what the browser says it is at
	rp     string
	unseen bool // the person was not verified
}

func newAuthenticator(t *testing.T) *authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	id := make([]byte, 32)
	_, err = rand.Read(id)
	require.NoError(t, err)
	return &authenticator{t: t, key: key, id: id, site: "http://localhost", rp: "localhost"}
}

func b64(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

// options is what the server asks of a browser.
type options struct {
	PublicKey struct {
		Challenge string `json:"challenge"`
		User      struct {
			ID string `json:"id"`
		} `json:"user"`
		UserVerification string            `json:"userVerification"` //nolint:tagliatelle // WebAuthn's name
		Allow            []json.RawMessage `json:"allowCredentials"` //nolint:tagliatelle // WebAuthn's name
	} `json:"publicKey"` //nolint:tagliatelle // WebAuthn's name
}

// asks begins a ceremony.
func (b *browser) asks(path string) options {
	b.t.Helper()
	answer, body := b.post(path)
	require.Equal(b.t, http.StatusOK, answer.StatusCode, body)
	var o options
	require.NoError(b.t, json.Unmarshal([]byte(body), &o))
	return o
}

func (a *authenticator) client(kind string, o options) []byte {
	a.t.Helper()
	data, err := json.Marshal(map[string]any{"type": kind, "challenge": o.PublicKey.Challenge, "origin": a.site, "crossOrigin": false})
	require.NoError(a.t, err)
	return data
}

// data is the authenticator data; the first part of what is signed.
func (a *authenticator) data(attested []byte) []byte {
	rp := sha256.Sum256([]byte(a.rp))
	flags := byte(0x05) // present and verified
	if a.unseen {
		flags = 0x01
	}
	if attested != nil {
		flags |= 0x40
	}
	out := append(rp[:], flags)
	out = binary.BigEndian.AppendUint32(out, a.count)
	return append(out, attested...)
}

// create answers the options of a registration.
func (a *authenticator) create(o options) string {
	a.t.Helper()
	var err error
	a.user, err = base64.RawURLEncoding.DecodeString(o.PublicKey.User.ID)
	require.NoError(a.t, err)
	point, err := a.key.PublicKey.ECDH()
	require.NoError(a.t, err)
	raw := point.Bytes()
	public, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: raw[1:33], -3: raw[33:]})
	require.NoError(a.t, err)
	var model [16]byte // none
	attested := binary.BigEndian.AppendUint16(model[:], uint16(len(a.id)))
	attested = append(append(attested, a.id...), public...)
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": a.data(attested)})
	require.NoError(a.t, err)
	return a.says(map[string]any{"clientDataJSON": b64(a.client("webauthn.create", o)), "attestationObject": b64(object), "transports": []string{"internal"}})
}

// get answers the options of a sign-in.
func (a *authenticator) get(o options) string {
	a.t.Helper()
	a.count++
	client, data := a.client("webauthn.get", o), a.data(nil)
	hash := sha256.Sum256(client)
	signed := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, signed[:])
	require.NoError(a.t, err)
	return a.says(map[string]any{
		"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": b64(a.user),
	})
}

func (a *authenticator) says(response map[string]any) string {
	a.t.Helper()
	data, err := json.Marshal(map[string]any{
		"id": b64(a.id), "rawId": b64(a.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{},
	})
	require.NoError(a.t, err)
	return string(data)
}
