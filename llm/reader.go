package llm

import (
	"context"
	_ "embed" // the schema
	"encoding/json"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"text/template"
	"time"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/dialog/understand"
	"github.com/zapis-clinic/zapis/prompts"
)

// Named is a code with its name.
type Named struct{ Code, Name string }

// Clinic is what a model may speak of: the clinic as it stands now.
type Clinic struct {
	Rules       *understand.Reader // of this vocabulary: what the model claims is held to it
	Vocabulary  understand.Vocabulary
	Specialties []Named
}

// Example is a text with the flow that it means.
type Example struct{ Text, Flow string }

// Nearest finds the examples most like a text, the nearest first.
type Nearest interface {
	Nearest(ctx context.Context, text string, n int) []Example
}

// ReaderConfig is what a Reader works with.
type ReaderConfig struct {
	Client  *Client
	Clinic  func() Clinic
	Nearest Nearest // nil: no examples
	Prompts fs.FS
	Clock   core.Clock
	Log     *slog.Logger
}

// Reader understands what the rules did not: a model reads a text into commands, and code keeps those that the text itself bears out. It
// implements understand.Model.
type Reader struct {
	config   ReaderConfig
	prompt   *template.Template
	cues     cues
	suspects suspects
	cache    *cache
	mode     atomic.Int32 // index in Modes
	settled  atomic.Bool  // the server has answered well in this mode
}

// NewReader reads the prompt.
func NewReader(c ReaderConfig) (*Reader, error) {
	prompt, err := prompts.Read(c.Prompts, "understand.tmpl")
	if err != nil {
		return nil, err
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Reader{config: c, prompt: prompt, cues: readCues(), suspects: readSuspects(), cache: newCache(c.Clock)}, nil
}

// ErrNotAsked says that a text is none for a model: the rules' reading stands.
var ErrNotAsked error = &Error{Kind: Forbidden}

// examplesTold is how many of the nearest examples the model is told.
const examplesTold = 8

// Understand asks the model about one message. No commands means that it gave none that the text bears out.
func (r *Reader) Understand(ctx context.Context, text string, s understand.Situation) (understand.Meaning, error) {
	m := understand.Meaning{Text: text, By: "llm"}
	ctx, cancel := context.WithTimeout(ctx, patientLimit)
	defer cancel()
	clinic := r.config.Clinic()
	if !r.fit(ctx, clinic, text, s) {
		return m, ErrNotAsked
	}
	ask, err := r.ask(ctx, clinic, text, s)
	if err != nil {
		return m, err
	}
	key := keyOf(ask)
	said, known := r.cache.get(key)
	if !known {
		if said, err = r.answer(ctx, ask, key); err != nil {
			return m, err
		}
	}
	m.Commands = r.borne(clinic, said, text, s)
	if len(m.Commands) > 0 {
		m.Confidence = sureness
	}
	return m, nil
}

// sureness is the confidence of a reading that the text bears out: between a rule's that is sure and one's that is asked about.
const sureness = 0.8

// fit says that a text may and need be read by a model: no answer of personal data, no emergency, nothing that speaks to machines, and nothing
// medical where the model's keeper may not have it.
func (r *Reader) fit(ctx context.Context, clinic Clinic, text string, s understand.Situation) bool {
	if slices.Contains([]string{"name", "phone", "value", "born", "code", "words", "confirm", "consent"}, s.Asked) {
		return false
	}
	if len([]rune(text)) > maxSaid || len(spokenWords(text)) == 0 || r.suspects.machine(text) {
		return false
	}
	for _, c := range clinic.Rules.Read(text, s).Commands {
		if c.Flow == flowEmergency {
			return false
		}
	}
	leave, err := r.config.Client.Leave(ctx)
	return err == nil && leave.Any && (leave.Medical || !r.medical(clinic, text, s))
}

const flowEmergency = "emergency"

// medical says that a text may tell something of somebody's health.
func (r *Reader) medical(clinic Clinic, text string, s understand.Situation) bool {
	if s.Asked == slotReason {
		return true
	}
	for _, c := range clinic.Rules.Facts(text, s) {
		if c.Slot == slotReason || c.Slot == slotSpecialty || c.Slot == slotService {
			return true
		}
	}
	return r.cues.said("medical", spokenWords(text))
}

// proposal is one command as a model says it.
type proposal struct {
	Do    string `json:"do"`
	Flow  string `json:"flow"`
	Slot  string `json:"slot"`
	Value string `json:"value"`
	Quote string `json:"quote"`
}

// maxProposals is how many commands of one message are looked at.
const maxProposals = 8

// answer asks in the strictest mode that the server knows, and remembers which that is.
func (r *Reader) answer(ctx context.Context, ask Ask, key string) ([]proposal, error) {
	modes := Modes()
	for {
		at := r.mode.Load()
		ask.Mode = modes[at]
		answer, err := r.config.Client.Chat(ctx, ask)
		var said []proposal
		if err == nil {
			said, err = parse(answer.Text)
		}
		if err == nil {
			r.settled.Store(true)
			r.cache.put(key, said)
			return said, nil
		}
		if !r.degrades(Failed(err)) || ctx.Err() != nil {
			return nil, err
		}
		next := at + 1
		if int(next) == len(modes) { // none will do today; the next text begins anew
			r.mode.Store(0)
			return nil, err
		}
		r.mode.CompareAndSwap(at, next)
	}
}

// degrades says that a weaker mode may do: the server refuses this one, or, as long as it has never answered well in it, answers with something else.
func (r *Reader) degrades(f *Error) bool {
	return f != nil && (f.unfit() || !r.settled.Load() && (f.Kind == Garbled || f.Kind == Empty))
}

// parse finds the one JSON object of an answer; words around it are passed over.
func parse(text string) ([]proposal, error) {
	from, to := strings.IndexByte(text, '{'), strings.LastIndexByte(text, '}')
	if from < 0 || to < from {
		return nil, &Error{Kind: Garbled}
	}
	var w struct {
		Commands *[]proposal `json:"commands"`
	}
	if err := json.Unmarshal([]byte(text[from:to+1]), &w); err != nil || w.Commands == nil {
		return nil, &Error{Kind: Garbled}
	}
	return (*w.Commands)[:min(len(*w.Commands), maxProposals)], nil
}

// ask puts the question together: the clinic's words, the nearest examples, and the text.
func (r *Reader) ask(ctx context.Context, clinic Clinic, text string, s understand.Situation) (Ask, error) {
	var examples []Example
	if r.config.Nearest != nil {
		examples = r.config.Nearest.Nearest(ctx, text, examplesTold)
	}
	system, err := prompts.Render(r.prompt, view(clinic, s, examples))
	if err != nil {
		return Ask{}, err
	}
	return Ask{
		Purpose: Understand, Name: "commands", Shape: json.RawMessage(shape), Messages: []Message{{System, system}, {User, text}},
		Privacy: Privacy{Own: s.Private, Knows: clinic.Rules.Knows, Doctors: clinic.Vocabulary.Doctors, Today: s.Now},
	}, nil
}

// shownDoctors is how many surnames a prompt has: a clinic with more is understood without.
const shownDoctors = 60

// promptView is what the prompt is filled in with.
type promptView struct {
	Flows, Specialties []Named
	Doctors            []string
	Flow, Asked        string
	Examples           []Example
}

func view(clinic Clinic, s understand.Situation, examples []Example) promptView {
	v := promptView{Flows: flows(), Specialties: clinic.Specialties, Flow: s.Flow, Asked: s.Asked, Examples: examples}
	for _, d := range clinic.Vocabulary.Doctors[:min(len(clinic.Vocabulary.Doctors), shownDoctors)] {
		v.Doctors = append(v.Doctors, d.Surname)
	}
	return v
}

// shape is the JSON schema of an answer.
//
//go:embed shape.json
var shape []byte

// cacheFor is how long an answer holds for the same text in the same state.
const cacheFor = 10 * time.Minute
