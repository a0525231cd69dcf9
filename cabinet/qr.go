package cabinet

import (
	"fmt"
	"strings"

	"github.com/yeqown/go-qrcode/v2"
)

// qrQuiet is a QR code's quiet zone in modules (ISO/IEC 18004).
const qrQuiet = 4

// qr is a QR code as a drawing: a square of so many units, and the path of its dark modules. As a part of the page it leaves no address
// under which somebody else might find it.
type qr struct {
	Side int
	Path string
}

// Box is the drawing's view box.
func (q qr) Box() string { return fmt.Sprintf("0 0 %d %d", q.Side, q.Side) }

func drawQR(text string) (qr, error) {
	code, err := qrcode.New(text)
	if err != nil {
		return qr{}, fmt.Errorf("draw a qr code: %w", err)
	}
	pen := &qrPen{}
	if err := code.Save(pen); err != nil {
		return qr{}, fmt.Errorf("draw a qr code: %w", err)
	}
	return qr{Side: pen.side, Path: pen.path.String()}, nil
}

// qrPen draws a code's dark modules as squares of one unit.
type qrPen struct {
	side int
	path strings.Builder
}

// Write implements qrcode.Writer.
func (p *qrPen) Write(mat qrcode.Matrix) error {
	p.side = mat.Width() + 2*qrQuiet
	mat.Iterate(qrcode.IterDirection_ROW, func(x, y int, v qrcode.QRValue) {
		if v.IsSet() {
			_, _ = fmt.Fprintf(&p.path, "M%d %dh1v1h-1z", x+qrQuiet, y+qrQuiet)
		}
	})
	return nil
}

// Close implements qrcode.Writer.
func (*qrPen) Close() error { return nil }
