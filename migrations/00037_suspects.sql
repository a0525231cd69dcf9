-- +goose Up
-- Likely duplicates, as many as are asked for: cards of one name and birth date in the order of their names, of each whether a phone is shared
-- too; where these are too few, cards with one phone and first names alike. It stops when there are enough, so that a page of
-- them comes at once; the limit says so to the planner, and is more than anybody settles by hand.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION suspected_pairs(most integer) RETURNS TABLE (one uuid, other uuid, phone boolean, born boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    mine uuid[] := actor_branches();
    wanted integer := least(most, 200);
    n integer;
    g record;
BEGIN
    IF staff_role() IS DISTINCT FROM 'admin' THEN
        RETURN;
    END IF;
    FOR g IN SELECT p.name_key, p.birth_date FROM patient p WHERE p.surname <> '' AND p.birth_date IS NOT NULL AND p.merged_into IS NULL
             GROUP BY p.name_key, p.birth_date HAVING count(*) > 1 ORDER BY p.name_key, p.birth_date LIMIT 5000 LOOP
        EXIT WHEN wanted <= 0;
        RETURN QUERY
            SELECT x.id, y.id, EXISTS (SELECT FROM patient_contact a JOIN patient_contact b ON b.value_index = a.value_index AND b.kind = 'phone'
                                       WHERE a.patient_id = x.id AND a.kind = 'phone' AND b.patient_id = y.id), true
            FROM patient x
            JOIN patient y ON y.name_key = x.name_key AND y.birth_date = x.birth_date AND y.id > x.id
            WHERE x.name_key = g.name_key AND x.birth_date = g.birth_date AND x.surname <> '' AND y.surname <> ''
              AND x.merged_into IS NULL AND (x.branches = '{}' OR mine = '{}' OR x.branches && mine)
              AND y.merged_into IS NULL AND (y.branches = '{}' OR mine = '{}' OR y.branches && mine)
              AND NOT EXISTS (SELECT FROM patient_apart z WHERE z.one_id = x.id AND z.other_id = y.id)
            ORDER BY 1, 2
            LIMIT wanted;
        GET DIAGNOSTICS n = ROW_COUNT;
        wanted := wanted - n;
    END LOOP;
    IF wanted > 0 THEN
        RETURN QUERY
            SELECT p.id, q.id, true, false
            FROM patient_contact a
            JOIN patient_contact b ON b.value_index = a.value_index AND b.kind = 'phone' AND b.patient_id > a.patient_id
            JOIN patient p ON p.id = a.patient_id AND p.merged_into IS NULL AND (p.branches = '{}' OR mine = '{}' OR p.branches && mine)
            JOIN patient q ON q.id = b.patient_id AND q.merged_into IS NULL AND (q.branches = '{}' OR mine = '{}' OR q.branches && mine)
            WHERE a.kind = 'phone' AND similarity(replace(lower(p.given), 'ё', 'е'), replace(lower(q.given), 'ё', 'е')) > 0.4
              AND NOT (p.surname <> '' AND q.surname <> '' AND p.name_key = q.name_key AND p.birth_date IS NOT DISTINCT FROM q.birth_date AND p.birth_date IS NOT NULL)
              AND NOT EXISTS (SELECT FROM patient_apart z WHERE z.one_id = p.id AND z.other_id = q.id)
            GROUP BY 1, 2
            LIMIT wanted;
    END IF;
END
$$;
-- +goose StatementEnd

-- +goose Down
-- The pairs are the same; only their order and their cost are not.
