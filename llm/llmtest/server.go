// Package llmtest is an OpenAI-compatible server that says what a test has it say, and misbehaves on purpose.
package llmtest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
)

// Server answers by its script and remembers what it was asked.
type Server struct {
	http *httptest.Server

	mu    sync.Mutex
	steps []Step
	seen  []Request
}

// Request is what a server was told: everything that left.
type Request struct {
	Path   string
	Header http.Header
	Raw    string // the whole body
	Chat   Chat   // of a chat completion
	Input  []string
}

// Chat is what a chat completion asks.
type Chat struct {
	Model       string    `json:"model"`
	Messages    []Message `json:"messages"`
	Temperature *float64  `json:"temperature"`
	MaxTokens   int       `json:"max_tokens"`
	MaxNewer    int       `json:"max_completion_tokens"`
	Format      *Format   `json:"response_format"`
	Tools       []Tool    `json:"tools"`
}

// Message is one message of it.
type Message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// Format is the answer's wanted form.
type Format struct {
	Type   string `json:"type"`
	Schema struct {
		Name   string          `json:"name"`
		Strict bool            `json:"strict"`
		Schema json.RawMessage `json:"schema"`
	} `json:"json_schema"`
}

// Tool is a function that was offered.
type Tool struct {
	Function struct {
		Name       string          `json:"name"`
		Parameters json.RawMessage `json:"parameters"`
	} `json:"function"`
}

// Last is the newest message of the person.
func (c Chat) Last() string {
	for _, m := range slices.Backward(c.Messages) {
		if m.Role == "user" {
			return m.Content
		}
	}
	return ""
}

// Step answers one request.
type Step func(w http.ResponseWriter, r *http.Request, q Request)

// Start makes a server on this machine. The steps are taken one a request, the last one for ever. Close it at the end.
func Start(steps ...Step) *Server {
	s := &Server{steps: steps}
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	return s
}

// Close ends the server and what still hangs on it.
func (s *Server) Close() {
	s.http.CloseClientConnections()
	s.http.Close()
}

// Base is the address for the settings.
func (s *Server) Base() string { return s.http.URL + "/v1" }

// Script takes the place of what the server was to say.
func (s *Server) Script(steps ...Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.steps = steps
}

// Seen is everything that the server was told.
func (s *Server) Seen() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

// maxBody bounds what is read of a request: a voice message fits.
const maxBody = 32 << 20

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return
	}
	q := Request{Path: strings.TrimPrefix(r.URL.Path, "/v1"), Header: r.Header.Clone(), Raw: string(body)}
	_ = json.Unmarshal(body, &q.Chat)
	var embedding struct {
		Input []string `json:"input"`
	}
	_ = json.Unmarshal(body, &embedding)
	q.Input = embedding.Input
	step := s.next(q)
	if step == nil {
		http.NotFound(w, r)
		return
	}
	step(w, r, q)
}

func (s *Server) next(q Request) Step {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, q)
	if len(s.steps) == 0 {
		return nil
	}
	step := s.steps[0]
	if len(s.steps) > 1 {
		s.steps = s.steps[1:]
	}
	return step
}
