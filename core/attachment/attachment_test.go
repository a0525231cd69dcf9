package attachment_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/attachment"
	"github.com/zapis-clinic/zapis/core/chart/charttest"
	"github.com/zapis-clinic/zapis/core/document"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/upload"
)

// sent is a file that came through a chat.
func sent() attachment.Held {
	return attachment.Held{Title: "канарейка.txt", Kind: upload.Text, Data: []byte("анализ канарейки")}
}

// put keeps a file of a chat that is waited for, and returns its id and the document that it became.
func put(t *testing.T, w *charttest.Ward, who string) (id, doc uuid.UUID) {
	t.Helper()
	s := attachment.Shelf{Chart: w.Chart}
	chat := w.Chat(who)
	id = uuid.New()
	w.Exec("INSERT INTO attachment (id, conversation_id, kind, due_at, at) VALUES ($1, $2, 'file', $3, $3)", id, chat.ID, charttest.Monday())
	require.NoError(t, w.DB.InTx(t.Context(), chat, func(tx *store.Tx) error {
		var err error
		doc, err = s.Put(t.Context(), tx, id, sent())
		return err
	}))
	w.Exec("UPDATE attachment SET state = 'kept', mime = 'text/plain', done_at = at, document_id = $2 WHERE id = $1", id, store.Ref(doc))
	return id, doc
}

func TestAFileLiesInTheOnlyCardOfItsChat(t *testing.T) {
	t.Parallel()
	w := charttest.Open(t)
	_, doc := put(t, w, "maria")
	require.NotEqual(t, uuid.Nil, doc)
	w.Hidden("канарейк")
	file := document.File{Chart: w.Chart}
	_, data, err := file.Read(t.Context(), w.Staff("ivanova"), doc)
	require.NoError(t, err)
	assert.Equal(t, string(sent().Data), string(data), "who treats her opens it")
	_, _, err = file.Read(t.Context(), w.Staff("admin"), doc)
	charttest.Refused(t, err, "document_sealed", "the desk hands it over")
	_, _, err = file.Read(t.Context(), w.Staff("petrov"), doc)
	charttest.Refused(t, err, "not_found", "another doctor knows nothing of it")
}

func TestAFileOfAChatWithSeveralPeopleLiesBesideItUntilThereIsOne(t *testing.T) {
	t.Parallel()
	w := charttest.Open(t)
	chat := w.Chat("maria")
	w.Exec("INSERT INTO patient_link (patient_id, conversation_id, relation, created_at) VALUES ($1, $2, 'child', $3)", charttest.Oleg(), chat.ID, charttest.Monday())
	id, doc := put(t, w, "maria")
	require.Equal(t, uuid.Nil, doc, "nobody guesses whose it is")
	w.Hidden("канарейк")
	s := attachment.Shelf{Chart: w.Chart}
	require.NoError(t, s.Move(t.Context(), chat, id))
	assert.Equal(t, 1, w.Count("SELECT count(*) FROM attachment_content"))

	w.Exec("DELETE FROM patient_link WHERE conversation_id = $1 AND patient_id = $2", chat.ID, charttest.Oleg())
	require.NoError(t, s.Move(t.Context(), chat, id))
	require.NoError(t, s.Move(t.Context(), chat, id), "once")
	assert.Zero(t, w.Count("SELECT count(*) FROM attachment_content"))
	assert.Equal(t, 1, w.Count("SELECT count(*) FROM attachment a JOIN document d ON d.id = a.document_id WHERE d.patient_id = $1 AND d.kind = 'upload'", charttest.Maria()))
}

func TestWhatLiesBesideAChatIsTheChatsAndTheHeads(t *testing.T) {
	t.Parallel()
	w := charttest.Open(t)
	chat := w.Chat("maria")
	w.Exec("INSERT INTO attachment (id, conversation_id, kind, due_at, at) VALUES ($1, $1, 'file', $2, $2)", chat.ID, charttest.Monday())
	w.Exec(`INSERT INTO attachment_content (attachment_id, title_sealed, bytes_sealed) VALUES ($1, '\x00', '\x00')`, chat.ID)
	for _, c := range []struct {
		who         string
		rows, bytes int
	}{{"head", 1, 1}, {"admin", 1, 0}, {"ivanova", 0, 0}, {"cashier", 0, 0}, {"marketing", 0, 0}} {
		rows, err := w.Raw(w.Staff(c.who), "SELECT FROM attachment")
		require.NoError(t, err)
		assert.Equal(t, c.rows, rows, "%s knows of it", c.who)
		bytes, err := w.Raw(w.Staff(c.who), "SELECT FROM attachment_content")
		require.NoError(t, err)
		assert.Equal(t, c.bytes, bytes, "%s has its bytes", c.who)
	}
	for who, want := range map[string]int{"maria": 1, "oleg": 0} {
		for _, table := range []string{"attachment", "attachment_content"} {
			rows, err := w.Raw(w.Chat(who), "SELECT FROM "+table)
			require.NoError(t, err)
			assert.Equal(t, want, rows, who)
		}
	}
	_, err := w.Raw(w.Chat("oleg"), "INSERT INTO attachment (id, conversation_id, kind, due_at, at) VALUES ($1, $2, 'file', now(), now())", uuid.New(), chat.ID)
	require.Error(t, err, "nobody puts a file into another's chat")
	changed, err := w.Raw(w.Staff("admin"), "UPDATE attachment SET state = 'gone' RETURNING 1")
	require.NoError(t, err)
	assert.Zero(t, changed, "the desk changes none")
}

func TestTheDeskSaysWhoseAFileIsAndOpensNone(t *testing.T) {
	t.Parallel()
	w := charttest.Open(t)
	chat := w.Chat("maria")
	w.Exec("INSERT INTO patient_link (patient_id, conversation_id, relation, created_at) VALUES ($1, $2, 'child', $3)", charttest.Oleg(), chat.ID, charttest.Monday())
	id, _ := put(t, w, "maria")
	say := func(who string, person uuid.UUID) int {
		n, err := w.Raw(w.Staff(who), "UPDATE attachment SET whose = $2 WHERE id = $1 RETURNING 1", id, person)
		if err != nil {
			t.Log(err)
			return -1
		}
		return n
	}
	assert.Zero(t, say("ivanova", charttest.Oleg()), "it is the desk's to say")
	assert.Equal(t, -1, say("admin", uuid.New()), "a stranger to the chat")
	_, err := w.Raw(w.Staff("admin"), "UPDATE attachment SET whose = $2, mime = 'text/html' WHERE id = $1 RETURNING 1", id, charttest.Oleg())
	require.ErrorContains(t, err, "nothing else of it")
	require.Equal(t, 1, say("admin", charttest.Maria()))
	assert.Equal(t, -1, say("admin", charttest.Oleg()), "another branch's patient, of whom this desk knows nothing")
	require.Equal(t, 1, say("head", charttest.Oleg()), "another word counts in its place")

	s := attachment.Shelf{Chart: w.Chart}
	require.NoError(t, s.Move(t.Context(), chat, id))
	assert.Equal(t, 1, w.Count("SELECT count(*) FROM attachment a JOIN document d ON d.id = a.document_id WHERE d.patient_id = $1", charttest.Oleg()))
	assert.Zero(t, w.Count("SELECT count(*) FROM attachment_content"))
	assert.Zero(t, say("admin", charttest.Maria()), "it lies where it lies")
}
