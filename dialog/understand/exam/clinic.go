package exam

import "github.com/zapis-clinic/zapis/dialog/understand"

// SlotsSet names the set that is said to a clinic of its own.
const (
	SlotsSet = "slots"

	female, male = "female", "male"
)

// Clinic is the clinic that the set's phrases are said to.
func Clinic() understand.Vocabulary {
	v := understand.Vocabulary{
		Doctors: []understand.Doctor{
			{ID: "1", Surname: "Иванова", Name: "Анна", Patronymic: "Петровна", Gender: female, Specialties: []string{"cardiologist"}},
			{ID: "2", Surname: "Петров", Name: "Илья", Patronymic: "Сергеевич", Gender: male, Specialties: []string{"cardiologist"}},
			{ID: "3", Surname: "Кузнецова", Name: "Мария", Patronymic: "Олеговна", Gender: female},
			{ID: "4", Surname: "Шевченко", Name: "Олег", Patronymic: "Иванович", Gender: male},
			{ID: "5", Surname: "Гай", Name: "Пётр", Patronymic: "Андреевич", Gender: male},
			{ID: "6", Surname: "Белых", Name: "Нина", Patronymic: "Павловна", Gender: female},
			{ID: "7", Surname: "Соколовский", Name: "Игорь", Patronymic: "Львович", Gender: male},
			{ID: "8", Surname: "Мельник", Name: "Татьяна", Patronymic: "Юрьевна", Gender: female},
		},
		Branches: []understand.Branch{{ID: "Москва", Name: "Москва", City: "Москва"}, {ID: "Калининград", Name: "Калининград", City: "Калининград"}},
	}
	for _, name := range []string{
		"ЭКГ", "Эхокардиография", "УЗИ брюшной полости", "УЗИ щитовидной железы", "Общий анализ крови", "Биохимический анализ крови", "Чистка зубов", "Лечение кариеса",
		"Массаж спины", "Прививка от гриппа", "Рентген грудной клетки", "Консультация кардиолога",
	} {
		v.Services = append(v.Services, understand.Service{ID: name, Name: name})
	}
	return v
}
