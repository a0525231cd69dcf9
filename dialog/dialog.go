// Package dialog decides what the clinic answers.
package dialog
