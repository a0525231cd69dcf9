package intake

import (
	"slices"
	"strings"
	"unicode"
)

// Field is what a column of a table can be.
type Field struct {
	Name     string
	headings []string // as lists have them, in small letters
}

// Names of fields that are read in several places.
const (
	fieldName       = "name"
	fieldSurname    = "surname"
	fieldGiven      = "given"
	fieldPatronymic = "patronymic"
	fieldPhone      = "phone"
	fieldEmail      = "email"
	fieldBorn       = "born"
	fieldSex        = "sex"
	fieldPaper      = "paper"
	fieldSpecialty  = "specialty"
	fieldBranch     = "branch"
	fieldServices   = "services"
	fieldNameEN     = "name_en"
	fieldKind       = "kind"
	fieldMinutes    = "minutes"
	fieldPrice      = "price"
	fieldCode       = "code"
)

// Fields lists what columns of a kind can be, in the order of a good list.
func (k Kind) Fields() []Field {
	person := []Field{
		{fieldName, []string{"фио", "ф.и.о.", "ф. и. о.", "пациент", "полное имя", "имя фамилия", "full name", "name", "patient", "фамилия имя отчество", "врач", "doctor"}},
		{fieldSurname, []string{"фамилия", "surname", "last name", "lastname", "family name"}},
		{fieldGiven, []string{"имя", "given name", "first name", "firstname", "given"}},
		{fieldPatronymic, []string{"отчество", "patronymic", "middle name", "second name"}},
		{fieldSex, []string{"пол", "sex", "gender"}},
	}
	specialty := Field{fieldSpecialty, []string{"специальность", "специальности", "специализация", "specialty", "speciality", "specialties", "направление"}}
	switch k {
	case Patients:
		return append(person, Field{fieldPhone, []string{"телефон", "мобильный", "мобильный телефон", "номер телефона", "тел", "тел.", "сотовый", "phone", "mobile", "phone number", "mobile phone", "контактный телефон"}},
			Field{fieldBorn, []string{"дата рождения", "рождение", "родился", "др", "д.р.", "д/р", "birth date", "date of birth", "birthdate", "birthday", "dob", "born"}},
			Field{fieldEmail, []string{"почта", "e-mail", "email", "эл. почта", "электронная почта", "mail", "адрес электронной почты"}},
			Field{fieldPaper, []string{"согласие", "номер согласия", "согласие на обработку", "consent", "consent number", "№ согласия", "согласие №"}})
	case Doctors:
		return append(person, specialty, Field{fieldBranch, []string{"филиал", "филиалы", "адрес", "клиника", "branch", "branches", "место"}},
			Field{fieldServices, []string{"услуги", "услуга", "services", "service"}})
	case Services:
		return []Field{
			{fieldName, []string{"услуга", "название", "наименование", "название услуги", "наименование услуги", "service", "name", "title", "название по-русски"}},
			{fieldNameEN, []string{"english name", "name (en)", "название по-английски", "по-английски", "name in english"}},
			specialty,
			{fieldKind, []string{"вид", "тип", "вид приёма", "вид приема", "kind", "type"}},
			{fieldMinutes, []string{"длительность", "минут", "минуты", "мин", "время", "продолжительность", "длительность, мин", "minutes", "duration", "min"}},
			{fieldPrice, []string{"цена", "стоимость", "цена, руб", "цена, ₽", "руб", "price", "cost", "прайс"}},
			{fieldCode, []string{"код", "код услуги", "код нму", "нму", "code", "артикул"}},
		}
	}
	return nil
}

// fields are the names of a kind's fields.
func (k Kind) fields() []string {
	var out []string
	for _, f := range k.Fields() {
		out = append(out, f.Name)
	}
	return out
}

// Guess says what the columns under some headings are, each field once; "" is nothing that is known.
func Guess(k Kind, head []string) []string {
	out := make([]string, len(head))
	for i, h := range head {
		if f := called(k, heading(h)); !slices.Contains(out, f) {
			out[i] = f
		}
	}
	return out
}

func called(k Kind, h string) string {
	if h == "" {
		return ""
	}
	for _, f := range k.Fields() {
		if slices.Contains(f.headings, h) {
			return f.Name
		}
	}
	for _, f := range k.Fields() { // «Телефон пациента», «Дата рождения (дд.мм.гггг)»
		for _, known := range f.headings {
			if len([]rune(known)) > 3 && (strings.HasPrefix(h, known+" ") || strings.HasPrefix(h, known+",") || strings.HasPrefix(h, known+"(")) {
				return f.Name
			}
		}
	}
	return ""
}

// heading is a heading as it is compared.
func heading(h string) string {
	h = strings.Map(func(r rune) rune {
		if r == '_' || unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, strings.ToLower(h))
	return strings.TrimRight(strings.Join(strings.Fields(h), " "), ":*")
}
