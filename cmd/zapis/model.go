package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/zapis-clinic/zapis/cabinet"
	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/jobs"
	"github.com/zapis-clinic/zapis/llm"
	"github.com/zapis-clinic/zapis/prompts"
)

// modelProcessor is the model's name in the registry of processors.
const modelProcessor = "llm"

// Audiences of a model.
const (
	audienceOff      = "off"
	audienceStaff    = "staff"
	audiencePatients = "patients"
)

// checkModel names the first wrong setting of the model.
func (c config) checkModel() error {
	if !slices.Contains([]string{audienceOff, audienceStaff, audiencePatients}, c.LLMAudience) {
		return wrong("ZAPIS_LLM_AUDIENCE", "expected off, staff or patients")
	}
	if _, err := c.modelPrices(); err != nil {
		return wrong("ZAPIS_LLM_PRICES", "expected the prices of a million tokens, in and out, for example 15/60")
	}
	if c.LLMBudget < 0 {
		return wrong("ZAPIS_LLM_BUDGET", "expected tokens a day, or 0 for no limit")
	}
	if c.LLMBase == "" {
		return nil
	}
	if u, err := url.Parse(c.LLMBase); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		return wrong("ZAPIS_LLM_BASE_URL", "expected an address that starts with http:// or https://, for example http://127.0.0.1:11434/v1; the key goes into ZAPIS_LLM_KEY")
	}
	if c.LLMModel == "" && c.LLMEmbedding == "" && c.LLMTranscription == "" {
		return wrong("ZAPIS_LLM_MODEL", "not set; name the model that the server at ZAPIS_LLM_BASE_URL shall answer with")
	}
	return nil
}

func (c config) modelPrices() (llm.Prices, error) {
	if c.LLMPrices == "" {
		return llm.Prices{}, nil
	}
	in, out, _ := strings.Cut(c.LLMPrices, "/")
	a, err := strconv.ParseFloat(strings.TrimSpace(in), 64)
	b, bad := strconv.ParseFloat(strings.TrimSpace(out), 64)
	if err = errors.Join(err, bad); err == nil && !(a >= 0 && b >= 0) {
		err = errors.New("less than nothing")
	}
	return llm.Prices{In: a, Out: b}, err
}

// model is the client of the settings, or nil where there is none.
func model(ctx context.Context, c config, db *store.DB, log *slog.Logger) (*llm.Client, error) {
	if c.LLMBase == "" || c.LLMAudience == audienceOff {
		return nil, nil //nolint:nilnil // a client that is not there can do nothing, which it says of itself
	}
	own, err := llm.Own(ctx, c.LLMBase)
	if err != nil {
		log.WarnContext(ctx, "the model's host is not known now; it is taken for somebody else's", "error", err)
	}
	prices, err := c.modelPrices()
	if err != nil {
		return nil, fmt.Errorf("ZAPIS_LLM_PRICES: %w", err)
	}
	return llm.New(llm.Config{
		Base: c.LLMBase, Key: core.Hide(c.LLMKey), Model: c.LLMModel, Embeddings: c.LLMEmbedding, Transcriptions: c.LLMTranscription, Own: own,
		Leave: llm.Remembered(time.Now, func(ctx context.Context) (llm.Leave, error) {
			stands, medical, err := office(db).Approved(ctx, modelProcessor)
			return llm.Leave{Any: stands, Medical: medical}, err
		}),
		Budget: c.LLMBudget, Prices: prices, Clock: time.Now, Log: log,
	})
}

// openModel makes the server's client, and says where it will not be asked.
func (s *server) openModel(ctx context.Context) error {
	var err error
	if s.model, err = model(ctx, s.config, s.talks.DB, s.log); err != nil || s.model == nil {
		return err
	}
	if s.config.LLMAudience == audiencePatients && s.model.Can(llm.Transcription) {
		s.talks.Ear = s.model
	}
	if leave, err := s.model.Leave(ctx); err == nil && !leave.Any {
		s.log.WarnContext(ctx, "the model is not asked: it is somebody else's and not in the registry of processors", "do",
			"zapis processors add llm --kind model --who COMPANY --country RU --purpose understanding --basis contract, and --medical where it may get medical data")
	}
	return s.reader()
}

// drafts has the model write for staff, where there is one: nil where there is none.
func (s *server) drafts() (cabinet.Drafts, error) {
	if !s.model.Can(llm.Draft) {
		return nil, nil //nolint:nilnil // who is not there writes nothing, and no button asks
	}
	d, err := llm.NewDrafter(s.model, prompts.Open(s.config.Prompts))
	if err != nil {
		return nil, fmt.Errorf("ZAPIS_PROMPTS: %w", err)
	}
	return d, nil
}

// reader has patients' messages read by the model where the rules are unsure, if the settings say so.
func (s *server) reader() error {
	if !s.model.Can(llm.Understand) || s.config.LLMAudience != audiencePatients {
		return nil
	}
	rules, ok := s.talks.Rules.(*jobs.Reader)
	if !ok {
		return errors.New("the model's readings have no rules to be held to")
	}
	reader, err := llm.NewReader(llm.ReaderConfig{
		Client: s.model, Prompts: prompts.Open(s.config.Prompts), Clock: time.Now, Log: s.log,
		Clinic: func() llm.Clinic { return clinicOf(s.talks.Book.Current(), rules) },
	})
	if err != nil {
		return fmt.Errorf("ZAPIS_PROMPTS: %w", err)
	}
	s.talks.Model = reader
	return nil
}

// clinicOf is what a model may speak of.
func clinicOf(c *clinic.Catalog, rules *jobs.Reader) llm.Clinic {
	out := llm.Clinic{Rules: rules.Index(c), Vocabulary: jobs.Vocabulary(c)}
	for _, s := range c.Specialties {
		out.Specialties = append(out.Specialties, llm.Named{Code: s.Code, Name: s.Name.RU})
	}
	return out
}

// modelAnswers tries each model of the settings with a word of its own: nothing of a patient.
func modelAnswers(ctx context.Context, c config) error {
	if c.LLMBase == "" {
		return offError{errors.New("ZAPIS_LLM_BASE_URL is not set")}
	}
	if c.LLMAudience == audienceOff {
		return offError{errors.New("ZAPIS_LLM_AUDIENCE is off")}
	}
	return withDatabase(ctx, c, func(db *store.DB) error {
		client, err := model(ctx, c, db, c.logger(io.Discard))
		if err != nil {
			return err
		}
		return told(client.Try(ctx))
	})
}

// told says what to do about a model that does not answer.
func told(err error) error {
	failed := llm.Failed(err)
	switch {
	case failed == nil:
		return err
	case failed.Kind == llm.Forbidden:
		return fmt.Errorf("it is somebody else's machine and not in the registry of processors: zapis processors add %s --kind model --who COMPANY --country RU --purpose … --basis …", modelProcessor)
	case failed.Status == 401, failed.Status == 403:
		return errors.New("the server refuses ZAPIS_LLM_KEY")
	case failed.Status == 404:
		return errors.New("the server knows no such model or address: see ZAPIS_LLM_MODEL, ZAPIS_LLM_EMBEDDING_MODEL and ZAPIS_LLM_BASE_URL, which mostly ends in /v1")
	case failed.Status != 0:
		return fmt.Errorf("the server answers with status %d", failed.Status)
	}
	return fmt.Errorf("no answer from ZAPIS_LLM_BASE_URL (%s)", failed.Kind)
}
