package demo

import "context"

func (l *loader) bulkVisits(_ context.Context) (int64, error) { return 0, nil }
