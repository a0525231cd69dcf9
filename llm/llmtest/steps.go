package llmtest

import (
	"encoding/json"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Say answers with these words, in the form that was asked for: a tool's arguments where a tool was offered.
func Say(text string) Step {
	return func(w http.ResponseWriter, _ *http.Request, q Request) {
		message := map[string]any{"role": "assistant", "content": text}
		if len(q.Chat.Tools) > 0 {
			message = map[string]any{"role": "assistant", "content": nil, "tool_calls": []any{call(q.Chat.Tools[0].Function.Name, text)}}
		}
		completed(w, message)
	}
}

// Answer lets a function say what to answer.
func Answer(fn func(q Request) string) Step {
	return func(w http.ResponseWriter, r *http.Request, q Request) { Say(fn(q))(w, r, q) }
}

// Call answers with calls of tools that nobody need have offered: pairs of a name and arguments.
func Call(pairs ...string) Step {
	return func(w http.ResponseWriter, _ *http.Request, _ Request) {
		var calls []any
		for i := 0; i+1 < len(pairs); i += 2 {
			calls = append(calls, call(pairs[i], pairs[i+1]))
		}
		completed(w, map[string]any{"role": "assistant", "content": nil, "tool_calls": calls})
	}
}

func call(name, arguments string) map[string]any {
	return map[string]any{"id": "call_1", "type": "function", "function": map[string]any{"name": name, "arguments": arguments}}
}

func completed(w http.ResponseWriter, message map[string]any) {
	reply(w, map[string]any{
		"id": "chatcmpl-1", "object": "chat.completion", "model": "scripted",
		"choices": []any{map[string]any{"index": 0, "message": message, "finish_reason": "stop"}},
		"usage":   map[string]any{"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
	})
}

func reply(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

// Nothing answers well and with no choices.
func Nothing() Step {
	return func(w http.ResponseWriter, _ *http.Request, _ Request) { reply(w, map[string]any{"choices": []any{}}) }
}

// Raw answers with a body as it stands.
func Raw(status int, body string) Step {
	return func(w http.ResponseWriter, _ *http.Request, _ Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// Refuse answers with a status and an error in OpenAI's form about a parameter.
func Refuse(status int, param string) Step {
	body, _ := json.Marshal(map[string]any{"error": map[string]any{"message": "not so", "type": "invalid_request_error", "param": param}})
	return Raw(status, string(body))
}

// Busy answers 429 and asks for some seconds' patience.
func Busy(seconds string) Step {
	return func(w http.ResponseWriter, _ *http.Request, _ Request) {
		w.Header().Set("Retry-After", seconds)
		w.WriteHeader(http.StatusTooManyRequests)
	}
}

// Hang never answers.
func Hang() Step {
	return func(_ http.ResponseWriter, r *http.Request, _ Request) { <-r.Context().Done() }
}

// Drip answers so slowly that it never gets to the end.
func Drip() Step {
	return func(w http.ResponseWriter, r *http.Request, _ Request) {
		w.Header().Set("Content-Type", "application/json")
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-r.Context().Done():
				return
			case <-tick.C:
				if _, err := w.Write([]byte(" ")); err != nil {
					return
				}
				_ = http.NewResponseController(w).Flush()
			}
		}
	}
}

// Reset breaks the connection in the middle of an answer.
func Reset() Step {
	return func(w http.ResponseWriter, _ *http.Request, _ Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte(`{"choices":[`))
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	}
}

// Huge answers with so many bytes of well-formed JSON.
func Huge(n int) Step { return Say(strings.Repeat("x", n)) }

// Knows refuses the forms of answer that are not named: json_schema, json_object, tools.
func Knows(step Step, forms ...string) Step {
	return func(w http.ResponseWriter, r *http.Request, q Request) {
		switch {
		case q.Chat.Format != nil && !slices.Contains(forms, q.Chat.Format.Type), len(q.Chat.Tools) > 0 && !slices.Contains(forms, "tools"):
			Raw(http.StatusBadRequest, `{"detail":"unknown field"}`)(w, r, q)
		default:
			step(w, r, q)
		}
	}
}

// Embed answers with vectors of so many dimensions: a text's words each push one of them, so that texts with common words are near.
func Embed(dimensions int) Step {
	return func(w http.ResponseWriter, _ *http.Request, q Request) {
		var data []any
		for i, text := range q.Input {
			v := make([]float32, dimensions)
			v[0] = 0.01
			for word := range strings.FieldsSeq(strings.ToLower(text)) {
				h := fnv.New32a()
				_, _ = h.Write([]byte(word))
				v[int(h.Sum32())%dimensions]++
			}
			data = append(data, map[string]any{"object": "embedding", "index": i, "embedding": v})
		}
		slices.Reverse(data) // the order is in the index
		reply(w, map[string]any{"object": "list", "data": data, "usage": map[string]any{"prompt_tokens": 8 * len(q.Input), "total_tokens": 8 * len(q.Input)}})
	}
}

// Hear answers a transcription with a text.
func Hear(text string) Step {
	return func(w http.ResponseWriter, _ *http.Request, _ Request) { reply(w, map[string]any{"text": text}) }
}

// Serve answers each kind of request its own way; nil refuses.
func Serve(chat, embeddings, transcriptions Step) Step {
	return func(w http.ResponseWriter, r *http.Request, q Request) {
		step := map[string]Step{"/chat/completions": chat, "/embeddings": embeddings, "/audio/transcriptions": transcriptions}[q.Path]
		if step == nil {
			Raw(http.StatusNotFound, strconv.Quote("no "+q.Path))(w, r, q)
			return
		}
		step(w, r, q)
	}
}
