package understand

import "github.com/zapis-clinic/zapis/prompts"

// Load reads everything that a process reads once.
func Load() error {
	examples, err := prompts.Intents(prompts.Places("")...)
	if err != nil {
		return err
	}
	taught, err := remember(learnedBytes, examples)
	if err == nil && taught == nil {
		taught, err = Learn(examples)
	}
	if err == nil {
		taught.Reader(Vocabulary{})
	}
	return err
}
