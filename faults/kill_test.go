package faults_test

// program is the real program, built once with the drills' crash points.
var program struct{ dir, path string }
