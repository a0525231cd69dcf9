package upload

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// Clamd asks ClamAV's daemon (clamd(8), INSTREAM). Where it does not answer, the file is not taken.
type Clamd struct{ Network, Address string }

// errClamd is an answer that is neither "OK" nor a finding.
var errClamd = errors.New("clamd does not say whether the file is clean")

// ReadClamd reads an address: unix:/run/clamav/clamd.ctl or tcp:127.0.0.1:3310.
func ReadClamd(address string) (Clamd, error) {
	network, at, ok := strings.Cut(address, ":")
	if !ok || at == "" || (network != "unix" && network != "tcp") {
		return Clamd{}, errors.New("expected unix:/run/clamav/clamd.ctl or tcp:host:port")
	}
	return Clamd{Network: network, Address: at}, nil
}

// chunk is how much is sent at a time.
const chunk = 64 << 10

// maxReply bounds what is read of an answer.
const maxReply = 1 << 10

// Scan implements Scanner.
func (c Clamd) Scan(ctx context.Context, data []byte) (string, error) {
	message := append(make([]byte, 0, len(data)+64), "zINSTREAM\x00"...)
	for len(data) > 0 {
		part := data[:min(len(data), chunk)]
		message = binary.BigEndian.AppendUint32(message, uint32(len(part))) //nolint:gosec // at most chunk
		message = append(message, part...)
		data = data[len(part):]
	}
	reply, err := c.ask(ctx, binary.BigEndian.AppendUint32(message, 0))
	switch {
	case err != nil:
		return "", err
	case reply == "stream: OK":
		return "", nil
	}
	if found, ok := strings.CutSuffix(strings.TrimPrefix(reply, "stream: "), " FOUND"); ok {
		return found, nil
	}
	return "", errClamd
}

// Ping says whether the daemon is there.
func (c Clamd) Ping(ctx context.Context) error {
	reply, err := c.ask(ctx, []byte("zPING\x00"))
	if err == nil && reply != "PONG" {
		err = errClamd
	}
	return err
}

func (c Clamd) ask(ctx context.Context, message []byte) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, checkFor)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, c.Network, c.Address)
	if err != nil {
		return "", fmt.Errorf("clamd: %w", err)
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if _, err := conn.Write(message); err != nil {
		return "", fmt.Errorf("clamd: %w", err)
	}
	reply := make([]byte, 0, maxReply)
	for len(reply) < cap(reply) {
		n, err := conn.Read(reply[len(reply):cap(reply)])
		reply = reply[:len(reply)+n]
		if n > 0 && reply[len(reply)-1] == 0 {
			return string(reply[:len(reply)-1]), nil
		}
		if err != nil {
			return "", fmt.Errorf("clamd: %w", err)
		}
	}
	return "", errClamd
}
