// Package prompts holds what the clinic's understanding of words is made of: tables, examples and templates, as files.
package prompts

import _ "embed" // the tables

// ComplaintsRussian is the table of complaints in Russian; its format stands at its head.
//
//go:embed complaints_ru.txt
var ComplaintsRussian string

// ComplaintsEnglish is the same in English.
//
//go:embed complaints_en.txt
var ComplaintsEnglish string
