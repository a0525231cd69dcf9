package main

type staffCmd struct{}

func (staffCmd) Run(*env) error { return nil }

type linkCmd struct{}

func (linkCmd) Run(*env) error { return nil }

type talkCmd struct{}

func (talkCmd) Run(*env) error { return nil }

type checkCmd struct{}

func (checkCmd) Run(*env) error { return nil }
