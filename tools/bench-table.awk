# Turns `go test -bench` output into a table: one row a benchmark and figure. Failures pass through as they are.
/^(ok|PASS|goos:|goarch:|cpu:)/ || /\[no test files\]$/ { next }
/^pkg: / { package = $2; sub(/.*\/zapis\//, "", package); next }
/^Benchmark[^ \t]*[ \t]+[0-9]/ {
    name = $1; sub(/^Benchmark/, "", name); sub(/-[0-9]+$/, "", name)
    if (!rows++) printf "%-14s %-44s %16s  %s\n", "package", "benchmark", "figure", "unit"
    for (i = 3; i < NF; i += 2) printf "%-14s %-44s %16s  %s\n", package, name, $i, $(i + 1)
    fflush()
    next
}
{ print; fflush() }
