package main

import "github.com/zapis-clinic/zapis/core/upload"

// files looks at what people send, as the settings and the machine allow: with a scanner where one is set, with pages counted in a process
// of their own where there is the program.
func (c config) files() (upload.Checker, error) {
	var out upload.Checker
	if c.Clamd != "" {
		scanner, err := upload.ReadClamd(c.Clamd)
		if err != nil {
			return out, wrong("ZAPIS_CLAMD", err.Error())
		}
		out.Scanner = scanner
	}
	if pages, ok := upload.FindPoppler(); ok {
		out.Pages = pages
	}
	return out, nil
}
