package edge

import (
	"encoding/base64"
	"io"
	"net/http"
	"strings"

	"github.com/a-h/templ"
)

// Page says what a browser may do with a page of one kind. The zero Page may load what is our own, is framed by nobody and frames
// nothing.
type Page struct {
	Random       io.Reader // of nonces
	FramedBy     []string  // sites that may show the page in a frame
	Frames       []string  // what the page itself may show in a frame
	NoForms      bool      // the page sends nothing but by script
	TrustedTypes bool      // no text of a script's becomes markup
	Referrer     string    // Referrer-Policy; empty is no-referrer
}

func encode(bits []byte) string { return base64.RawURLEncoding.EncodeToString(bits) }

// Headers puts them on every answer of a kind of page: nothing inline but with the page's nonce, nothing from elsewhere, kept by no
// cache. templ.GetNonce tells the nonce to a page that needs one.
func (p Page) Headers(next http.Handler) http.Handler {
	before, after := p.policy()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		own, err := nonce(p.Random)
		if err != nil {
			http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", before+"script-src 'self' 'nonce-"+own+"'; style-src 'self' 'nonce-"+own+"'; "+after)
		if len(p.FramedBy) == 0 {
			h.Set("X-Frame-Options", "DENY")
		}
		if p.Referrer != "" {
			h.Set("Referrer-Policy", p.Referrer)
		}
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r.WithContext(templ.WithNonce(r.Context(), own)))
	})
}

// policy is the Content-Security-Policy around what bears the nonce.
func (p Page) policy() (before, after string) {
	forms := "'self'"
	if p.NoForms {
		forms = "'none'"
	}
	after = "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action " + forms + "; frame-src " + sources(p.Frames) + "; "
	if p.TrustedTypes {
		after += "require-trusted-types-for 'script'; "
	}
	return "default-src 'none'; ", after + "frame-ancestors " + sources(p.FramedBy)
}

func sources(list []string) string {
	if len(list) == 0 {
		return "'none'"
	}
	return strings.Join(list, " ")
}
