// Package entry decides how an act is asked for and answered over HTTP: the same way for staff and for integrations.
package entry

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/acts"
)

// Question is an act and what it is told.
type Question struct {
	Class  core.Class
	Action core.Action
	In     acts.Input
}

// Routes adds the addresses of acts under r's own: /{class}, /{class}/{id}, /{class}/{action}, /{class}/{id}/{action}. GET reads and counts;
// whatever else is done, is done by POST.
func Routes(r chi.Router, serve http.HandlerFunc) {
	for _, path := range []string{"/{class}", "/{class}/{id}", "/{class}/{id}/{action}"} {
		r.Get(path, serve)
		r.Post(path, serve)
	}
}

// Ask reads a question: of GET from its address, of POST from a flat JSON object of texts, numbers and yes or no. "patient", "visit" and
// "kind" are the act's; what remains are its fields. An id that is none is the id of nothing.
func Ask(r *http.Request) (Question, error) {
	q := Question{Class: core.Class(chi.URLParam(r, "class")), In: acts.Input{Fields: map[string]string{}}}
	id, action := chi.URLParam(r, "id"), core.Action(chi.URLParam(r, "action"))
	if action == "" && slices.Contains(core.Actions(), core.Action(id)) {
		id, action = "", core.Action(id)
	}
	if id != "" {
		var err error
		if q.In.ID, err = uuid.Parse(id); err != nil {
			return q, core.Refuse(core.NotFound, "not_found")
		}
	}
	if q.Action = action; r.Method == http.MethodGet {
		if q.Action == "" {
			q.Action = core.Read
		}
		if q.Action != core.Read && q.Action != core.Aggregate { // to look at something changes nothing
			return q, refused(q)
		}
		for name, values := range r.URL.Query() {
			q.In.Fields[name] = values[0]
		}
		return q, q.take()
	}
	switch {
	case q.Action == "" && id == "":
		q.Action = core.Create
	case q.Action == "":
		q.Action = core.Update
	}
	if err := q.body(r); err != nil {
		return q, err
	}
	return q, q.take()
}

// refused is the refusal of what cannot be asked for in this way.
func refused(q Question) error {
	if q.In.ID != uuid.Nil {
		return core.Refuse(core.NotFound, "not_found")
	}
	return core.Refuse(core.Denied, "not_allowed")
}

// body reads the JSON of a POST; none is an empty one. Only JSON is read: no form of another site's page can say it.
func (q *Question) body(r *http.Request) error {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	decoder := json.NewDecoder(r.Body)
	decoder.UseNumber()
	var said map[string]any
	err := decoder.Decode(&said)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil || kind != "application/json" || decoder.More() {
		return core.Refuse(core.Invalid, "body_invalid")
	}
	for name, value := range said {
		switch value := value.(type) {
		case string:
			q.In.Fields[name] = value
		case json.Number:
			q.In.Fields[name] = value.String()
		case bool:
			q.In.Fields[name] = strconv.FormatBool(value)
		case nil:
		default:
			return core.Refuse(core.Invalid, "field_invalid", "Field", name)
		}
	}
	return nil
}

// take moves the act's own words out of the fields.
func (q *Question) take() error {
	for name, to := range map[string]*uuid.UUID{"patient": &q.In.Patient, "visit": &q.In.Visit} {
		text := q.In.Fields[name]
		delete(q.In.Fields, name)
		if text == "" {
			continue
		}
		id, err := uuid.Parse(text)
		if err != nil {
			return core.Refuse(core.NotFound, "not_found")
		}
		*to = id
	}
	q.In.Kind = q.In.Fields["kind"]
	delete(q.In.Fields, "kind")
	return nil
}

// Answer is what an act left.
func Answer(w http.ResponseWriter, out acts.Output) {
	write(w, http.StatusOK, out)
}

// Refusal answers a refusal by its key: the same key, the same bytes. Message is for people, and may be empty.
func Refusal(w http.ResponseWriter, why *core.Error, message string) {
	status := map[core.Code]int{
		core.NotFound: http.StatusNotFound, core.Denied: http.StatusForbidden, core.Conflict: http.StatusConflict,
		core.Invalid: http.StatusUnprocessableEntity, core.TooMany: http.StatusTooManyRequests,
	}[why.Code]
	if wait, ok := why.Args["Wait"].(time.Duration); ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	}
	body := map[string]any{"error": why.Key}
	if field, ok := why.Args["Field"].(string); ok {
		body["field"] = field
	}
	if message != "" {
		body["message"] = message
	}
	write(w, status, body)
}

func write(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n'))
}
