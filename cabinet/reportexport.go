package cabinet

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/staff"
)

// What is exported: all as a workbook, the hours as a table, or else the table of a number.
const (
	wholeBook = "all"
	heatTable = "heat"
)

// file is the address at which what is shown is had as a file.
func (f reportFrame) file(which string) string {
	return reportsPath + "/export?" + f.query("which", which)
}

// reportExport is POST /cabinet/reports/export?…&which=: what the page of the same address shows, as a file. A post, for it is put on record.
func (s *Server) reportExport(w http.ResponseWriter, r *http.Request, m staff.Member) {
	v, actor, q := s.viewOf(r, m), s.acting(r, m), r.URL.Query()
	f := s.reportAsked(q, actor)
	if len(f.Kinds) == 0 {
		s.render(w, r, http.StatusForbidden, refusedPage(v, "error.no_report"))
		return
	}
	made, err := s.reportOffice().Export(r.Context(), actor, f.Report.Ask)
	if err == nil {
		f.Report = made
		f.sort()
		err = s.sendReport(w, v, f, q.Get("which"))
	}
	if err != nil {
		s.failed(w, r, err)
	}
}

// sendReport writes the file. It is small, and made before it is sent: what fails is told.
func (s *Server) sendReport(w http.ResponseWriter, v view, f reportFrame, which string) error {
	now := s.Clock().In(s.zone())
	name := v.Say("report.file") + "-" + string(f.Report.Ask.Kind) + "-" + now.Format(dateForm)
	if which == wholeBook {
		return sendFile(w, name+".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", func(to io.Writer) error {
			return v.reportBook(to, f, now.Format("02.01.2006 15:04"))
		})
	}
	list := v.reportSheets(f)
	i, err := strconv.Atoi(which)
	if which == heatTable && f.Report.Heat != nil {
		i, err = len(list)-1, nil
	}
	if err != nil || i < 0 || i >= len(list) {
		return core.Refuse(core.NotFound, "not_found")
	}
	return sendFile(w, name+".csv", "text/csv; charset=utf-8", func(to io.Writer) error { return v.reportCSV(to, list[i]) })
}

// sendFile makes a file and hands it over to be saved.
func sendFile(w http.ResponseWriter, name, kind string, fill func(io.Writer) error) error {
	var body bytes.Buffer
	if err := fill(&body); err != nil {
		return fmt.Errorf("make %s: %w", name, err)
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Content-Length", strconv.Itoa(body.Len()))
	_, err := body.WriteTo(w)
	return err
}
