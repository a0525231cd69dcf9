// Command learn writes down what the program's own examples teach; `make generate` runs it.
package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/zapis-clinic/zapis/dialog/understand"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "learn:", err)
		os.Exit(1)
	}
}

// file stands in the directory of the package, where go generate runs this.
const file = "learned.bin"

func run() error {
	learned, err := understand.Learned()
	if err != nil {
		return err
	}
	if old, err := os.ReadFile(file); err == nil && bytes.Equal(old, learned) {
		return nil
	}
	return os.WriteFile(file, learned, 0o600)
}
