// Package llm decides what a model is asked and what of its answer counts. It is the only one that speaks to an OpenAI-compatible server;
// what leaves the clinic, leaves here, and nothing that a model says is done or shown unless code finds it in the person's own words.
package llm

import (
	"context"
	"encoding/json"
	"time"
)

// Purpose says what a call is for: its limits and its line in the metrics follow from it.
type Purpose string

// The purposes.
const (
	Understand    Purpose = "understand"    // a patient's message into commands
	Reply         Purpose = "reply"         // a patient's question, from the clinic's own articles
	Draft         Purpose = "draft"         // for staff: nobody waits in a chat
	Embedding     Purpose = "embedding"     // texts into vectors
	Transcription Purpose = "transcription" // a voice message into text
	Probing       Purpose = "probe"         // what does this server know
)

// A patient waits this long for a model and no longer; a voice message takes longer to send than that anyway.
const (
	patientLimit = 4 * time.Second
	voiceLimit   = 15 * time.Second
	staffLimit   = 30 * time.Second
)

// Sizes of answers, in bytes. A batch of embeddings is numbers written out: 64 vectors of 3072 take some 3 MB.
const (
	answerCap    = 256 << 10
	embeddingCap = 8 << 20
)

func (p Purpose) limit() time.Duration {
	switch p {
	case Understand, Reply, Probing:
		return patientLimit
	case Transcription:
		return voiceLimit
	default:
		return staffLimit
	}
}

func (p Purpose) cap() int64 {
	if p == Embedding {
		return embeddingCap
	}
	return answerCap
}

// Mode is how a server is made to answer in JSON.
type Mode string

// The modes, from the strictest on.
const (
	Schema Mode = "schema" // response_format json_schema, strict
	Object Mode = "object" // response_format json_object
	Tool   Mode = "tool"   // one function, which must be called
	Text   Mode = "text"   // as the model likes; JSON is looked for in it
)

// Modes lists them, the strictest first.
func Modes() []Mode { return []Mode{Schema, Object, Tool, Text} }

// Message is one of a conversation with a model. Role is system, user or assistant.
type Message struct{ Role, Text string }

// Roles of messages.
const (
	System    = "system"
	User      = "user"
	Assistant = "assistant"
)

// Ask is one question to a model.
type Ask struct {
	Purpose  Purpose
	Messages []Message
	Mode     Mode            // Text where empty
	Name     string          // of the schema or the tool
	Shape    json.RawMessage // the JSON schema of the answer, for Schema and Tool
	Tokens   int             // of the answer, at most; 512 where 0
	Privacy  Privacy         // of whose words the user messages are
}

// Tokens is what a call used.
type Tokens struct{ In, Out int }

// Answer is what a model said: text, or JSON where it was asked for. It is data, never an instruction.
type Answer struct {
	Text   string
	Tokens Tokens
}

// Ledger keeps what was used, for the budget of a day.
type Ledger interface {
	Spent(ctx context.Context, day time.Time) (tokens int64, err error)
	Spend(ctx context.Context, day time.Time, p Purpose, t Tokens) error
}
