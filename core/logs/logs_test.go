package logs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/logs"
)

func TestV20WhatLooksLikeAPersonOrASecretIsNotWritten(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"+79161234567", "8 (916) 123-45-67", "8916-1234567", "anna@clinic.example", "Иванова Анна", "для Ёлкина-Палкина",
		"https://api.telegram.org/bot4242424242:AAF-abcdefghijklmnopqrstuvwxyz/getMe", "Bearer zps_5f2c81", "postgres://zapis:s3cret@db/zapis",
		"/cabinet/invite/AbCdEfGhIjKlMnOpQrSt12", `{"password":"kot-na-kryshe"}`, "?token=abc123",
	} {
		got := logs.Scrub("turn of " + text + ": broke")
		require.Contains(t, got, "***", text)
		for _, part := range []string{"916", "anna", "ванов", "лкин", "AAF-", "zps_", "s3cret", "AbCd", "kot", "abc123"} {
			require.NotContains(t, got, part)
		}
	}
}

func TestALogKeepsIdsCodesAndMoments(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		uuid.NewString(), "01890a5d-ac96-774b-bcce-b302099a8057:12:0", "2026-11-25T13:00:00.123456Z", "127.0.0.1:40513", "sweep_inbound", "serving on [::1]:8080",
		"webchat:site", "conflict: time_taken", "the token is wrong",
	} {
		require.Equal(t, text, logs.Scrub(text))
	}
}

func TestV20AnErrorOfTheDatabaseTellsItsCodeAndNotTheRow(t *testing.T) {
	t.Parallel()
	broken := &pgconn.PgError{
		Severity: "ERROR", Code: "23505", Message: `duplicate key value "Canary Smith"`, Detail: "Key (phone)=(canary) already exists.", Where: "canary",
		TableName: "patient", ConstraintName: "patient_phone",
	}
	err := fmt.Errorf("save a card: %w", errors.Join(broken, &strconv.NumError{Func: "Atoi", Num: "canary", Err: strconv.ErrSyntax}))
	text := logs.Text(err)
	require.Equal(t, "save a card: SQLSTATE 23505, table patient, constraint patient_phone\nstrconv.Atoi: invalid syntax", text)
	_, parse := time.Parse(time.DateOnly, "canary")
	require.NotContains(t, logs.Text(parse), "canary")

	var same *pgconn.PgError
	require.ErrorAs(t, logs.Safe(err), &same)
	require.Equal(t, text, logs.Safe(err).Error())
	require.NoError(t, logs.Safe(nil))
	require.Equal(t, "panic with a string", logs.Panicked("canary").Error())
	require.Equal(t, "panic: SQLSTATE 23505, table patient, constraint patient_phone", logs.Panicked(broken).Error())
}

func TestV20EveryWayIntoALogIsFreedOfPeople(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(logs.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})))
	person := "Канарейка +79161234567"
	log.With("who", person).WithGroup("g").InfoContext(core.WithRequest(context.Background(), "req-1"), person, "text", person, //nolint:sloglint // a careless caller
		"error", errors.New(person), "list", []string{person}, "struct", struct{ Name string }{person}, "map", map[string]any{"x": person},
		"bytes", []byte(person), slog.Group("inner", "a", person), "hidden", core.Hide(person), "n", 7)
	require.NotContains(t, out.String(), "916")
	require.NotContains(t, out.String(), "анарейк")
	require.Contains(t, out.String(), `"request":"req-1"`)
	require.Contains(t, out.String(), `"n":7`)
}
