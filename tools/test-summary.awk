# Of `go test -v`: what failed, as it comes, one line for each package that passed, and at the end what failed, what was skipped and a count.
# -v loud=1 passes everything through.
/\[no test files\]$/ { next }
/^ *--- FAIL: / { failed_tests = failed_tests "\n  " $3 }
/^ *--- SKIP: / { skipped++; skipped_tests = skipped_tests "\n  " $3 }
/^ok +\t/ || /^ok  / { passed++; tell($0, loud); next }
/^FAIL\t/ { failed++; failed_packages = failed_packages "\n  " $2; tell($0, 1); next }
loud { print; fflush(); next }
/^=== (RUN|PAUSE|CONT|NAME)/ || /^ *--- (PASS|SKIP): / || /^PASS$/ { next }
{ held[++lines] = $0 }
END {
    tell("", 1)
    if (failed) printf "\nfailed packages:%s\n", failed_packages
    if (failed_tests) printf "failed tests:%s\n", failed_tests
    if (skipped) printf "skipped tests:%s\n", skipped_tests
    printf "packages: %d passed, %d failed; tests skipped: %d\n", passed, failed, skipped
}
# tell prints a package's last line, and before it what it said where that is of use.
function tell(line, all, i) {
    for (i = 1; all && i <= lines; i++) print held[i]
    lines = 0
    if (line != "") print line
    fflush()
}
