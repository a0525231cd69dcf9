package core

import (
	"strconv"
	"strings"
)

// Money writes an amount in the smallest unit (kopecks) as people read it: 250000 RUB is «2 500 ₽». The space between
// thousands does not break.
func Money(amount int64, currency string) string {
	sign := map[string]string{"RUB": "₽", "EUR": "€", "USD": "$"}[currency]
	if sign == "" {
		sign = currency
	}
	whole, rest := strconv.FormatInt(amount/100, 10), amount%100
	var b strings.Builder
	for i, r := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 && whole[i-1] != '-' {
			b.WriteRune('\u00a0')
		}
		b.WriteRune(r)
	}
	if rest != 0 {
		b.WriteString("," + strconv.FormatInt(100+max(rest, -rest), 10)[1:])
	}
	return b.String() + "\u00a0" + sign
}
