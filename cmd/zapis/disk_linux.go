package main

import (
	"context"
	"fmt"
	"syscall"
)

// leastRoom is what anchors, uploads under way and logs need; below it somebody should look.
const leastRoom = 1 << 30

// room sees that there is room where the program stands. The database's own disk is for its server to watch.
func room(context.Context, config) error {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(".", &fs); err != nil {
		return fmt.Errorf("room on the disk: %w", err)
	}
	if free := fs.Bavail * uint64(fs.Bsize); free < leastRoom { //nolint:gosec // a block is never below nothing
		return fmt.Errorf("%d MB are free: make room", free>>20)
	}
	return nil
}
