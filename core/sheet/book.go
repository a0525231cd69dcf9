package sheet

import (
	"bytes"
	"context"

	"github.com/xuri/excelize/v2"
)

// maxUnpacked bounds what an XLSX unpacks to, in memory: nothing of it is ever written to a disk.
const maxUnpacked = 64 << 20

// book reads the first sheet of an XLSX. Of a formula its last value is taken; nothing is worked out.
func book(ctx context.Context, data []byte) (Table, error) {
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked,
	})
	if err != nil {
		return Table{}, errFile
	}
	defer func() { _ = f.Close() }()
	names := f.GetSheetList()
	if len(names) == 0 {
		return Table{}, errFile
	}
	rows, err := f.Rows(names[0])
	if err != nil {
		return Table{}, errFile
	}
	defer func() { _ = rows.Close() }()
	g := gathering{Table: Table{Serial: true, Early: early(f)}}
	for number := 1; rows.Next(); number++ {
		if ctx.Err() != nil {
			return Table{}, ctx.Err()
		}
		cells, err := rows.Columns()
		if err != nil {
			return Table{}, errFile
		}
		if g.Head == nil && len(cells) == 0 {
			continue
		}
		if err := g.add(number, cells); err != nil {
			return Table{}, err
		}
	}
	if rows.Error() != nil {
		return Table{}, errFile
	}
	return g.table()
}

func early(f *excelize.File) bool {
	props, err := f.GetWorkbookProps()
	return err == nil && props.Date1904 != nil && *props.Date1904
}
