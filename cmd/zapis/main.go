// Command zapis is a clinic that lives in a messenger. Wiring stands here as plain lists; nothing registers itself.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// Exit codes.
const (
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// commands are the program's subcommands.
type commands struct {
	Serve      serveCmd      `cmd:"" help:"Serve the clinic: messengers, site chat, cabinet, background work."`
	Migrate    migrateCmd    `cmd:"" help:"Bring the database up to date."`
	Demo       demoCmd       `cmd:"" help:"Fill the database with the demo clinic."`
	Staff      staffCmd      `cmd:"" help:"Members of staff."`
	Token      tokenCmd      `cmd:"" help:"Tokens of integrations: other machines that speak to the clinic."`
	Processors processorsCmd `cmd:"" help:"Who gets people's data: the registry that a channel or a model must stand in."`
	Keys       keysCmd       `cmd:"" help:"Keys that the database's encrypted columns are sealed under."`
	Articles   articlesCmd   `cmd:"" help:"The clinic's own articles, from which questions are answered."`
	Questions  questionsCmd  `cmd:"" help:"What people asked and nobody could answer."`
	Link       linkCmd       `cmd:"" help:"A link (and its QR code) that opens the chat at a doctor, a branch, a service or a campaign."`
	Policy     policyCmd     `cmd:"" help:"Policies: who may do what with which data."`
	Understand understandCmd `cmd:"" help:"What a phrase is understood as, one JSON object a line. No database, no network."`
	Eval       evalCmd       `cmd:"" help:"How well phrases are understood whose meaning is known: tables by class."`
	Talk       talkCmd       `cmd:"" help:"Talk to the clinic in the terminal."`
	Audit      auditCmd      `cmd:"" help:"The journal of who did what: verify its seals, remember the newest one."`
	Check      checkCmd      `cmd:"" help:"Check the configuration and every connection."`
}

// env is what a command works with.
type env struct {
	ctx context.Context //nolint:containedctx // kong passes one value to commands
	in  io.Reader
	out io.Writer
	err io.Writer
}

// usageError is a call with the wrong words: exit 2.
type usageError struct{ error }

// run is the whole program, for main and for the tests.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	var cli commands
	exited := -1
	parser, err := kong.New(&cli, kong.Name("zapis"), kong.Description("A clinic that lives in a messenger."),
		kong.Writers(out, errs), kong.Exit(func(code int) { exited = code }), kong.UsageOnError(), kong.Vars{"roles": roleNames}, kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		_, _ = fmt.Fprintln(errs, "zapis:", err)
		return exitFailed
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	call, err := parser.Parse(args)
	if exited >= 0 { // help was asked for and printed
		return exited
	}
	if err != nil {
		misused(parser, err, errs)
		return exitUsage
	}
	if err := call.Run(&env{ctx: ctx, in: in, out: out, err: errs}); err != nil {
		_, _ = fmt.Fprintln(errs, "zapis:", advice(err))
		var usage usageError
		if errors.As(err, &usage) {
			return exitUsage
		}
		return exitFailed
	}
	return 0
}

// misused says what is wrong with a call; where a subcommand is missing, after the list of them.
func misused(parser *kong.Kong, err error, errs io.Writer) {
	var bad *kong.ParseError
	if errors.As(err, &bad) && bad.Context.Selected() != nil && !bad.Context.Selected().Leaf() {
		parser.Stdout = errs
		_ = bad.Context.PrintUsage(false)
	}
	_, _ = fmt.Fprintf(errs, "zapis: %s (zapis --help lists the commands)\n", advice(err))
}

// say writes a line for the person at the terminal.
func (e *env) say(format string, args ...any) { _, _ = fmt.Fprintf(e.out, format+"\n", args...) }
