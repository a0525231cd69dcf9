package botstest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// maxUpload bounds what the fake reads of one request.
const maxUpload = 64 << 20

// params are a request's parameters by name, whichever of Telegram's three encodings they came in. An uploaded file's content
// is under its name and its file name under "name.filename".
type params map[string]string

func readParams(r *http.Request) (params, error) {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	switch kind {
	case "multipart/form-data":
		return multipartParams(r)
	case "application/json":
		return jsonParams(r.Body)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxUpload))
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	p := make(params, len(form))
	for name, values := range form {
		p[name] = values[0]
	}
	return p, nil
}

func jsonParams(body io.Reader) (params, error) {
	var fields map[string]json.RawMessage
	if err := json.NewDecoder(io.LimitReader(body, maxUpload)).Decode(&fields); err != nil {
		return nil, err
	}
	p := make(params, len(fields))
	for name, raw := range fields {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		p[name] = text
	}
	return p, nil
}

func multipartParams(r *http.Request) (params, error) {
	reader, err := r.MultipartReader()
	if err != nil {
		return nil, err
	}
	p := params{}
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return p, nil
		}
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(io.LimitReader(part, maxUpload))
		if err != nil {
			return nil, fmt.Errorf("reading a part: %w", err)
		}
		p[part.FormName()] = string(content)
		if name := part.FileName(); name != "" {
			p[part.FormName()+".filename"] = name
		}
	}
}

// number reads a whole number; anything else is 0.
func (p params) number(name string) int64 {
	n, err := strconv.ParseInt(p[name], 10, 64)
	if err != nil {
		return 0
	}
	return n
}
