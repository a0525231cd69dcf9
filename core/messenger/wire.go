package messenger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zapis-clinic/zapis/core"
)

// Hook is what the messenger knows of its deliveries to us.
type Hook struct {
	Set       bool
	Ours      bool  // and to this program's address
	Waiting   int64 // deliveries that wait
	FailedAt  *time.Time
	FailedFor string // a class: see the words under channels.hook_
}

// Wire asks a messenger's own server, with whatever token it is given. Its errors are a *TroubleError.
type Wire interface {
	Who(ctx context.Context, token string) (Bot, error)
	Hook(ctx context.Context, token string) (Hook, error)
	SetHook(ctx context.Context, token string) error
	DropHook(ctx context.Context, token string) error
	Say(ctx context.Context, token, chat, text string) error
}

// Fault is what kind of trouble there was with the messenger's server.
type Fault string

// The kinds of trouble.
const (
	WrongToken Fault = "token"   // it knows no such bot
	Busy       Fault = "busy"    // it wants us to wait
	Silent     Fault = "silent"  // no answer, or none in time
	Down       Fault = "down"    // it answers that it cannot
	Odd        Fault = "odd"     // an answer that is none: a proxy, another server
	Shut       Fault = "shut"    // the person has not opened this bot, or blocked it
	Refused    Fault = "refused" // anything else it says no to
)

// TroubleError is why the messenger's server did not do what it was asked. Its text holds no token.
type TroubleError struct {
	Kind  Fault
	After time.Duration // of Busy
	Err   error
}

func (t *TroubleError) Error() string {
	return fmt.Sprintf("the messenger's server, %s: %v", t.Kind, t.Err)
}

func (t *TroubleError) Unwrap() error { return t.Err }

// refusal is trouble as it is told to whoever asked; anything else is a fault.
func refusal(err error) error {
	var t *TroubleError
	if !errors.As(err, &t) {
		return err
	}
	code := core.Conflict
	if t.Kind == WrongToken {
		code = core.Invalid
	}
	return errors.Join(core.Refuse(code, "messenger_"+string(t.Kind), "Seconds", int(max(t.After, time.Second).Seconds())), err)
}
