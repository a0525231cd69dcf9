// Command zapis is a clinic in a messenger.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/migrations"
)

func main() {
	done, err := store.Migrate(context.Background(), os.Getenv("ZAPIS_OWNER_DATABASE_URL"), migrations.FS)
	fmt.Fprintln(os.Stderr, done, err)
}
