//go:build !linux

package main

import (
	"context"
	"errors"
)

// room is looked at on Linux alone.
func room(context.Context, config) error {
	return offError{errors.New("not looked at on this system")}
}
