package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	configenv "github.com/caarlos0/env/v11"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/joho/godotenv"

	"github.com/zapis-clinic/zapis/core/logs"
	"github.com/zapis-clinic/zapis/core/staff"
)

// config is every setting, from the environment or a .env file. Secrets may also come as NAME_FILE.
type config struct {
	Addr          string   `env:"ZAPIS_ADDR" envDefault:"127.0.0.1:8080"`
	PublicURL     string   `env:"ZAPIS_PUBLIC_URL"` // else where a browser on this machine finds Addr
	Database      string   `env:"ZAPIS_DATABASE_URL"`
	OwnerDatabase string   `env:"ZAPIS_OWNER_DATABASE_URL"`
	TelegramToken string   `env:"ZAPIS_TELEGRAM_TOKEN"`
	TelegramAPI   string   `env:"ZAPIS_TELEGRAM_API" envDefault:"https://api.telegram.org"`
	TelegramMode  string   `env:"ZAPIS_TELEGRAM_MODE" envDefault:"polling"`
	ChatSites     []string `env:"ZAPIS_CHAT_SITES"` // sites that may embed the chat
	Demo          bool     `env:"ZAPIS_DEMO" envDefault:"false"`
	SecondFactor  string   `env:"ZAPIS_SECOND_FACTOR" envDefault:"required"` // or optional, or the roles it is required of
	OIDCIssuer    string   `env:"ZAPIS_OIDC_ISSUER"`                         // the clinic's own sign-on, where it has one
	OIDCClientID  string   `env:"ZAPIS_OIDC_CLIENT_ID"`
	OIDCSecret    string   `env:"ZAPIS_OIDC_SECRET"`
	Log           string   `env:"ZAPIS_LOG" envDefault:"info"`
	Anchors       string   `env:"ZAPIS_AUDIT_ANCHOR" envDefault:".local/anchors.jsonl"`
	Connections   int32    `env:"ZAPIS_DATABASE_CONNECTIONS" envDefault:"10"`
	Proxies       []string `env:"ZAPIS_TRUSTED_PROXIES"` // networks whose word on a client's address is taken
	MetricsToken  string   `env:"ZAPIS_METRICS_TOKEN"`
	Clamd         string   `env:"ZAPIS_CLAMD"`                           // the virus scanner; where it is set and silent, no file is taken
	Results       string   `env:"ZAPIS_RESULTS_RELEASE" envDefault:"2h"` // how long a routine result waits for a doctor, or "doctor"
	Keys          string   `env:"ZAPIS_KEYS" envDefault:".local/keys.json"`
	KeysSecret    string   `env:"ZAPIS_KEYS_SECRET"`      // what the key file is wrapped under
	KeysNext      string   `env:"ZAPIS_KEYS_SECRET_NEXT"` // and will be

	LLMBase          string `env:"ZAPIS_LLM_BASE_URL"` // any OpenAI-compatible server
	LLMKey           string `env:"ZAPIS_LLM_KEY"`
	LLMModel         string `env:"ZAPIS_LLM_MODEL"`
	LLMEmbedding     string `env:"ZAPIS_LLM_EMBEDDING_MODEL"`
	LLMTranscription string `env:"ZAPIS_LLM_TRANSCRIPTION_MODEL"`
	Prompts          string `env:"ZAPIS_PROMPTS"`                            // a directory of prompts over the program's own
	LLMAudience      string `env:"ZAPIS_LLM_AUDIENCE" envDefault:"patients"` // off, staff, patients: for whom it is asked
	LLMBudget        int64  `env:"ZAPIS_LLM_BUDGET" envDefault:"0"`          // tokens a day, 0 without limit
	LLMPrices        string `env:"ZAPIS_LLM_PRICES"`                         // of a million tokens in and out: "15/60"
}

// known lists the settings that other parts or later versions read, so that a misspelt one can be named.
func known() []string {
	return []string{
		"ZAPIS_ADDR", "ZAPIS_PUBLIC_URL", "ZAPIS_DATABASE_URL", "ZAPIS_OWNER_DATABASE_URL", "ZAPIS_KEYS", "ZAPIS_KEYS_SECRET", "ZAPIS_KEYS_SECRET_NEXT",
		"ZAPIS_TELEGRAM_TOKEN",
		"ZAPIS_TELEGRAM_API", "ZAPIS_TELEGRAM_MODE", "ZAPIS_LLM_BASE_URL", "ZAPIS_LLM_KEY", "ZAPIS_LLM_MODEL", "ZAPIS_LLM_EMBEDDING_MODEL",
		"ZAPIS_LLM_TRANSCRIPTION_MODEL", "ZAPIS_LLM_AUDIENCE", "ZAPIS_LLM_BUDGET", "ZAPIS_LLM_PRICES", "ZAPIS_PROMPTS",
		"ZAPIS_DEMO", "ZAPIS_HL7_ADDR", "ZAPIS_LOG", "ZAPIS_CHAT_SITES", "ZAPIS_SECOND_FACTOR", "ZAPIS_OIDC_ISSUER", "ZAPIS_OIDC_CLIENT_ID", "ZAPIS_OIDC_SECRET", "ZAPIS_DATABASE_CONNECTIONS",
		"ZAPIS_TRUSTED_PROXIES", "ZAPIS_METRICS_TOKEN", "ZAPIS_CLAMD", "ZAPIS_AUDIT_ANCHOR", "ZAPIS_RESULTS_RELEASE",
	}
}

// localDatabase is where `make db-up` leaves the addresses of the local database.
const localDatabase = ".local/database.env"

// load reads the settings: the environment first, then .env and the files of secrets. Where nothing names a database, it is the local one.
func load() (config, error) {
	if err := dotenv(".env"); err != nil {
		return config{}, err
	}
	if err := secrets(); err != nil {
		return config{}, err
	}
	if os.Getenv("ZAPIS_DATABASE_URL") == "" && os.Getenv("ZAPIS_OWNER_DATABASE_URL") == "" {
		if err := dotenv(localDatabase); err != nil {
			return config{}, err
		}
	}
	var c config
	if err := configenv.Parse(&c); err != nil {
		return c, unreadable(err)
	}
	if c.PublicURL == "" {
		c.PublicURL = near(c.Addr)
	}
	return c, c.check()
}

// near is how a browser on this machine reaches what listens on addr.
func near(addr string) string {
	host, port, _ := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// dotenv adds a file's settings to the environment, if there is such a file; what is set already stays.
func dotenv(file string) error {
	if err := godotenv.Load(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return usageError{fmt.Errorf("%s: not readable as NAME=value lines; mend or remove it", file)}
	}
	return nil
}

// unreadable names the first setting whose value is not of its kind.
func unreadable(err error) error {
	var bad configenv.ParseError
	if errors.As(err, &bad) {
		if field, ok := reflect.TypeFor[config]().FieldByName(bad.Name); ok {
			return wrong(field.Tag.Get("env"), map[reflect.Kind]string{reflect.Bool: "expected 1 or 0", reflect.Int32: "expected a number", reflect.Int64: "expected a number"}[field.Type.Kind()])
		}
	}
	return usageError{fmt.Errorf("settings: %w", err)}
}

func wrong(name, what string) error { return usageError{fmt.Errorf("%s: %s", name, what)} }

// secrets reads NAME_FILE where NAME is not set.
func secrets() error {
	for _, name := range known() {
		path := os.Getenv(name + "_FILE")
		if path == "" || os.Getenv(name) != "" {
			continue
		}
		data, err := os.ReadFile(filepath.Clean(path)) //nolint:gosec // whoever starts the program says which file to read
		if err != nil {
			return usageError{fmt.Errorf("%s_FILE: cannot read %s: make the file readable or set %s", name, path, name)}
		}
		if err := os.Setenv(name, strings.TrimSpace(string(data))); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// check names the first wrong or missing setting and says what to do.
func (c config) check() error {
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		return wrong("ZAPIS_ADDR", "expected host:port, for example 127.0.0.1:8080")
	}
	if u, err := url.Parse(c.PublicURL); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return wrong("ZAPIS_PUBLIC_URL", "expected an address that starts with http:// or https://")
	}
	if err := c.checkDatabase(); err != nil {
		return err
	}
	if !slices.Contains([]string{"polling", "webhook"}, c.TelegramMode) {
		return wrong("ZAPIS_TELEGRAM_MODE", "expected polling or webhook")
	}
	if c.TelegramMode == "webhook" && c.TelegramToken != "" && !strings.HasPrefix(c.PublicURL, "https://") && c.TelegramAPI == "https://api.telegram.org" {
		return wrong("ZAPIS_PUBLIC_URL", "Telegram delivers to https addresses only; set it, or use ZAPIS_TELEGRAM_MODE=polling")
	}
	if _, err := c.trusted(); err != nil {
		return err
	}
	if _, err := c.files(); err != nil {
		return err
	}
	if err := c.checkSignIn(); err != nil {
		return err
	}
	if err := c.checkModel(); err != nil {
		return err
	}
	if _, err := c.results(); err != nil {
		return wrong("ZAPIS_RESULTS_RELEASE", "expected a time such as 2h or 0s, or the word doctor")
	}
	var level slog.Level
	if level.UnmarshalText([]byte(c.Log)) != nil {
		return wrong("ZAPIS_LOG", "expected debug, info, warn or error")
	}
	return nil
}

// checkSignIn does so for how staff sign in.
func (c config) checkSignIn() error {
	if _, err := staff.ParseDemand(c.SecondFactor); err != nil {
		return wrong("ZAPIS_SECOND_FACTOR", "expected required, optional, or roles separated by commas: "+strings.Join(staff.Roles(), ", "))
	}
	if c.OIDCIssuer == "" {
		return nil
	}
	if u, err := url.Parse(c.OIDCIssuer); err != nil || u.Host == "" || (u.Scheme != "https" && !loopback(u)) {
		return wrong("ZAPIS_OIDC_ISSUER", "expected the provider's address, starting with https://")
	}
	if c.OIDCClientID == "" {
		return wrong("ZAPIS_OIDC_CLIENT_ID", "not set; the provider gives it with ZAPIS_OIDC_SECRET")
	}
	return nil
}

// loopback says that an address is on this machine: a provider that is tried out.
func loopback(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "http" && (u.Hostname() == "localhost" || (ip != nil && ip.IsLoopback()))
}

// results is how long a routine result waits before the rule releases it; below nothing where doctors alone do.
func (c config) results() (time.Duration, error) {
	if c.Results == "doctor" {
		return -1, nil
	}
	wait, err := time.ParseDuration(c.Results)
	if err == nil && wait < 0 {
		err = errors.New("less than nothing")
	}
	return wait, err
}

// checkDatabase does so for the database. The driver's own words are not shown: they carry the password.
func (c config) checkDatabase() error {
	if c.Database == "" {
		return wrong("ZAPIS_DATABASE_URL", "not set; start the local database with `make db-up`, or set it to postgres://user:password@host:port/name")
	}
	for name, address := range map[string]string{"ZAPIS_DATABASE_URL": c.Database, "ZAPIS_OWNER_DATABASE_URL": c.OwnerDatabase} {
		if _, err := pgconn.ParseConfig(address); err != nil {
			return wrong(name, "not a valid address; expected postgres://user:password@host:port/name")
		}
	}
	if c.Connections < 1 {
		return wrong("ZAPIS_DATABASE_CONNECTIONS", "expected a number from 1 on")
	}
	return nil
}

// needOwner is for commands that change the schema or fill it.
func (c config) needOwner() error {
	if c.OwnerDatabase == "" {
		return wrong("ZAPIS_OWNER_DATABASE_URL", "not set; it names the same database as ZAPIS_DATABASE_URL, as role zapis_owner")
	}
	return nil
}

// misspelt lists settings of ours that nobody reads, each with the nearest name that somebody does.
func misspelt() []string {
	var out []string
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		plain := strings.TrimSuffix(name, "_FILE")
		if strings.HasPrefix(name, "ZAPIS_") && !slices.Contains(known(), plain) {
			out = append(out, fmt.Sprintf("%s is not a setting; did you mean %s?", name, nearest(plain, known())))
		}
	}
	return out
}

func nearest(word string, list []string) string {
	best, least := "", 1<<30
	for _, candidate := range list {
		if d := distance(word, candidate); d < least {
			best, least = candidate, d
		}
	}
	return best
}

// distance is Levenshtein's.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := last
			if a[i] != b[j] {
				cost++
			}
			last = row[j+1]
			row[j+1] = min(row[j+1]+1, row[j]+1, cost)
		}
	}
	return row[len(b)]
}

// logger writes JSON lines on standard error, freed of secrets and of people.
func (c config) logger(w io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Log)); err != nil {
		level = slog.LevelInfo
	}
	return slog.New(logs.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})))
}
