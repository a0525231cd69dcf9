package store

import "github.com/zapis-clinic/zapis/core"

// InName has the database take what fn queues as done by Actor, where the transaction was begun by another: what Zapis itself does in
// a person's name stands on record under theirs. fn only queues.
func (t *Tx) InName(fn func() error) error {
	if t.Actor.Kind == t.told.Kind && t.Actor.ID == t.told.ID && t.Actor.Role == t.told.Role {
		return fn()
	}
	t.queue = append(t.queue, whole(t.Actor))
	err := fn()
	t.queue = append(t.queue, whole(t.told))
	return err
}

// whole is an introduction that leaves nothing of an earlier one.
func whole(a core.Actor) statement {
	return statement{
		sql: "SELECT set_config('zapis.actor_kind', $1, true), set_config('zapis.actor_id', $2, true), set_config('zapis.actor_branches', $3, true), " +
			"set_config('zapis.actor_role', $4, true), set_config('zapis.actor_doctor', $5, true)",
		args: []any{string(a.Kind), id(a.ID), branches(a.Branches), a.Role, id(a.Doctor)},
	}
}
