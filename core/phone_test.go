package core_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
)

func TestAMaskedPhoneIsKnownByItsOwnerAlone(t *testing.T) {
	t.Parallel()
	for phone, shown := range map[string]string{
		"+79031234512": "+7 ··· ··· ··-12", "+4915112345678": "+49 ··· ··· ··-78", "+375291234567": "+375 ··· ··· ··-67",
		"": "···", "89031234512": "···", "Иванова": "···",
	} {
		require.Equal(t, shown, core.MaskPhone(phone), phone)
	}
}
