// Package bench measures Zapis as a whole against the same database without it: figures come from `make bench`, as ratios with a
// control in the same run.
package bench
