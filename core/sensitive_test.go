package core_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
)

func TestV20ASensitiveValueIsPrintedByNothing(t *testing.T) {
	t.Parallel()
	phone := core.Hide("+79161234567")
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		fmt.Fprintf(&out, verb+" ", phone)
		fmt.Fprintf(&out, verb+" ", struct{ Phone core.Sensitive[string] }{phone})
		fmt.Fprintf(&out, verb+" ", struct{ phone core.Sensitive[string] }{phone})
		fmt.Fprintf(&out, verb+" ", &struct{ phone *core.Sensitive[string] }{&phone})
		fmt.Fprintf(&out, verb+" ", map[core.Sensitive[string]]int{phone: 1})
	}
	require.NoError(t, json.NewEncoder(&out).Encode(map[string]any{"phone": phone, "list": []any{phone}}))
	require.NoError(t, xml.NewEncoder(&out).Encode(phone))
	slog.New(slog.NewJSONHandler(&out, nil)).Info("called", "phone", phone)
	slog.New(slog.NewTextHandler(&out, nil)).Info("called", slog.Group("who", "phone", phone))
	require.NotContains(t, out.String(), "9161234567")
	require.NotContains(t, out.String(), fmt.Sprintf("%x", "+79161234567"))
	require.Equal(t, "+79161234567", phone.Reveal())
}
