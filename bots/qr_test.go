package bots_test

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots"
)

func TestALinkIsDrawnWithItsQuietZone(t *testing.T) {
	t.Parallel()
	raw, err := bots.QR("https://t.me/zapis_fake_bot?start=dr_7Kx-2")
	require.NoError(t, err)
	img, err := png.Decode(bytes.NewReader(raw))
	require.NoError(t, err)
	side := img.Bounds().Dx()
	require.Equal(t, side, img.Bounds().Dy())
	require.Zero(t, (side/8-8-17)%4, "a qr code has 17+4n modules, and four of quiet on each side")
	dark := func(x, y int) bool { r, _, _, _ := img.At(x*8+4, y*8+4).RGBA(); return r == 0 }
	for at := range side / 8 {
		for edge := range 4 {
			require.False(t, dark(at, edge) || dark(edge, at), "the quiet zone is white")
		}
	}
	for at := range 7 {
		require.True(t, dark(4+at, 4) && dark(4, 4+at), "the finder's edge is black")
	}
	require.False(t, dark(5, 5), "and its ring is white")
}

func TestWhatNoCodeCanHoldIsAnError(t *testing.T) {
	t.Parallel()
	_, err := bots.QR(strings.Repeat("щ", 4000))
	require.Error(t, err)
}
