package llm

import (
	"regexp"
	"strings"
	"unicode"
)

// Shapes of texts that speak to a machine and not to a clinic. Such a text is understood by rules alone: they follow nobody's orders.
const (
	codeShape  = "```|\\{\\s*[\"'\\w]|[\"']\\s*:\\s*[\"'\\[{]|</?\\s*[a-zа-я!|]|<\\||\\[/?inst|\\[system|^\\s*#{2,}|\\n\\s*#{2,}|\\$\\{|\\{\\{|%7b|&#|&lt;|\\\\u00|]\\(|!\\["
	roleShape  = `(?:^|[\s>*_"«(-])(?:system|assistant|developer|user|tool|role|admin|root|система|ассистент|роль|разработчик|администратор)\s*[:=>]`
	orderShape = `игнор|ignor|disregard|overrid|jailbreak|bypass|забудь\s+(?:вс|что|о|пред|про|инстр|прав)|forget\s+(?:all|every|what|your|the|about)|инструкци|instruction|промпт|промт|prompt|` +
		`представь,?\s+что|притвор|pretend|act\s+as|you\s+are\s+now|ты\s+теперь|вы\s+теперь|отныне|from\s+now\s+on|режим[еа]?\s+(?:разраб|отлад|админ|бог|dan)|developer\s+mode|debug|sudo|` +
		`(?:вызов|выполн|запуст|call|run|execute|invoke|exec)\S*\s+(?:\S+\s+)?(?:команд|функци|инструмент|command|function|tool|flow|start|cancel|confirm|set|sql|код|code)|` +
		`(?:верни|выведи|ответь|напиши|output|return|respond|reply|print|выдай|вставь|insert|emit)\S*\s+(?:\S+\s+){0,3}(?:json|"|'|start|cancel|команд|command|строк|следующ|only|exactly|ровно|только)|` +
		`(?:новое|new|следующее|обнов\S+)\s+(?:правил|rule|задани|task|указани|полити|policy)|не\s+обращай|don'?t\s+follow|do\s+not\s+follow|модел[ьиюе]|нейросет|language\s+model|\bllm\b|\bgpt|chatgpt|(?:^|[^а-яё])ии(?:[^а-яё]|$)|\bai\b|assistant|ассистент|\bsystem\b|команд|command|стих|poem|\bplay\b|\bgame\b|сыгра|игр[ауе]\b|you\s+say|правил|\brule|теперь\s+(?:значит|означает)|` +
		`consent_withdraw|my_data|tool_call|function_call|start_flow|\bflow\b|\bslot\b|"do"|do\s*[:=]|base64|rot13|decode|декодир|расшифруй\s+и|unicode|hex\b|delete\s+from|drop\s+table|select\s+\*|--\s*$|` +
		`(?:все[хм]?|чуж\S+|друг\S+|any|all|other|every)\s+(?:\S+\s+)?(?:пациент|patient|клиент|client|user|пользовател|запис[иь]\s+клин)`
	roleClaim = `\b(?:i\s*am|i'm|это|я)\s*[-–—]?\s*(?:the\s+|your\s+|an?\s+|ваш\S*\s+|твой\s+|главн\S+\s+|новый\s+)*(?:admin|developer|root|owner|operator|системный|администратор|разработчик|директор|владел|создател|программист|главврач|security|служба безопасности)`
	longWord  = `[A-Za-z0-9+/=_-]{24,}|(?:[0-9a-fA-F]{2}\s){8,}|(?:[01]{8}\s?){3,}`
	again     = `(?i)`
)

// suspects are the shapes, compiled.
type suspects []*regexp.Regexp

func readSuspects() suspects {
	var out suspects
	for _, shape := range []string{codeShape, roleShape, orderShape, roleClaim} {
		out = append(out, regexp.MustCompile(again+shape))
	}
	return append(out, regexp.MustCompile(longWord))
}

// machine says that a text rather speaks to a machine. Letters are looked at as they stand and as they look; letters drawn apart, and
// what cannot be seen, are enough.
func (s suspects) machine(text string) bool {
	if unseen(text) || drawnApart(text) || mixed(text) {
		return true
	}
	folded := strings.Join(spokenWords(text), " ")
	lower := strings.ToLower(text)
	for _, shape := range s {
		if shape.MatchString(lower) || shape.MatchString(text) || shape.MatchString(folded) || shape.MatchString(tidy(lower)) {
			return true
		}
	}
	return false
}

// unseen says that a text holds letters that nobody sees or that turn the others round. A joiner inside an emoji is none.
func unseen(text string) bool {
	for _, r := range text {
		if unicode.Is(unicode.Cf, r) && r != '\u200d' && r != '\ufeff' && r != '\u00ad' || r >= 0xE0000 && r <= 0xE01FF && r != 0xFE0F {
			return true
		}
	}
	return false
}

// mixed says that a word has Latin and Russian letters: now and then it is a slip, which the rules read as well.
func mixed(text string) bool {
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }) {
		latin := strings.ContainsFunc(w, func(r rune) bool { return unicode.Is(unicode.Latin, r) })
		if latin && strings.ContainsFunc(w, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) || unicode.Is(unicode.Greek, r) }) {
			return true
		}
	}
	return false
}

// drawnApart says that words are written letter by letter: i g n o r e, и.г.н.о.р.
func drawnApart(text string) bool {
	single := 0
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len([]rune(w)) == 1 && unicode.IsLetter([]rune(w)[0]) {
			single++
		} else {
			single = 0
		}
		if single >= 5 {
			return true
		}
	}
	return false
}
