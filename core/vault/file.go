package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// File keeps the keys in one file. Where there are Secrets, the keys are wrapped: any one of them opens the file.
type File struct {
	Path    string
	Secrets Secrets
}

// Modes of the key file: made for its owner alone; a group may be let read it, others may not.
const (
	fileMode  = 0o600
	dirMode   = 0o700
	othersMay = 0o007
	groupMay  = 0o020
)

// String implements Provider.
func (f File) String() string { return f.Path }

// Stamp implements Provider.
func (f File) Stamp(context.Context) (string, error) {
	text, err := f.read()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8]), nil
}

// Load implements Provider.
func (f File) Load(context.Context) (Keys, error) {
	text, err := f.read()
	if err != nil {
		return Keys{}, err
	}
	s, err := readScroll(text, f.Secrets)
	if err != nil {
		return Keys{}, fmt.Errorf("%s: %w", f.Path, err)
	}
	return s.keys, nil
}

// Save implements Provider. What the file is wrapped under stays.
func (f File) Save(_ context.Context, k Keys) error {
	return f.locked(func() error {
		text, err := f.read()
		if errors.Is(err, ErrAbsent) && k.Revision == 1 {
			return f.write(scroll{keys: k}, true)
		}
		if err != nil {
			return err
		}
		old, err := readScroll(text, f.Secrets)
		if err != nil {
			return fmt.Errorf("%s: %w", f.Path, err)
		}
		if old.keys.Revision != k.Revision-1 {
			return ErrRevision
		}
		old.keys = k
		return f.write(old, false)
	})
}

// Wrap wraps the keys anew, under Secrets and no other.
func (f File) Wrap(context.Context) error {
	return f.locked(func() error {
		text, err := f.read()
		if err != nil {
			return err
		}
		s, err := readScroll(text, f.Secrets)
		if err != nil {
			return fmt.Errorf("%s: %w", f.Path, err)
		}
		return f.write(s, true)
	})
}

func (f File) read() ([]byte, error) {
	info, err := os.Stat(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", f.Path, ErrAbsent)
	}
	if err != nil {
		return nil, fmt.Errorf("the key file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", f.Path)
	}
	if info.Mode().Perm()&(othersMay|groupMay) != 0 {
		return nil, fmt.Errorf("%s is open to others (mode %04o): they may have read the keys; run `chmod 600 %s`", f.Path, info.Mode().Perm(), f.Path)
	}
	text, err := os.ReadFile(f.Path)
	if err != nil {
		return nil, fmt.Errorf("the key file: %w", err)
	}
	return text, nil
}

// locked keeps other programs on this machine from changing the file at the same time.
func (f File) locked(fn func() error) error {
	dir := filepath.Dir(f.Path)
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return fmt.Errorf("the key file's folder: %w", err)
	}
	d, err := os.Open(dir) //nolint:gosec // whoever starts the program says where the keys are
	if err != nil {
		return fmt.Errorf("the key file's folder: %w", err)
	}
	defer func() { _ = d.Close() }()
	if err := syscall.Flock(int(d.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("lock the key file's folder: %w", err)
	}
	return fn()
}

// write puts the file in its place in one step; whoever reads it meanwhile sees the old one or the new one.
func (f File) write(s scroll, anew bool) error {
	text, err := s.text(f.Secrets, anew)
	if err != nil {
		return err
	}
	path := f.Path
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if err := replace(path, text); err != nil {
		return fmt.Errorf("the key file: %w", err)
	}
	return nil
}

func replace(path string, text []byte) error {
	dir := filepath.Dir(path)
	t, err := os.CreateTemp(dir, ".keys-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(t.Name()) }() // nothing is left to remove where all went well
	_, err = t.Write(text)
	if err = errors.Join(err, t.Sync(), t.Close()); err != nil {
		return err
	}
	if err := os.Chmod(t.Name(), fileMode); err != nil {
		return err
	}
	if err := os.Rename(t.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(dir) //nolint:gosec // the folder of the file just written
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
