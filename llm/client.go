package llm

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	openai "github.com/sashabaranov/go-openai"

	"github.com/zapis-clinic/zapis/core"
)

// Leave says what may go to the server now, as the registry of processors has it.
type Leave struct {
	Any     bool // it may be asked at all
	Medical bool // and told what is medical
}

// Config is a server and how far it is trusted and used.
type Config struct {
	Base                              string
	Key                               core.Sensitive[string]
	Model, Embeddings, Transcriptions string // empty: not used for that
	Own                               bool   // the clinic's own machine, see Own
	Leave                             func(ctx context.Context) (Leave, error)
	Budget                            int64 // tokens a day, 0 without limit
	Ledger                            Ledger
	Prices                            Prices
	Limit                             time.Duration // of every call, in tests; 0: as its purpose has it
	Clock                             core.Clock
	Log                               *slog.Logger
}

// Client asks one server. Every call ends within the limit of its purpose.
type Client struct {
	config  Config
	api     *openai.Client
	breaker *breaker
	meter   *meter
	given   map[string]bool // given names, for what is hidden
	newer   atomic.Bool     // the model refuses max_tokens or a temperature
}

// errMoved refuses to follow a server elsewhere with the key and the text.
var errMoved = errors.New("the server sends elsewhere")

// New makes a client. It connects to nothing.
func New(c Config) (*Client, error) {
	base, err := url.Parse(c.Base)
	if err != nil || (base.Scheme != "http" && base.Scheme != "https") || base.Host == "" || base.User != nil {
		return nil, errors.New("llm: an address that starts with http:// or https:// is needed")
	}
	if c.Ledger == nil {
		c.Ledger = NewMemory()
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	settings := openai.DefaultConfig(c.Key.Reveal())
	settings.BaseURL = c.Base
	settings.HTTPClient = &http.Client{
		Transport:     newTransport(c.Own),
		CheckRedirect: func(*http.Request, []*http.Request) error { return errMoved },
	}
	return &Client{config: c, api: openai.NewClientWithConfig(settings), breaker: &breaker{clock: c.Clock}, meter: newMeter(c.Prices), given: givenNames()}, nil
}

// Can says what the settings name a model for.
func (c *Client) Can(p Purpose) bool {
	switch {
	case c == nil:
		return false
	case p == Embedding:
		return c.config.Embeddings != ""
	case p == Transcription:
		return c.config.Transcriptions != ""
	}
	return c.config.Model != ""
}

// defaultTokens is how long an answer may be where nobody says.
const defaultTokens = 512

// Chat asks for one answer. What a person said leaves with placeholders for what names somebody, and the answer has it back; where something
// is left that may not leave, nothing does. An answer that holds nothing is a failure.
func (c *Client) Chat(ctx context.Context, a Ask) (Answer, error) {
	var out Answer
	veil, f := c.veiled(&a)
	if f != nil {
		c.meter.note(a.Purpose, f, 0, Tokens{})
		return out, f
	}
	err := c.call(ctx, a.Purpose, func(ctx context.Context) (Tokens, error) {
		response, err := c.api.CreateChatCompletion(ctx, c.request(a))
		if err != nil && c.learn(err) {
			response, err = c.api.CreateChatCompletion(ctx, c.request(a))
		}
		if err != nil {
			return Tokens{}, err
		}
		text, err := said(response, a)
		out = Answer{Text: veil.restore(text), Tokens: guess(Tokens{response.Usage.PromptTokens, response.Usage.CompletionTokens}, a.Messages, text)}
		return out.Tokens, err
	})
	return out, err
}

// veiled hides what persons said in an ask. A system message and what a model is given as its own are the clinic's words.
func (c *Client) veiled(a *Ask) (*veil, *Error) {
	if a.Privacy.Today.IsZero() {
		a.Privacy.Today = c.config.Clock()
	}
	v := newVeil(a.Privacy, c.given)
	a.Messages = slices.Clone(a.Messages)
	for i, m := range a.Messages {
		if m.Role != User {
			continue
		}
		text, ok := v.hide(m.Text)
		if !ok {
			return nil, &Error{Kind: Forbidden}
		}
		a.Messages[i].Text = text
	}
	return v, nil
}

// EmbedSaid turns a person's words into a vector, with placeholders like Chat's.
func (c *Client) EmbedSaid(ctx context.Context, text string, p Privacy) ([]float32, error) {
	a := Ask{Purpose: Embedding, Messages: []Message{{User, text}}, Privacy: p}
	if _, f := c.veiled(&a); f != nil {
		c.meter.note(Embedding, f, 0, Tokens{})
		return nil, f
	}
	vectors, err := c.Embed(ctx, []string{a.Messages[0].Text})
	if err != nil {
		return nil, err
	}
	return vectors[0], nil
}

// learn notes that the model wants its limit by the newer name and no temperature, and says whether that was news: all servers know the
// older words but those whose models refuse them.
func (c *Client) learn(err error) bool {
	var api *openai.APIError
	if !errors.As(err, &api) || api.HTTPStatusCode != http.StatusBadRequest || api.Param == nil {
		return false
	}
	return (*api.Param == "max_tokens" || *api.Param == "temperature") && c.newer.CompareAndSwap(false, true)
}

// coldest is the temperature asked for: 0 would be left out of the request, and the server's own taken.
const coldest = 1e-6

// request is an ask as go-openai wants it.
func (c *Client) request(a Ask) openai.ChatCompletionRequest {
	if a.Tokens == 0 {
		a.Tokens = defaultTokens
	}
	r := openai.ChatCompletionRequest{Model: c.config.Model}
	if c.newer.Load() {
		r.MaxCompletionTokens = a.Tokens
	} else {
		r.MaxTokens, r.Temperature = a.Tokens, coldest //nolint:staticcheck // the older name is the one that every server knows
	}
	for _, m := range a.Messages {
		r.Messages = append(r.Messages, openai.ChatCompletionMessage{Role: m.Role, Content: m.Text})
	}
	switch a.Mode {
	case Schema:
		r.ResponseFormat = &openai.ChatCompletionResponseFormat{
			Type:       openai.ChatCompletionResponseFormatTypeJSONSchema,
			JSONSchema: &openai.ChatCompletionResponseFormatJSONSchema{Name: a.Name, Schema: a.Shape, Strict: true},
		}
	case Object:
		r.ResponseFormat = &openai.ChatCompletionResponseFormat{Type: openai.ChatCompletionResponseFormatTypeJSONObject}
	case Tool:
		r.Tools = []openai.Tool{{Type: openai.ToolTypeFunction, Function: &openai.FunctionDefinition{Name: a.Name, Parameters: a.Shape}}}
		r.ToolChoice = openai.ToolChoice{Type: openai.ToolTypeFunction, Function: openai.ToolFunction{Name: a.Name}}
	case Text:
	}
	return r
}

// said is what an answer holds: the words, or the arguments of the one tool that was offered. Calls of other tools are not ours.
func said(r openai.ChatCompletionResponse, a Ask) (string, error) {
	if len(r.Choices) == 0 {
		return "", &Error{Kind: Empty}
	}
	m := r.Choices[0].Message
	text := m.Content
	if a.Mode == Tool {
		text = ""
		for _, call := range m.ToolCalls {
			if call.Function.Name == a.Name {
				text = call.Function.Arguments
				break
			}
		}
	}
	if text == "" {
		return "", &Error{Kind: Empty}
	}
	if a.Mode != Text && a.Mode != "" && !json.Valid([]byte(text)) {
		return "", &Error{Kind: Garbled}
	}
	return text, nil
}

// maxEmbedded is how many texts one request takes at most: servers differ, and this all of them take.
const maxEmbedded = 64

// Embed turns the clinic's own texts into vectors, in their order. A person's words go through EmbedSaid.
func (c *Client) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	out := make([][]float32, 0, len(texts))
	for len(texts) > 0 {
		part := texts[:min(len(texts), maxEmbedded)]
		texts = texts[len(part):]
		err := c.call(ctx, Embedding, func(ctx context.Context) (Tokens, error) {
			r, err := c.api.CreateEmbeddings(ctx, openai.EmbeddingRequestStrings{Input: part, Model: openai.EmbeddingModel(c.config.Embeddings)})
			if err != nil {
				return Tokens{}, err
			}
			vectors, err := ordered(r, len(part))
			out = append(out, vectors...)
			return Tokens{In: max(r.Usage.PromptTokens, 0)}, err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ordered puts vectors where their index says. All have one length, and none is missing.
func ordered(r openai.EmbeddingResponse, n int) ([][]float32, error) {
	out := make([][]float32, n)
	for _, d := range r.Data {
		if d.Index < 0 || d.Index >= n || len(d.Embedding) == 0 || len(d.Embedding) != len(r.Data[0].Embedding) {
			return nil, &Error{Kind: Garbled}
		}
		out[d.Index] = d.Embedding
	}
	for _, v := range out {
		if v == nil {
			return nil, &Error{Kind: Empty}
		}
	}
	return out, nil
}

// Transcribe turns a voice message into text; name tells its format: "voice.ogg". A voice cannot be made anonymous, so it goes to the
// clinic's own machine or to a processor approved for medical data.
func (c *Client) Transcribe(ctx context.Context, name string, audio io.Reader) (string, error) {
	var text string
	err := c.call(ctx, Transcription, func(ctx context.Context) (Tokens, error) {
		r, err := c.api.CreateTranscription(ctx, openai.AudioRequest{Model: c.config.Transcriptions, FilePath: name, Reader: audio})
		if err == nil && r.Text == "" {
			err = &Error{Kind: Empty}
		}
		text = r.Text
		return guess(Tokens{}, nil, r.Text), err
	})
	return text, err
}

// call is what every call goes through: leave, budget, breaker, limits, counting.
func (c *Client) call(ctx context.Context, p Purpose, do func(ctx context.Context) (Tokens, error)) error {
	if f := c.before(ctx, p); f != nil {
		c.meter.note(p, f, 0, Tokens{})
		return f
	}
	limit := c.config.Limit
	if limit == 0 {
		limit = p.limit()
	}
	limited, cancel := context.WithTimeout(context.WithValue(ctx, capKey{}, p.cap()), limit)
	defer cancel()
	begun := c.config.Clock()
	tokens, err := do(limited)
	var f *Error
	if err != nil {
		if f = Failed(err); f == nil {
			f = failure(limited, err)
		}
	}
	c.breaker.done(f)
	c.meter.note(p, f, c.config.Clock().Sub(begun), tokens)
	c.spend(ctx, p, tokens)
	if f != nil {
		return f
	}
	return nil
}

// before says why a call is not made at all.
func (c *Client) before(ctx context.Context, p Purpose) *Error {
	if !c.Can(p) || !c.allowed(ctx, p) {
		return &Error{Kind: Forbidden}
	}
	if !c.afford(ctx) {
		return &Error{Kind: OverBudget}
	}
	if !c.breaker.admit() {
		return &Error{Kind: Open}
	}
	return nil
}

// Leave says what the server may be told now: everything, where it is the clinic's own machine.
func (c *Client) Leave(ctx context.Context) (Leave, error) {
	switch {
	case c == nil:
		return Leave{}, nil
	case c.config.Own:
		return Leave{Any: true, Medical: true}, nil
	case c.config.Leave == nil:
		return Leave{}, nil
	}
	return c.config.Leave(ctx)
}

// allowed asks for leave; where there is no telling, there is none.
func (c *Client) allowed(ctx context.Context, p Purpose) bool {
	leave, err := c.Leave(ctx)
	return err == nil && leave.Any && (leave.Medical || p != Transcription)
}

// Try asks each model of the settings for something that says nothing of anybody, and returns the first failure. A transcription is not
// tried: it would need a voice.
func (c *Client) Try(ctx context.Context) error {
	if !c.Can(Probing) && !c.Can(Embedding) && !c.allowed(ctx, Probing) {
		return &Error{Kind: Forbidden}
	}
	if c.Can(Probing) {
		if _, err := c.Chat(ctx, Ask{Purpose: Probing, Messages: []Message{{User, "Ответьте одним словом: да."}}, Tokens: probeTokens}); err != nil {
			return err
		}
	}
	if c.Can(Embedding) {
		if _, err := c.Embed(ctx, []string{"да"}); err != nil {
			return err
		}
	}
	return nil
}

// probeTokens is how long an answer may be of which nothing is wanted but that it comes; a model that thinks first needs some.
const probeTokens = 64
