package core

import (
	"fmt"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Phone reads a phone number as people of region (an ISO country, "RU") write it and returns it as E.164, or refuses it.
func Phone(text, region string) (string, error) {
	n, err := phonenumbers.Parse(strings.TrimSpace(text), region)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return "", Refuse(Invalid, "phone_invalid")
	}
	return phonenumbers.Format(n, phonenumbers.E164), nil
}

// Mobile says whether a number (E.164) can receive messages at all: a landline cannot.
func Mobile(e164 string) bool {
	n, err := phonenumbers.Parse(e164, "")
	if err != nil {
		return false
	}
	switch phonenumbers.GetNumberType(n) {
	case phonenumbers.FIXED_LINE, phonenumbers.TOLL_FREE, phonenumbers.PREMIUM_RATE, phonenumbers.UAN:
		return false
	default:
		return true
	}
}

// MaskPhone shows as much of a number (E.164) as its owner needs to know it again: the country and the last two digits,
// «+7 ··· ··· ··-34». What is no number is hidden whole.
func MaskPhone(e164 string) string {
	n, err := phonenumbers.Parse(e164, "")
	if err != nil {
		return "···"
	}
	national := phonenumbers.GetNationalSignificantNumber(n)
	return fmt.Sprintf("+%d ··· ··· ··-%s", n.GetCountryCode(), national[max(0, len(national)-2):])
}
