# Passes `go test` output through as it comes, leaves out packages without tests, and ends with what failed and a count.
/\[no test files\]$/ { next }
{ print; fflush() }
/^ *--- FAIL: / { failed_tests = failed_tests "\n  " $3 }
/^ok +\t/ || /^ok  / { passed++ }
/^FAIL\t/ { failed++; failed_packages = failed_packages "\n  " $2 }
END {
    if (failed) printf "\nfailed packages:%s\n", failed_packages
    if (failed_tests) printf "failed tests:%s\n", failed_tests
    printf "packages: %d passed, %d failed\n", passed, failed
}
