package cabinet

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/intake"
	"github.com/zapis-clinic/zapis/core/sheet"
	"github.com/zapis-clinic/zapis/core/staff"
)

const (
	intakePath = settingsPath + "/import"
	// maxIntake bounds a request that brings a file: the file, and what a form puts around it.
	maxIntake = sheet.MaxBytes + 64<<10
	keyTable  = "file"
)

func (s *Server) intakeRoutes(r chi.Router) {
	r.Get("/settings/import", s.member(s.intakes, true))
	r.Post("/settings/import", s.member(s.intakeBrought, true))
	r.Get("/settings/import/{id}", s.member(s.intakeOne, true))
	r.Post("/settings/import/{id}/columns", s.member(s.intakePlanned, true))
	r.Post("/settings/import/{id}/faults", s.member(s.intakeFaults, true))
	r.Post("/settings/import/{id}/{step}", s.member(s.intakeStep, true))
}

func (s *Server) intakeDesk() intake.Desk {
	return intake.Desk{In: s.DB, Vault: s.Vault, Clock: s.Clock, IDs: s.IDs, Book: s.Book, Check: s.Check}
}

// intakeFrame is what the page of imports is drawn from.
type intakeFrame struct {
	May     rights
	Kinds   []intake.Kind // that one may bring
	Kind    intake.Kind
	List    []intake.Import
	NoText  bool // nothing is published yet to which patients could have agreed
	Problem string
}

// intakes is GET /cabinet/settings/import: what was brought, and the form to bring more.
func (s *Server) intakes(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.intakesShown(w, r, m, nil)
}

func (s *Server) intakesShown(w http.ResponseWriter, r *http.Request, m staff.Member, why *core.Error) {
	who, may, ok := s.settler(w, r, m)
	if !ok {
		return
	}
	list, err := s.intakeDesk().List(r.Context(), who)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	v, status := s.viewOf(r, m), http.StatusOK
	f := intakeFrame{May: may, List: list, Kind: intake.Kind(r.URL.Query().Get(keyKind))}
	for _, k := range intake.Kinds() {
		if intake.May(who, k) {
			f.Kinds = append(f.Kinds, k)
		}
	}
	if f.NoText, err = s.noText(r, who, f.Kinds); err != nil {
		s.failed(w, r, err)
		return
	}
	if why != nil {
		status, f.Problem = s.refusedWith(w, why), s.sentence(v, why)
		f.Kind = intake.Kind(r.FormValue(keyKind))
	}
	s.render(w, r, status, intakesPage(v, f))
}

// noText says that patients cannot be brought yet, to whoever would bring them: that is better told before a file is looked for.
func (s *Server) noText(r *http.Request, who core.Actor, kinds []intake.Kind) (bool, error) {
	if !slices.Contains(kinds, intake.Patients) {
		return false, nil
	}
	err := s.intakeDesk().Ready(r.Context(), who, intake.Patients)
	if errors.Is(err, intake.ErrNoText) {
		return true, nil
	}
	return false, err
}

// intakeBrought is POST /cabinet/settings/import: a file of a kind. It is held in memory and written to no disk but sealed.
func (s *Server) intakeBrought(w http.ResponseWriter, r *http.Request, m staff.Member) {
	name, data, err := table(r)
	var id uuid.UUID
	if err == nil {
		id, err = s.intakeDesk().Bring(r.Context(), s.acting(r, m), intake.Kind(r.FormValue(keyKind)), name, data)
	}
	if why := core.Refusal(err); why != nil && why.Code == core.Invalid {
		s.intakesShown(w, r, m, why)
		return
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	http.Redirect(w, r, intakePath+"/"+id.String(), http.StatusSeeOther) //nolint:gosec // an address of the cabinet's own
}

// table takes the file out of a form.
func table(r *http.Request) (name string, data []byte, err error) {
	if err := r.ParseMultipartForm(maxIntake); err != nil { //nolint:gosec // the body is bounded where the route is made
		return "", nil, core.Refuse(core.Invalid, "table_large")
	}
	var part multipart.File
	var head *multipart.FileHeader
	if part, head, err = r.FormFile(keyTable); err != nil {
		return "", nil, core.Refuse(core.Invalid, "table_missing")
	}
	defer func() { _ = part.Close() }()
	data, err = io.ReadAll(io.LimitReader(part, sheet.MaxBytes+1))
	return head.Filename, data, err
}

// intakeOneFrame is what the page of one import is drawn from.
type intakeOneFrame struct {
	May     rights
	One     intake.Import
	Decides bool
	Table   sheet.Table // headings and first lines
	Lines   []intake.Outcome
	More    bool
	Past    int
	State   string // that the lines are of
	NoText  bool   // nothing is published yet to which patients could have agreed
	Problem string
}

func (f intakeOneFrame) path() string { return intakePath + "/" + f.One.ID.String() }

// choosing says that columns may still be chosen.
func (f intakeOneFrame) choosing() bool {
	return f.One.Mine && (f.One.State == intake.Brought || f.One.State == intake.Planned)
}

// intakeOne is GET /cabinet/settings/import/{id}?state=&past=: how far an import is; while the worker is at it the page asks for the part that
// tells how far.
func (s *Server) intakeOne(w http.ResponseWriter, r *http.Request, m staff.Member) {
	s.intakeShown(w, r, m, nil, nil)
}

func (s *Server) intakeShown(w http.ResponseWriter, r *http.Request, m staff.Member, typed *intake.Choice, why *core.Error) {
	who, may, ok := s.settler(w, r, m)
	if !ok {
		return
	}
	f := intakeOneFrame{May: may, Decides: intake.Decides(who), State: r.URL.Query().Get("state")}
	f.Past, _ = strconv.Atoi(r.URL.Query().Get("past")) // from the first, where it is no number
	if err := s.intakeGathered(r, who, &f); err != nil {
		s.failed(w, r, err)
		return
	}
	v, status := s.viewOf(r, m), http.StatusOK
	if why != nil {
		status, f.Problem = s.refusedWith(w, why), s.sentence(v, why)
		f.NoText = errors.Is(why, intake.ErrNoText)
	}
	if typed != nil {
		f.One.Columns, f.One.Fill, f.One.Paper = typed.Columns, typed.Fill, typed.Paper
	}
	if fragment(r) {
		if !f.One.Under() { // the rest of the page is another by now
			w.Header().Set("HX-Refresh", "true")
		}
		s.render(w, r, status, intakeProgress(v, f))
		return
	}
	s.render(w, r, status, intakePage(v, f))
}

func (s *Server) intakeGathered(r *http.Request, who core.Actor, f *intakeOneFrame) error {
	desk := s.intakeDesk()
	var err error
	if f.One, err = desk.Of(r.Context(), who, subject(r)); err != nil || f.One.State == intake.Dropped {
		if err == nil {
			err = core.Refuse(core.NotFound, "not_found")
		}
		return err
	}
	if fragment(r) {
		return nil
	}
	if f.choosing() && f.One.Name != "" {
		if f.Table, err = desk.Preview(r.Context(), who, f.One.ID); err != nil {
			return err
		}
	}
	f.Lines, f.More, err = desk.Lines(r.Context(), who, f.One.ID, f.State, f.Past)
	return err
}

// intakePlanned is POST /cabinet/settings/import/{id}/columns: every line is judged, nothing of the clinic is written.
func (s *Server) intakePlanned(w http.ResponseWriter, r *http.Request, m staff.Member) {
	if err := r.ParseForm(); err != nil {
		s.failed(w, r, core.Refuse(core.Invalid, "intake_columns_twice"))
		return
	}
	c := intake.Choice{Columns: r.PostForm["column"], Fill: r.PostFormValue("fill") != "", Paper: r.PostFormValue("paper")}
	if len(c.Columns) > sheet.MaxColumns {
		c.Columns = c.Columns[:sheet.MaxColumns]
	}
	err := s.intakeDesk().Plan(r.Context(), s.acting(r, m), subject(r), c)
	if why := core.Refusal(err); why != nil && why.Code == core.Invalid {
		s.intakeShown(w, r, m, &c, why)
		return
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	http.Redirect(w, r, intakePath+"/"+subject(r).String()+"#plan", http.StatusSeeOther) //nolint:gosec // an address of the cabinet's own
}

// intakeStep is POST /cabinet/settings/import/{id}/{step}: carried out, let, refused, taken back, forgotten.
func (s *Server) intakeStep(w http.ResponseWriter, r *http.Request, m staff.Member) {
	desk, who, id, step := s.intakeDesk(), s.acting(r, m), subject(r), chi.URLParam(r, "step")
	next := intakePath + "/" + id.String()
	var err error
	switch step {
	case "start":
		_, err = desk.Start(r.Context(), who, id)
	case stateApproved, "refused":
		err = desk.Decide(r.Context(), who, id, step == stateApproved)
	case "undo":
		err = desk.Undo(r.Context(), who, id)
	case "drop":
		err, next = desk.Drop(r.Context(), who, id), intakePath
	default:
		err = core.Refuse(core.NotFound, "not_found")
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.tellNext(r, s.view(r).Say("intake.said_"+step))
	http.Redirect(w, r, next, http.StatusSeeOther) //nolint:gosec // an address of the cabinet's own
}

// intakeFaults is POST /cabinet/settings/import/{id}/faults: the lines that nothing becomes of, as a table to mend and bring again.
func (s *Server) intakeFaults(w http.ResponseWriter, r *http.Request, m staff.Member) {
	v, begun := s.view(r), false
	var out sheet.CSV
	err := s.intakeDesk().Faulty(r.Context(), s.acting(r, m), subject(r), func(o intake.Outcome, cells []string) error {
		row := []any{o.Number, v.Say("intake.line_" + o.State), whys(v, o.Why)}
		if !begun {
			begun = true
			w.Header().Set("Content-Type", "text/csv; charset=utf-8")
			w.Header().Set("Content-Disposition", `attachment; filename="import-errors.csv"`)
			var err error
			if out, err = sheet.NewCSV(w); err != nil {
				return err
			}
			row = []any{v.Say("intake.line"), v.Say("intake.state"), v.Say("intake.why")}
		}
		for _, c := range cells {
			row = append(row, c)
		}
		return out.Row(row...)
	})
	if err == nil {
		err = out.Flush()
	}
	switch {
	case err != nil && !begun:
		s.failed(w, r, err)
	case err != nil && r.Context().Err() == nil:
		s.Log.WarnContext(r.Context(), "faults of an import not shown in full", "error", err)
	}
}

// whys puts the codes of a line into words.
func whys(v view, list []string) string {
	var out []string
	for _, why := range list {
		code, number, _ := strings.Cut(why, " ")
		text := orWord(v, "intake.why_"+code, orWord(v, "error."+code, v.Say("intake.why_other")))
		out = append(out, strings.ReplaceAll(text, "{n}", number))
	}
	return strings.Join(out, "; ")
}

// fieldOptions are what a column can be.
func fieldOptions(v view, k intake.Kind) []option {
	out := []option{{"", v.Say("intake.f_none")}}
	for _, f := range k.Fields() {
		out = append(out, option{f.Name, v.Say("intake.f_" + f.Name)})
	}
	return out
}

func kindsOption(v view, list []intake.Kind) []option {
	var out []option
	for _, k := range list {
		out = append(out, option{string(k), v.Say("intake.kind_" + string(k))})
	}
	return out
}

// sample is what stands in a column, of the first lines.
func sample(t sheet.Table, column int) string {
	var out []string
	for _, l := range t.Lines {
		if column < len(l.Cells) && l.Cells[column] != "" {
			out = append(out, l.Cells[column])
		}
	}
	text := strings.Join(out, " · ")
	if r := []rune(text); len(r) > 80 {
		text = string(r[:80]) + "…"
	}
	return text
}

func intakeTone(state string) string {
	switch state {
	case intake.Applied, intake.Created, intake.Updated, intake.Create, intake.Update:
		return "ok"
	case intake.Wrong, intake.Failed, intake.Kept:
		return "bad"
	case intake.Asked, intake.Applying, intake.Undoing:
		return "warn"
	}
	return ""
}

// chosen is the field that a column was chosen to be.
func (f intakeOneFrame) chosen(i int) string {
	if i < len(f.One.Columns) {
		return f.One.Columns[i]
	}
	return ""
}

// counted are the states of the lines that there are, in a fixed order.
func (f intakeOneFrame) counted() []string {
	var out []string
	for _, state := range []string{intake.Create, intake.Update, intake.Created, intake.Updated, intake.Skip, intake.Wrong, intake.Taken, intake.Kept} {
		if f.One.Counts[state] > 0 {
			out = append(out, state)
		}
	}
	return out
}

// writes is how many lines would be carried out.
func (f intakeOneFrame) writes() int {
	return f.One.Counts[intake.Create] + f.One.Counts[intake.Update]
}

// faults is how many lines come into the table of faults.
func (f intakeOneFrame) faults() int {
	return f.One.Counts[intake.Skip] + f.One.Counts[intake.Wrong] + f.One.Counts[intake.Kept]
}
