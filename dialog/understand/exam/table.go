package exam

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// mostConfusions is how many confusions a table shows.
const mostConfusions = 12

// Table writes a result for people.
func (r Result) Table(to io.Writer) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintf(to, "%s\n", r.Set)
	_, _ = fmt.Fprintln(w, "class\tcases\tright\tsilently wrong\tabstained\t")
	for _, s := range append(r.Classes, r.Total) {
		n := float64(max(s.Cases, 1))
		_, _ = fmt.Fprintf(w, "%s\t%d\t%.1f %%\t%.1f %%\t%.1f %%\t\n", s.Class, s.Cases, 100*float64(s.Right)/n, 100*float64(s.Wrong)/n, 100*float64(s.Abstained)/n)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if r.Among > 0 {
		_, _ = fmt.Fprintf(to, "right among three: %.1f %%\n", 100*float64(r.Among)/float64(r.Total.Cases))
	}
	for i, c := range r.Confusions {
		if i == mostConfusions || c.Cases < 2 {
			break
		}
		_, _ = fmt.Fprintf(to, "  %d × %s taken for %s\n", c.Cases, c.Class, c.Got)
	}
	_, err := fmt.Fprintf(to, "a phrase: p50 %s, p99 %s, %d allocations\n\n", r.Median.Round(time.Microsecond), r.Slowest.Round(time.Microsecond), r.Allocs)
	return err
}
