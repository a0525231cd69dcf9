package cabinet_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/vault"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

func TestTheDeskSaysWhatWouldHaveBeenRight(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	_, chat, _ := o.linked()
	id := uuid.New()
	sealed, err := vaulttest.Vault(t).Seal(vault.Place{Table: "question", Column: "text_sealed", Row: id}, []byte("я Ольга Канарейкина, есть ли у вас сауна?"))
	require.NoError(t, err)
	o.exec(`INSERT INTO question (id, conversation_id, lang, why, text_sealed, flow, slot, nearest, at) VALUES ($1, $2, 'ru', 'unknown', $3, 'booking', 'doctor', 'parking', $4)`,
		id, chat, sealed, monday())
	b := o.as("admin")
	answer, page := b.get("/cabinet/questions")
	require.Equal(t, http.StatusOK, answer.StatusCode, page)
	for _, words := range []string{"есть ли у вас сауна?", "нет ответа в справках", "шло: Запись", "ближе всего: Парковка"} {
		assert.Contains(t, page, words)
	}
	assert.NotContains(t, page, "Канарейкина")
	answer, page = b.post("/cabinet/questions/" + id.String())
	assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	assert.Contains(t, page, "Выберите, что было правильно")
	answer, _ = b.post("/cabinet/questions/"+id.String(), "article", "accessibility")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, page = b.get("/cabinet/questions?state=settled")
	assert.Contains(t, page, "Доступная среда")
	answer, _ = b.post("/cabinet/questions/"+id.String(), "flow", "prices")
	assert.Equal(t, http.StatusConflict, answer.StatusCode, "it has been settled")
	answer, _ = o.as("doctor").get("/cabinet/questions")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
}
