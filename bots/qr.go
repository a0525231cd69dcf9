package bots

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/yeqown/go-qrcode/v2"
)

// A QR code's quiet zone is four modules wide (ISO/IEC 18004); eight pixels a module print well on a reception's card.
const (
	qrQuiet  = 4
	qrModule = 8
)

// QR draws text, a link as a rule, as a QR code: a black and white PNG with its quiet zone.
func QR(text string) ([]byte, error) {
	code, err := qrcode.New(text)
	if err != nil {
		return nil, fmt.Errorf("drawing a qr code: %w", err)
	}
	w := &pngWriter{}
	if err := code.Save(w); err != nil {
		return nil, fmt.Errorf("drawing a qr code: %w", err)
	}
	return w.out.Bytes(), nil
}

// pngWriter keeps what the library's own writer would: without fonts and shapes, which that one brings along.
type pngWriter struct{ out bytes.Buffer }

// Write draws the modules.
func (w *pngWriter) Write(mat qrcode.Matrix) error {
	side := (mat.Width() + 2*qrQuiet) * qrModule
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	mat.Iterate(qrcode.IterDirection_ROW, func(x, y int, v qrcode.QRValue) {
		if !v.IsSet() {
			return
		}
		left, top := (x+qrQuiet)*qrModule, (y+qrQuiet)*qrModule
		for py := top; py < top+qrModule; py++ {
			for px := left; px < left+qrModule; px++ {
				img.SetColorIndex(px, py, 1)
			}
		}
	})
	return png.Encode(&w.out, img)
}

// Close has nothing to close.
func (*pngWriter) Close() error { return nil }
