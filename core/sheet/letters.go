package sheet

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	utf "golang.org/x/text/encoding/unicode"
)

// letters is a file's text. What no encoding explains is refused, rather than read into names that nobody has.
func letters(data []byte) (string, error) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return decoded(utf.UTF16(utf.LittleEndian, utf.UseBOM).NewDecoder().Bytes(data))
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if utf8.Valid(data) {
		return decoded(data, nil)
	}
	if mostlyUTF8(data) { // cut or mended by a program that did not know what it was
		return "", errLetters
	}
	return decoded(charmap.Windows1251.NewDecoder().Bytes(data))
}

// decoded refuses what is no text after all.
func decoded(data []byte, err error) (string, error) {
	if err != nil || len(data) == 0 {
		return "", errFile
	}
	strange := bytes.ContainsFunc(data, func(r rune) bool {
		return r == utf8.RuneError || (unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t')
	})
	if strange {
		return "", errLetters
	}
	return string(data), nil
}

// mostlyUTF8 says that of the bytes beyond ASCII more are letters of UTF-8 than are none.
func mostlyUTF8(data []byte) bool {
	good, bad := 0, 0
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		switch {
		case r == utf8.RuneError && size == 1:
			bad++
		case size > 1:
			good++
		}
		data = data[size:]
	}
	return good > bad
}
