# Lists the targets of a Makefile that carry a "## what it does", under the "##@ headings" they stand below.
/^##@ / { printf "\n%s\n", substr($0, 5) }
/^[a-z-]+:.*## / {
    name = $0; sub(/:.*/, "", name)
    what = $0; sub(/.*## /, "", what)
    printf "  %-16s %s\n", name, what
}
