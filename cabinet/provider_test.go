package cabinet_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// provider is somebody else's sign-on, as unkind as it can be made.
type provider struct {
	*httptest.Server
	t   *testing.T
	key *rsa.PrivateKey

	mu     sync.Mutex
	asked  map[string]url.Values // code → what was asked with it
	claims func(map[string]any)  // changes what is said
	signer *rsa.PrivateKey       // signs instead of key
	header map[string]any        // instead of what is right
	now    func() time.Time
}

func newProvider(t *testing.T, now func() time.Time) *provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	p := &provider{t: t, key: key, asked: map[string]url.Values{}, now: now}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		p.says(w, map[string]any{
			"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		p.says(w, map[string]any{"keys": []any{map[string]any{
			"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "one", "n": b64(key.N.Bytes()), "e": b64(big.NewInt(int64(key.E)).Bytes()),
		}}})
	})
	mux.HandleFunc("POST /token", p.token)
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *provider) says(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// authorize is somebody who signs in at the provider and is sent back with a code.
func (p *provider) authorize(address, subject string) (code, state string) {
	p.t.Helper()
	u, err := url.Parse(address)
	require.NoError(p.t, err)
	q := u.Query()
	require.Equal(p.t, "S256", q.Get("code_challenge_method"))
	require.Equal(p.t, "code", q.Get("response_type"))
	q.Set("subject", subject)
	p.mu.Lock()
	defer p.mu.Unlock()
	code = "code-" + b64([]byte(q.Get("state")))[:12]
	p.asked[code] = q
	return code, q.Get("state")
}

func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q, ok := p.asked[r.PostFormValue("code")]
	proof := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !ok || q.Get("code_challenge") != b64(proof[:]) {
		w.WriteHeader(http.StatusBadRequest)
		p.says(w, map[string]string{"error": "invalid_grant"})
		return
	}
	delete(p.asked, r.PostFormValue("code"))
	claims := map[string]any{
		"iss": p.URL, "aud": "zapis", "sub": q.Get("subject"), "nonce": q.Get("nonce"), "iat": p.now().Unix(), "exp": p.now().Add(time.Minute).Unix(),
		"email": "petrova@clinic.example", "email_verified": true,
	}
	if p.claims != nil {
		p.claims(claims)
	}
	p.says(w, map[string]any{"access_token": "opaque", "token_type": "Bearer", "id_token": p.sign(claims)})
}

func (p *provider) sign(claims map[string]any) string {
	header := map[string]any{"alg": "RS256", "kid": "one", "typ": "JWT"}
	if p.header != nil {
		header = p.header
	}
	part := func(v any) string { data, _ := json.Marshal(v); return base64.RawURLEncoding.EncodeToString(data) }
	signed := part(header) + "." + part(claims)
	if header["alg"] == "none" {
		return signed + "."
	}
	key := p.key
	if p.signer != nil {
		key = p.signer
	}
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		return strings.Repeat("x", 10)
	}
	return signed + "." + b64(signature)
}
