package understand_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/dialog/understand"
)

func TestAChangeInTheClinicIsUnderstoodWithTheNextMessage(t *testing.T) {
	t.Parallel()
	before, after := clinic(), clinic()
	after.Doctors[1].Surname = "Заречный"
	after.Services = append(after.Services, understand.Service{ID: "s6", Name: "Кинезиотейпирование"})
	s := understand.Situation{Now: wednesday(t), Flow: "booking"}
	old, renewed := understand.New(before), understand.New(after)
	assert.Equal(t, "set doctor=Петров", said(old.Read("к Петрову", s)))
	assert.Equal(t, "set doctor=Заречный", said(renewed.Read("к Заречному", s)))
	assert.Equal(t, "set doctor=Петров", said(renewed.Read("к Петрову", s)), "told as nobody's")
	assert.True(t, renewed.Read("к Петрову", s).Commands[0].Unknown)
	assert.Equal(t, "s6", slot(renewed.Read("на кинезиотейпирование", s), "service"))
	assert.Empty(t, slot(old.Read("на кинезиотейпирование", s), "service"))
}

func TestNamesakesAreOfferedAndToldApart(t *testing.T) {
	t.Parallel()
	v := clinic()
	v.Doctors[0].Patronymic, v.Doctors[0].Specialties = "Петровна", []string{"cardiologist"}
	v.Doctors = append(v.Doctors, understand.Doctor{ID: "d9", Surname: "Иванова", Name: "Мария", Patronymic: "Львовна", Gender: "female", Specialties: []string{"neurologist"}})
	reader := understand.New(v)
	s := understand.Situation{Now: wednesday(t), Flow: "booking"}
	m := reader.Read("запишите к Ивановой", s)
	assert.Equal(t, []dialog.Command{{Do: dialog.Clarify, Slot: "doctor", Choices: []dialog.Command{
		{Do: dialog.Set, Slot: "doctor", Value: "d1"}, {Do: dialog.Set, Slot: "doctor", Value: "d9"},
	}}}, m.Commands)
	for text, want := range map[string]string{
		"к Марии Ивановой": "d9", "к Ивановой М. Л.": "d9", "к Анне Петровне": "d1", "к неврологу Ивановой": "d9", "Иванова Мария Львовна": "d9",
	} {
		assert.Equal(t, want, slot(reader.Read(text, s), "doctor"), text)
	}
	s.Asked = "doctor"
	assert.Equal(t, "d9", slot(reader.Read("к Марии", s), "doctor"), "asked which")
}

func TestWhoIsNotWantedIsLeftOut(t *testing.T) {
	t.Parallel()
	reader := understand.New(clinic())
	for text, want := range map[string]string{
		"к кардиологу, только не к Петрову":        "set specialty=cardiologist; set without=Петров",
		"к любому, кроме Петрова и Ивановой":       "set doctor=any; set without=Петров; set without=Иванова",
		"не к Петрову, а к Ивановой":               "set doctor=Иванова",
		"не могу попасть к Петрову, запишите":      "set doctor=Петров",
		"запишите к Ольге Петровой":                "set doctor=Ольга Петрова",
		"запишите не только к лору, но и к Белой":  "set specialty=ent; set doctor=Белая",
		"хочу к Мельнику, к Кравцу не хочу больше": "set doctor=Мельник",
	} {
		assert.Equal(t, want, said(reader.Read(text, understand.Situation{Now: wednesday(t), Flow: "booking"})), text)
	}
	text := "хачу к кардиологу на зафтра после шести, только не к Петрову"
	assert.Equal(t, "start booking; set specialty=cardiologist; set without=Петров; set when=03-12 18:00 to 03-12 21:00 part", said(reader.Read(text, understand.Situation{Now: wednesday(t)})))
}

// large is a clinic of 500 doctors and 2 000 services.
func large() understand.Vocabulary {
	v := clinic()
	for i := range 500 {
		v.Doctors = append(v.Doctors, understand.Doctor{ID: strconv.Itoa(i), Surname: invented(i) + "ов", Name: "Анна", Patronymic: "Петровна"})
	}
	for i := range 2000 {
		v.Services = append(v.Services, understand.Service{ID: strconv.Itoa(i), Name: "Исследование " + invented(i) + " и " + invented(i/7) + " с описанием"})
	}
	return v
}

func BenchmarkReaderOfALargeClinic(b *testing.B) {
	v := large()
	b.ReportAllocs()
	for b.Loop() {
		understand.New(v)
	}
}
