package understand_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/dialog/understand"
)

func TestFlows(t *testing.T) {
	t.Parallel()
	groups := map[string][]string{
		"booking":          {"можно к вам на приём к эндокринологу", "хотела бы записаться на массаж", "есть ли завтра места к педиатру?", "к кардиологу завтра", "запись на завтра есть?", "any slots for tomorrow?", "у меня сильно болит горло"},
		"reschedule":       {"можно перенести приём на другой день?", "давайте сдвинем на час раньше", "хочу изменить дату записи", "опаздываю", "can I move my visit to next week"},
		"cancel":           {"отмените запись", "отмена", "снимите меня с записи на среду", "я не приду на приём", "I can't make it tomorrow", "cancel my appointment"},
		"visits":           {"во сколько у меня завтра приём", "покажи мои записи", "к какому врачу я записана и когда", "when is my appointment?"},
		"results":          {"пришли ли результаты анализов", "пришлите мне результат мрт", "are my test results ready"},
		"prices":           {"сколько стоит узи почек", "какие у вас цены на анализы", "принимаете по полису омс?", "how much is a consultation"},
		"contacts":         {"адрес клиники подскажите", "как к вам проехать", "есть ли у вас парковка", "where are you located"},
		"hours":            {"до скольки вы сегодня", "работаете ли в воскресенье", "вы открыты 8 марта?", "what are your opening hours"},
		"preparation":      {"как подготовиться к гастроскопии", "можно ли завтракать перед сдачей крови", "что взять с собой на приём"},
		"doctor_info":      {"расскажите о докторе Ивановой", "в какие дни принимает гинеколог", "у вас есть детский невролог?", "do you have a dermatologist"},
		"documents":        {"нужна справка в школу", "выдайте документы для налогового вычета", "нужен рецепт на лекарство"},
		"payment":          {"можно ли оплатить по карте", "с меня дважды сняли деньги", "есть ли рассрочка"},
		"feedback":         {"хочу оставить отзыв о враче", "большое спасибо доктору Ивановой"},
		"complaint":        {"хочу пожаловаться на администратора", "просидели в очереди два часа", "никто не берёт трубку"},
		"operator":         {"соедините с оператором", "хочу поговорить с живым человеком", "перезвоните, пожалуйста", "let me talk to a human"},
		"waitlist":         {"поставьте меня в лист ожидания", "сообщите, если освободится время у кардиолога"},
		"unsubscribe":      {"не присылайте мне больше сообщения", "отключите уведомления", "stop"},
		"subscribe":        {"хочу получать новости клиники"},
		"consent_withdraw": {"хочу отозвать согласие на обработку данных"},
		"my_data":          {"какие мои данные у вас хранятся", "поменять фамилию"},
		"prove":            {"подтвердить личность", "хочу подтвердить себя", "как подтвердить свою личность?", "у меня код из регистратуры", "мне дали код в регистратуре", "verify my identity", "I have a code from the front desk"},
		"prove_how":        {"у меня нет кода", "где взять код", "I have no code"},
		"language":         {"можно на английском?", "switch to English"},
		"greeting":         {"доброе утро!", "Здравствуйте", "hello"},
		"thanks":           {"спасибо большое!", "thank you"},
		"confirm":          {"да, всё верно", "ок", "хорошо, приду"},
		"deny":             {"нет", "не подходит", "no thanks"},
		"help":             {"помощь", "что ты умеешь?"},
		"other":            {"расскажи анекдот", "какая погода завтра"},
		"":                 {"мне 34 года", "абракадабра какая-то", "ну вот как-то так", "дом 5 квартира 12", "😀🎉", "не надо отменять мою запись"},
	}
	reader := understand.New(clinic())
	for want, texts := range groups {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			for _, text := range texts {
				m := reader.Read(text, understand.Situation{Now: wednesday(t)})
				assert.Equal(t, want, flow(m), text)
			}
		})
	}
}

func TestRedFlags(t *testing.T) {
	t.Parallel()
	reader := understand.New(clinic())
	for _, text := range []string{
		"сильно давит в груди, отдаёт в руку", "ребёнок не дышит", "муж потерял сознание", "не хочу больше жить", "сын проглотил батарейку", "не могу дышать",
		"кровотечение не останавливается, сильное кровотечение", "отёк Квинке", "мама перестала говорить, лицо перекосило", "chest pain, can't breathe", "I want to die",
	} {
		for _, asked := range []string{"", "name", "reason", "when"} {
			s := understand.Situation{Now: wednesday(t), Asked: asked}
			if asked != "" {
				s.Flow = "booking"
			}
			m := reader.Read(text, s)
			assert.Equal(t, "emergency", flow(m), "%s, asked for %q", text, asked)
			assert.Len(t, m.Commands, 1, "%s, asked for %q", text, asked)
			assert.NotEmpty(t, m.Commands[0].Value, "the kind of danger: %s", text)
		}
	}
	for _, text := range []string{
		"в прошлом году был инфаркт", "насморк и кашель", "болит спина", "сдать кровь", "анализ кала на скрытую кровь", "давление 140 на 90", "боюсь сдавать кровь",
		"узи сердца", "к кардиологу, иногда колет в боку", "нужна консультация после инсульта", "I have a cold",
	} {
		assert.NotEqual(t, "emergency", flow(reader.Read(text, understand.Situation{Now: wednesday(t)})), text)
	}
}

func TestWithinADialogue(t *testing.T) {
	t.Parallel()
	reader := understand.New(clinic())
	for _, c := range []struct{ flow, asked, text, want string }{
		{"booking", "confirm", "да", "confirm"},
		{"booking", "confirm", "ок, спасибо", "confirm"},
		{"booking", "confirm", "нет", "deny"},
		{"booking", "confirm", "назад", "back"},
		{"booking", "confirm", "повтори", "repeat"},
		{"booking", "confirm", "отмена", "cancel"},
		{"booking", "confirm", "отмените запись", "cancel"},
		{"booking", "confirm", "cancel", "cancel"},
		{"booking", "confirm", "оператор", "handoff"},
		{"booking", "confirm", "хочу поговорить с человеком", "handoff"},
		{"booking", "confirm", "помощь", "start help"},
		{"booking", "confirm", "да, но лучше в пятницу", "set when=03-13 day"},
		{"booking", "confirm", "перенесите на пятницу", "set when=03-13 day"},
		{"booking", "confirm", "хочу к Мельнику", "set doctor=Мельник"},
		{"booking", "confirm", "другое время", "clear when"},
		{"booking", "confirm", "к другому врачу", "clear doctor"},
		{"booking", "confirm", "сколько стоит?", "start prices"},
		{"booking", "confirm", "asdf qwer", ""},
		{"booking", "confirm", "нет, к другому врачу", "clear doctor"},
		{"booking", "confirm", "в это время мне никак не подходит", "deny"},
		{"booking", "branch", "во втором филиале", "set branch=b2"},
		{"prove", "born", "не помню", "set born=не помню"},
		{"cancel", "reason", "мои записи", "start visits"},
		{"booking", "specialty", "кардиолог", "set specialty=cardiologist"},
		{"booking", "specialty", "запишите к лору на завтра", "set specialty=ent; set when=03-12 day"},
		{"booking", "doctor", "любой", "set doctor=any"},
		{"booking", "doctor", "Петров", "set doctor=Петров"},
		{"booking", "branch", "в Калининграде", "set branch=b2"},
		{"booking", "branch", "всё равно", "set branch=any"},
		{"booking", "person", "мне", "set person=self"},
		{"booking", "person", "сына", "set person=child"},
		{"relative", "relation", "сын", "set relation=child"},
		{"relative", "name", "Петров Ваня", "set name=Петров Ваня"},
		{"register", "name", "Меня зовут Анна Справкина", "set name=Анна Справкина"},
		{"register", "name", "иванов иван иванович", "set name=иванов иван иванович"},
		{"register", "name", "My name is John Smith", "set name=John Smith"},
		{"register", "name", "Вера", "set name=Вера"},
		{"register", "name", "назад", "back"},
		{"register", "name", "отмена", "cancel"},
		{"register", "name", "сколько стоит визит к кардиологу", "start prices; set specialty=cardiologist"},
		{"register", "name", "зачем вам имя?", ""},
		{"register", "name", "12345", ""},
		{"register", "phone", "8 916 123 45 67", "set phone=89161234567"},
		{"register", "phone", "мой номер +7(916)123-45-67", "set phone=+79161234567"},
		{"register", "phone", "1234", ""},
		{"register", "consent", "согласен", "confirm"},
		{"cancel", "reason", "передумал", "set reason=передумал"},
		{"cancel", "reason", "нашли клинику ближе к дому", "set reason=нашли клинику ближе к дому"},
		{"cancel", "reason", "назад", "back"},
		{"cancel", "confirm", "отменить", "confirm"},
		{"cancel", "confirm", "да, отменяйте", "confirm"},
		{"cancel", "confirm", "не надо отменять", "deny"},
		{"cancel", "confirm", "отмена", "cancel"},
		{"reschedule", "when", "запишите на пятницу утром", "set when=03-13 08:00 to 03-13 12:00 part"},
		{"language", "lang", "английский", "set lang=en"},
		{"", "", "да", "start confirm"},
		{"", "", "нет", "start deny"},
		{"", "", "оператор", "start operator"},
		{"", "", "отмена", "start cancel"},
		{"", "", "english please", "start language; set lang=en"},
	} {
		m := reader.Read(c.text, understand.Situation{Now: wednesday(t), Flow: c.flow, Asked: c.asked})
		assert.Equal(t, c.want, said(m), "%s/%s: %s", c.flow, c.asked, c.text)
	}
}

func TestOfTwoWishesTheFirstComesFirst(t *testing.T) {
	t.Parallel()
	reader := understand.New(clinic())
	for text, want := range map[string]string{
		"как до вас доехать? и до скольки вы работаете":         "start contacts; start hours",
		"запишите к кардиологу на завтра. сколько стоит приём?": "start booking; set specialty=cardiologist; set when=03-12 day; start prices",
		"здравствуйте! запишите к кардиологу":                   "start booking; set specialty=cardiologist",
	} {
		assert.Equal(t, want, said(reader.Read(text, understand.Situation{Now: wednesday(t)})), text)
	}
}

func TestCancellingNamesTheVisit(t *testing.T) {
	t.Parallel()
	reader := understand.New(clinic())
	for text, want := range map[string]string{
		"отмените запись к Ивановой на пятницу": "start cancel; set doctor=Иванова; set when=03-13 day",
		"завтра не смогу прийти":                "start cancel; set when=03-12 day",
		"отмените визит дочки":                  "start cancel; set person=child",
	} {
		assert.Equal(t, want, said(reader.Read(text, understand.Situation{Now: wednesday(t)})), text)
	}
}

func TestMeaningIsWrittenAsTheContractSays(t *testing.T) {
	t.Parallel()
	reader := understand.New(clinic())
	m := reader.Read("к кардиологу завтра после обеда", understand.Situation{Now: wednesday(t)})
	require.Greater(t, m.Confidence, 0.9)
	m.Confidence = 0.97
	data, err := json.Marshal(m)
	require.NoError(t, err)
	require.JSONEq(t, `{"text":"к кардиологу завтра после обеда","commands":[{"do":"start","flow":"booking"},
		{"do":"set","slot":"specialty","value":"cardiologist"},
		{"do":"set","slot":"when","value":{"from":"2026-03-12T13:00:00+03:00","to":"2026-03-12T18:00:00+03:00","grain":"part"}}],
		"confidence":0.97,"by":"rules"}`, string(data))

	data, err = json.Marshal(understand.Meaning{Text: "ъыь", By: "rules"})
	require.NoError(t, err)
	require.JSONEq(t, `{"text":"ъыь","commands":[],"confidence":0,"by":"rules"}`, string(data))

	var back understand.Meaning
	data, err = json.Marshal(reader.Read("завтра в 10", understand.Situation{Now: wednesday(t)}))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &back))
	require.Equal(t, dialog.Minute, when(back).Grain)
}
