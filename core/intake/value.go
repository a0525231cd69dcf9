package intake

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/sheet"
)

// Codes of what is wrong with a line, or why it is skipped. One with a number has it after a space: "repeats 12".
const (
	whyName      = "name"      // there is none
	whyNameWrong = "name_bad"  // no name looks so
	whyHidden    = "hidden"    // signs that nobody sees, among them those that turn the direction of writing
	whyPhone     = "phone"     // no number of a phone
	whyBorn      = "born"      // no date, or one that cannot be
	whyEmail     = "email"     //
	whySex       = "sex"       //
	whyWho       = "who"       // neither a phone nor a birth date: nobody could tell the person from another
	whyPaper     = "paper"     // no number of a consent
	whyRepeats   = "repeats"   // the same as another line of the file
	whyStands    = "stands"    // the clinic has it already
	whyAlike     = "alike"     // the same name and birth date under another phone
	whyRefused   = "refused"   // it could not be written after all
	whySpecialty = "specialty" // none of the clinic's
	whyBranch    = "branch"    //
	whyService   = "service"   //
	whyKind      = "kind"      //
	whyMinutes   = "minutes"   //
	whyPrice     = "price"     //
	whyPriceKept = "price_kept"
	whyCode      = "code"
)

// entry is a line as it is judged.
type entry struct {
	number int
	cells  map[string]string
	state  string
	why    []string
}

// wrong notes what is wrong with the line.
func (e *entry) wrong(why string) {
	e.state = Wrong
	e.why = append(e.why, why)
}

// skip leaves a line that is right alone, and says why.
func (e *entry) skip(why string) {
	if e.state != Wrong {
		e.state = Skip
	}
	e.why = append(e.why, why)
}

// entries are a table's lines by what their columns are.
func entries(t sheet.Table, columns []string) []*entry {
	out := make([]*entry, 0, len(t.Lines))
	for _, l := range t.Lines {
		e := &entry{number: l.Number, cells: map[string]string{}, state: Create}
		for i, c := range l.Cells {
			if i < len(columns) && columns[i] != "" {
				e.cells[columns[i]] = c
				if strings.ContainsFunc(c, hidden) {
					e.wrong(whyHidden)
				}
			}
		}
		out = append(out, e)
	}
	return out
}

// hidden is a sign that nobody sees and that changes what is read: of direction, of joining, of control.
func hidden(r rune) bool { return unicode.Is(unicode.Cf, r) || unicode.IsControl(r) }

var (
	dayFirst   = regexp.MustCompile(`^(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?: г\.?)?(?:[ T]0?0:00(?::00)?)?$`)
	yearFirst  = regexp.MustCompile(`^(\d{4})[-.](\d{2})[-.](\d{2})(?:[ T]00:00(?::00)?)?Z?$`)
	scientific = regexp.MustCompile(`^\d(?:\.\d+)?[eE]\+?\d{1,2}$`)
)

// day reads a date as lists have it: day first, or the year first with all its digits; where the table says so, a spreadsheet's number.
func day(t sheet.Table, text string) (time.Time, bool) {
	if m := dayFirst.FindStringSubmatch(text); m != nil {
		d, err := time.Parse("2.1.2006", m[1]+"."+m[2]+"."+m[3])
		return d, err == nil
	}
	if m := yearFirst.FindStringSubmatch(text); m != nil {
		d, err := time.Parse(time.DateOnly, m[1]+"-"+m[2]+"-"+m[3])
		return d, err == nil
	}
	n, err := strconv.ParseFloat(text, 64)
	if !t.Serial || err != nil || n != math.Trunc(n) || n < 61 || n > 80_000 { // before the 61st the numbers count a day that never was
		return time.Time{}, false
	}
	from := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if t.Early {
		from = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return from.AddDate(0, 0, int(n)), true
}

// oldest is how long people live, with some to spare.
const oldest = 130

func birthDay(t sheet.Table, text string, now time.Time) (time.Time, bool) {
	d, ok := day(t, text)
	return d, ok && !d.After(now) && d.After(now.AddDate(-oldest, 0, 0))
}

// phone reads a number of a phone; one of a spreadsheet may stand as 7.916E+10.
func phone(text string) (string, bool) {
	if scientific.MatchString(text) {
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			text = strconv.FormatFloat(n, 'f', 0, 64)
		}
	}
	e164, err := core.Phone(text, "RU")
	return e164, err == nil
}

// sex reads female and male as lists have them; "" is untold.
func sex(text string) (string, bool) {
	switch strings.TrimRight(strings.ToLower(text), ".") {
	case "":
		return "", true
	case "ж", "жен", "женский", "f", "female", "w", "woman":
		return "female", true
	case "м", "муж", "мужской", "m", "male", "man":
		return "male", true
	}
	return "", false
}

// folded is a name as it is compared.
func folded(text string) string {
	return strings.ReplaceAll(strings.ToLower(strings.Join(strings.Fields(text), " ")), "ё", "е")
}
