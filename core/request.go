package core

import "context"

type requestKey struct{}

// WithRequest notes the id of the request or the job that ctx belongs to. Entries make the id; nobody outside gives us one.
func WithRequest(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey{}, id)
}

// RequestOf is the id noted by WithRequest, or empty.
func RequestOf(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// During is the actor in the request or job that ctx belongs to: what it does stands on record under that id.
func (a Actor) During(ctx context.Context) Actor {
	if id := RequestOf(ctx); id != "" {
		a.Request = id
	}
	return a
}
