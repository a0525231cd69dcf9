-- +goose Up
-- Integrations and what they may do: the contract is a list of classes ("contacts appointments records:vitals"). The token itself is never
-- stored; it is shown once, where it is made.
CREATE TABLE api_token (
    id         uuid CONSTRAINT api_token_pkey PRIMARY KEY,
    name       text NOT NULL CONSTRAINT api_token_name UNIQUE CONSTRAINT api_token_named CHECK (name ~ '^[a-z0-9_.-]{1,40}$'),
    hash       bytea NOT NULL CONSTRAINT api_token_hash UNIQUE CONSTRAINT api_token_sha256 CHECK (octet_length(hash) = 32),
    scope      text NOT NULL CONSTRAINT api_token_scope CHECK (scope ~ '^[a-z_]+(:[a-z_]+)?( [a-z_]+(:[a-z_]+)?)*$'),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    key_sealed bytea CONSTRAINT api_token_signs CHECK (key_sealed IS NOT NULL OR scope !~ '(^| )payments'), -- of a contract that signs what it sends
    CONSTRAINT api_token_span CHECK (expires_at > created_at)
);
COMMENT ON TABLE api_token IS 'data: none; subject: none; retention: none';
ALTER TABLE api_token ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_token FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON api_token TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY system ON api_token TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()));
GRANT SELECT, INSERT ON api_token TO zapis_app;
GRANT UPDATE (revoked_at, key_sealed) ON api_token TO zapis_app; -- the latter: another key of the vault

-- What a member of staff told the worker to do for them. What was typed stands sealed; the queue's own row has ids only.
CREATE TABLE act_order (
    id            uuid CONSTRAINT act_order_pkey PRIMARY KEY,
    staff_id      uuid NOT NULL CONSTRAINT act_order_staff REFERENCES staff,
    fields_sealed bytea NOT NULL,
    at            timestamptz NOT NULL
);
COMMENT ON TABLE act_order IS 'data: personal; subject: none; retention: messages';
CREATE INDEX act_order_at ON act_order (at);
CREATE INDEX act_order_staff ON act_order (staff_id);
ALTER TABLE act_order ENABLE ROW LEVEL SECURITY;
ALTER TABLE act_order FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON act_order TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY system ON act_order TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()));
CREATE POLICY own ON act_order TO zapis_app USING ((SELECT staff_role()) IS NOT NULL AND staff_id = (SELECT actor_id()))
    WITH CHECK ((SELECT staff_role()) IS NOT NULL AND staff_id = (SELECT actor_id()));
GRANT SELECT, INSERT, DELETE ON act_order TO zapis_app;
GRANT UPDATE (fields_sealed) ON act_order TO zapis_app; -- another key

-- Up to which sum of an invoice whoever asks for a refund gives it back alone. 0: every refund takes two people.
CREATE TABLE money_rule (
    one          boolean CONSTRAINT money_rule_pkey PRIMARY KEY DEFAULT true CONSTRAINT money_rule_one CHECK (one),
    refund_limit bigint NOT NULL DEFAULT 0 CONSTRAINT money_rule_limit CHECK (refund_limit BETWEEN 0 AND 100000000) -- kopecks
);
COMMENT ON TABLE money_rule IS 'data: none; subject: none; retention: none';
INSERT INTO money_rule DEFAULT VALUES;
ALTER TABLE money_rule ENABLE ROW LEVEL SECURITY;
ALTER TABLE money_rule FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON money_rule TO zapis_owner USING (true) WITH CHECK (true);
CREATE POLICY system ON money_rule TO zapis_app USING ((SELECT actor_is_system())) WITH CHECK ((SELECT actor_is_system()));
CREATE POLICY staff_see ON money_rule FOR SELECT TO zapis_app USING ((SELECT staff_role()) IS NOT NULL);
GRANT SELECT, UPDATE ON money_rule TO zapis_app;

-- A refund is done by a second person, or, up to the limit of its invoice, by whoever asked for it: the trigger below counts.
ALTER TABLE payment DROP CONSTRAINT payment_refund;
DROP POLICY staff_add ON payment;
CREATE POLICY staff_add ON payment FOR INSERT TO zapis_app WITH CHECK (CASE (SELECT staff_role())
    WHEN 'cashier' THEN kind = 'charge' OR (NOT (medical AND state = 'done') AND approved_by IS NULL AND asked_by = (SELECT actor_id()))
    WHEN 'admin' THEN in_branches((SELECT actor_branches()), branch_id)
                      AND (kind = 'charge' OR (NOT (medical AND state = 'done') AND approved_by IS NULL AND asked_by = (SELECT actor_id())))
    ELSE false END);
-- A payment leads to an invoice of the same person in the same branch: an invoice's id tells nobody whose it is.
ALTER TABLE invoice ADD CONSTRAINT invoice_whose UNIQUE (id, patient_id, branch_id);
ALTER TABLE payment ADD CONSTRAINT payment_whose FOREIGN KEY (invoice_id, patient_id, branch_id) REFERENCES invoice (id, patient_id, branch_id);

-- Money comes in up to what is due and goes out up to what came in, whoever asks at once.
-- +goose StatementBegin
CREATE FUNCTION guard_payment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    due   invoice%ROWTYPE;
    taken bigint;
    given bigint;
    alone bigint;
BEGIN
    SELECT * INTO due FROM invoice WHERE id = NEW.invoice_id FOR UPDATE;
    SELECT coalesce(sum(amount) FILTER (WHERE kind = 'charge'), 0), coalesce(sum(amount) FILTER (WHERE kind = 'refund'), 0),
           coalesce(sum(amount) FILTER (WHERE kind = 'refund' AND approved_by IS NULL), 0)
    INTO taken, given, alone
    FROM payment WHERE invoice_id = NEW.invoice_id AND state = 'done' AND id <> NEW.id;
    IF TG_OP = 'UPDATE' AND OLD.state <> 'requested' AND NEW.state = 'done' THEN
        RAISE EXCEPTION 'what is over stays over' USING ERRCODE = '23514', CONSTRAINT = 'payment_over';
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.invoice_id, OLD.patient_id, OLD.amount, OLD.kind, OLD.key) IS DISTINCT FROM (NEW.invoice_id, NEW.patient_id, NEW.amount, NEW.kind, NEW.key) THEN
        RAISE EXCEPTION 'a payment stays what it was' USING ERRCODE = '23514', CONSTRAINT = 'payment_kept';
    END IF;
    IF NEW.kind = 'charge' AND NEW.state = 'done' AND (due.state = 'void' OR taken - given + NEW.amount > due.total) THEN
        RAISE EXCEPTION 'more than is due' USING ERRCODE = '23514', CONSTRAINT = 'payment_more_than_due';
    END IF;
    IF NEW.kind = 'refund' AND NEW.state <> 'void' AND given + NEW.amount > taken THEN
        RAISE EXCEPTION 'more than was paid' USING ERRCODE = '23514', CONSTRAINT = 'payment_more_than_paid';
    END IF;
    IF NEW.kind = 'refund' AND NEW.state = 'done' AND NEW.approved_by IS NULL AND alone + NEW.amount > (SELECT refund_limit FROM money_rule) THEN
        RAISE EXCEPTION 'a refund above the limit takes two people' USING ERRCODE = '23514', CONSTRAINT = 'payment_refund';
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER payment_guard BEFORE INSERT OR UPDATE ON payment FOR EACH ROW EXECUTE FUNCTION guard_payment();

-- Whether an invoice is paid follows from its payments.
-- +goose StatementBegin
CREATE FUNCTION settle_invoice() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    UPDATE invoice i
    SET state = CASE WHEN p.sum >= i.total THEN 'paid' ELSE 'issued' END
    FROM (SELECT coalesce(sum(CASE kind WHEN 'charge' THEN amount ELSE -amount END), 0) AS sum
          FROM payment WHERE invoice_id = NEW.invoice_id AND state = 'done') p
    WHERE i.id = NEW.invoice_id AND i.state <> 'void';
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER payment_settles AFTER INSERT OR UPDATE OF state ON payment FOR EACH ROW EXECUTE FUNCTION settle_invoice();

-- An invoice with money on it is not voided; nobody makes one paid by hand, and its sum stands.
-- +goose StatementBegin
CREATE FUNCTION guard_invoice() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    IF (OLD.total, OLD.patient_id, OLD.branch_id, OLD.visit_id, OLD.currency) IS DISTINCT FROM (NEW.total, NEW.patient_id, NEW.branch_id, NEW.visit_id, NEW.currency)
       OR OLD.state = 'void' OR NEW.state <> 'void' THEN
        RAISE EXCEPTION 'an invoice stays as it was issued' USING ERRCODE = '23514', CONSTRAINT = 'invoice_kept';
    END IF;
    IF EXISTS (SELECT FROM payment WHERE invoice_id = NEW.id AND state <> 'void'
               HAVING sum(CASE WHEN kind = 'charge' THEN amount ELSE -amount END) <> 0) THEN
        RAISE EXCEPTION 'there is money on it' USING ERRCODE = '23514', CONSTRAINT = 'invoice_void_paid';
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER invoice_guard BEFORE UPDATE ON invoice FOR EACH ROW WHEN (current_user = 'zapis_app') EXECUTE FUNCTION guard_invoice();
-- One live invoice of a visit.
DROP INDEX invoice_visit;
CREATE UNIQUE INDEX invoice_visit ON invoice (visit_id) WHERE visit_id IS NOT NULL AND state <> 'void';

-- +goose Down
DROP INDEX invoice_visit;
CREATE INDEX invoice_visit ON invoice (visit_id) WHERE visit_id IS NOT NULL;
DROP TRIGGER invoice_guard ON invoice;
DROP FUNCTION guard_invoice();
DROP TRIGGER payment_settles ON payment;
DROP FUNCTION settle_invoice();
DROP TRIGGER payment_guard ON payment;
DROP FUNCTION guard_payment();
ALTER TABLE payment DROP CONSTRAINT payment_whose;
ALTER TABLE invoice DROP CONSTRAINT invoice_whose;
DROP POLICY staff_add ON payment;
CREATE POLICY staff_add ON payment FOR INSERT TO zapis_app WITH CHECK (CASE (SELECT staff_role())
    WHEN 'cashier' THEN kind = 'charge' OR (state = 'requested' AND approved_by IS NULL AND asked_by = (SELECT actor_id()))
    WHEN 'admin' THEN in_branches((SELECT actor_branches()), branch_id)
                      AND (kind = 'charge' OR (state = 'requested' AND approved_by IS NULL AND asked_by = (SELECT actor_id())))
    ELSE false END);
ALTER TABLE payment ADD CONSTRAINT payment_refund CHECK (kind = 'charge' OR state <> 'done' OR approved_by IS NOT NULL);
DROP TABLE money_rule, act_order, api_token;
