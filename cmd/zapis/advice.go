package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5/pgconn"
)

// advice is an error in one line; where it is the database's, with what to do about it.
func advice(err error) string {
	var unreached *pgconn.ConnectError
	if errors.As(err, &unreached) {
		return fmt.Sprintf("no connection to database %s at %s:%d as %s: %s; `make db-up` starts the local one, ZAPIS_DATABASE_URL and ZAPIS_OWNER_DATABASE_URL name another",
			unreached.Config.Database, unreached.Config.Host, unreached.Config.Port, unreached.Config.User, cause(unreached))
	}
	text := strings.Join(strings.Fields(err.Error()), " ")
	var refused *pgconn.PgError
	if errors.As(err, &refused) && (refused.Code == pgerrcode.UndefinedTable || refused.Code == pgerrcode.InvalidSchemaName) {
		return text + "; run `zapis migrate`"
	}
	return text
}

// cause is why a connection did not come about: the server's own words, or else the network's.
func cause(err error) string {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return refused.Message
	}
	words := strings.Split(strings.TrimSpace(err.Error()), ": ")
	return words[len(words)-1]
}
