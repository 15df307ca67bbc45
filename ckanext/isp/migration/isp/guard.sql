-- The database floor: what no writer gets past, whatever door it came through.
-- docs/architecture.md explains it; tests/functional/test_floor.py proves it equal to policy/decide.py.
-- Every function that reads a table pins where it stands; doctor compares what is installed with this file.

CREATE OR REPLACE FUNCTION isp_rank(slug text) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE slug WHEN 'low' THEN 1 WHEN 'moderate' THEN 2 WHEN 'high' THEN 3 WHEN 'severe' THEN 4
         ELSE 0 END
$$;

CREATE OR REPLACE FUNCTION isp_exposure(private boolean, extras jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN private THEN 'members'
              WHEN extras->'is_requestdata_type' = '"true"'::jsonb THEN 'on_request'
              ELSE 'open' END
$$;

CREATE OR REPLACE FUNCTION isp_exempt(type text, extras jsonb, resources boolean) RETURNS boolean
LANGUAGE sql STABLE SET search_path = {schema}, pg_temp AS $$
  SELECT extras->>'sensitivity' IS NULL AND NOT resources
     AND EXISTS (SELECT 1 FROM isp_exempt_type e WHERE e.type = coalesce($1, 'dataset'))
$$;

-- The constraint that a row breaks, or NULL.
CREATE OR REPLACE FUNCTION isp_violation(
  type text, state text, private boolean, owner_org text, extras jsonb, resources boolean)
RETURNS text LANGUAGE plpgsql STABLE SET search_path = {schema}, pg_temp AS $$
DECLARE
  level int := isp_rank(extras->>'sensitivity');
  exposure text := isp_exposure(private, extras);
BEGIN
  IF level = 4 AND coalesce(owner_org, '') = '' THEN RETURN 'isp_guard_owner'; END IF;
  IF exposure = 'members' THEN RETURN NULL; END IF;
  IF exposure = 'on_request' AND resources THEN RETURN 'isp_guard_resources'; END IF;
  IF level = 4 OR (level IN (2, 3) AND exposure = 'open') THEN RETURN 'isp_guard_level'; END IF;
  IF level = 0 AND coalesce(state, 'active') = 'active'
     AND NOT isp_exempt(type, extras, resources) THEN RETURN 'isp_guard_unclassified'; END IF;
  RETURN NULL;
END $$;

-- In a language that keeps its plans: asked for every dataset that is public.
CREATE OR REPLACE FUNCTION isp_holds_resources(package text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = {schema}, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM resource r
                  WHERE r.package_id = $1 AND coalesce(r.state, 'active') = 'active');
END $$;

-- Who acts, through which door, under which protocol: set by the portal for its transaction.
CREATE OR REPLACE FUNCTION isp_act() RETURNS jsonb
LANGUAGE sql STABLE AS $$
  SELECT coalesce(nullif(current_setting('isp.act', true), ''), '{}')::jsonb
$$;

-- The digest that stands for a person in the record; the person can be erased, the record stays.
CREATE OR REPLACE FUNCTION isp_person_of(person text) RETURNS text
LANGUAGE plpgsql SET search_path = {schema}, pg_temp AS $$
DECLARE found text; fresh text := gen_random_uuid()::text;
BEGIN
  IF coalesce(person, '') = '' THEN RETURN NULL; END IF;
  SELECT digest INTO found FROM isp_person WHERE user_id = person;
  IF found IS NOT NULL THEN RETURN found; END IF;
  INSERT INTO isp_person (digest, user_id, salt)
    VALUES (encode(sha256((fresh || person)::bytea), 'hex'), person, fresh)
    ON CONFLICT (user_id) DO NOTHING;
  SELECT digest INTO found FROM isp_person WHERE user_id = person;
  RETURN found;
END $$;

CREATE OR REPLACE FUNCTION isp_use_approval(package text, before text, after text) RETURNS boolean
LANGUAGE plpgsql SET search_path = {schema}, pg_temp AS $$
DECLARE approval bigint;
BEGIN
  FOR approval IN
    SELECT l.id FROM isp_lowering l JOIN isp_lowering_decision d ON d.lowering_id = l.id
     WHERE l.package_id = package AND l.from_level = before AND l.to_level = after
       AND d.approved AND d.expires_at > clock_timestamp()
     ORDER BY l.id FOR UPDATE OF l
  LOOP
    INSERT INTO isp_lowering_use (lowering_id) VALUES (approval) ON CONFLICT DO NOTHING;
    IF FOUND THEN RETURN true; END IF;
  END LOOP;
  RETURN false;
END $$;

CREATE OR REPLACE FUNCTION isp_refuse(rule text, package text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'isp: the protocol does not allow this for dataset %', package
    USING ERRCODE = 'check_violation', CONSTRAINT = rule, TABLE = 'package';
END $$;

CREATE OR REPLACE FUNCTION isp_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = {schema}, pg_temp AS $$
DECLARE
  after text := NEW.extras->>'sensitivity';
  before text; rule text; was text; resources boolean := false;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    before := OLD.extras->>'sensitivity';
    IF NEW.private IS NOT TRUE THEN resources := isp_holds_resources(NEW.id); END IF;
    IF isp_rank(after) < isp_rank(before)
       AND NOT isp_use_approval(NEW.id, before, coalesce(after, '')) THEN
      PERFORM isp_refuse('isp_guard_lower', NEW.id);
    END IF;
    IF NEW.type IS DISTINCT FROM OLD.type
       AND EXISTS (SELECT 1 FROM isp_exempt_type e WHERE e.type = coalesce(NEW.type, 'dataset')) THEN
      PERFORM isp_refuse('isp_guard_type', NEW.id);
    END IF;
    IF NEW.metadata_modified IS NOT DISTINCT FROM OLD.metadata_modified
       AND (NEW.private, NEW.state, NEW.owner_org, NEW.extras)
           IS DISTINCT FROM (OLD.private, OLD.state, OLD.owner_org, OLD.extras) THEN
      NEW.metadata_modified := clock_timestamp() AT TIME ZONE 'UTC';
    END IF;
  END IF;
  rule := isp_violation(NEW.type, NEW.state, NEW.private, NEW.owner_org, NEW.extras, resources);
  IF rule IS NOT NULL THEN
    IF TG_OP = 'UPDATE' AND EXISTS (SELECT 1 FROM isp_guard g WHERE g.mode = 'adopting') THEN
      was := isp_violation(OLD.type, OLD.state, OLD.private, OLD.owner_org, OLD.extras, resources);
      IF was = rule AND after IS NOT DISTINCT FROM before
         AND isp_exposure(NEW.private, NEW.extras) = isp_exposure(OLD.private, OLD.extras) THEN
        RETURN NEW;
      END IF;
    END IF;
    PERFORM isp_refuse(rule, NEW.id);
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION isp_guard_resource() RETURNS trigger
LANGUAGE plpgsql SET search_path = {schema}, pg_temp AS $$
DECLARE p record;
BEGIN
  -- where a file lies follows from the id of its resource
  IF TG_OP = 'UPDATE' AND (NEW.id, NEW.package_id) IS DISTINCT FROM (OLD.id, OLD.package_id) THEN
    SELECT extras INTO p FROM package WHERE id = OLD.package_id FOR SHARE;
    IF FOUND AND isp_rank(p.extras->>'sensitivity') <> 1 THEN
      PERFORM isp_refuse('isp_guard_moved', OLD.package_id);
    END IF;
  END IF;
  IF coalesce(NEW.state, 'active') <> 'active' THEN RETURN NEW; END IF;
  SELECT type, state, private, owner_org, extras INTO p
    FROM package WHERE id = NEW.package_id FOR SHARE;
  IF FOUND
     AND isp_violation(p.type, p.state, p.private, p.owner_org, p.extras, true) IS NOT NULL
     AND isp_violation(p.type, p.state, p.private, p.owner_org, p.extras, false) IS NULL THEN
    PERFORM isp_refuse('isp_guard_resources', NEW.package_id);
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION isp_seen_by_all(state text, private boolean, extras jsonb)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(state, 'active') = 'active' AND isp_exposure(private, extras) = 'open'
$$;

-- One row of the record for every change of level, exposure or owner, whoever made it.
CREATE OR REPLACE FUNCTION isp_record() RETURNS trigger
LANGUAGE plpgsql SET search_path = {schema}, pg_temp AS $$
DECLARE
  act jsonb := isp_act();
  level_before text; exposure_before text; owner_before text;
  level_after text := NEW.extras->>'sensitivity';
  exposure_after text := isp_exposure(NEW.private, NEW.extras);
  kind text;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    level_before := OLD.extras->>'sensitivity';
    exposure_before := isp_exposure(OLD.private, OLD.extras);
    owner_before := OLD.owner_org;
  ELSE
    owner_before := NEW.owner_org;
  END IF;
  kind := CASE
    WHEN isp_rank(level_after) > 0 AND isp_rank(level_before) = 0 THEN 'classified'
    WHEN isp_rank(level_after) > isp_rank(level_before) THEN 'raised'
    WHEN isp_rank(level_after) < isp_rank(level_before) THEN 'lowered'
    WHEN TG_OP = 'UPDATE' AND NEW.state IS DISTINCT FROM OLD.state AND NEW.state = 'deleted'
      THEN 'deleted'
    WHEN TG_OP = 'UPDATE' AND NEW.state IS DISTINCT FROM OLD.state AND OLD.state = 'deleted'
      THEN 'undeleted'
    WHEN TG_OP = 'UPDATE' AND exposure_after = 'members' AND exposure_before <> 'members'
      THEN 'closed'
    WHEN TG_OP = 'UPDATE' AND exposure_after IS DISTINCT FROM exposure_before THEN 'exposed'
    WHEN NEW.owner_org IS DISTINCT FROM owner_before AND isp_rank(level_after) >= 3 THEN 'moved'
  END;
  IF kind IS NULL THEN RETURN NULL; END IF;
  INSERT INTO isp_event (kind, package_id, actor, level_before, level_after, exposure_before,
                         exposure_after, protocol, protocol_version, reason, door, details)
  VALUES (coalesce(act->>'kind', kind), NEW.id, act->>'actor', level_before, level_after,
          exposure_before, exposure_after, act->>'protocol', act->>'version', act->>'reason',
          coalesce(act->>'door', 'sql'),
          CASE WHEN NEW.owner_org IS DISTINCT FROM owner_before
               THEN jsonb_build_object('owner_before', owner_before, 'owner_after', NEW.owner_org)
               ELSE '{}'::jsonb END);
  RETURN NULL;
END $$;

-- Who can read or edit High and Severe data changes here too.
CREATE OR REPLACE FUNCTION isp_record_access(
  kind text, organisation text, package text, person text, capacity text, datasets bigint)
RETURNS void LANGUAGE sql SET search_path = {schema}, pg_temp AS $$
  INSERT INTO isp_event (kind, package_id, actor, subject, reason, door, details)
  SELECT kind, package, a->>'actor', isp_person_of(person), a->>'reason',
         coalesce(a->>'door', 'sql'),
         jsonb_strip_nulls(jsonb_build_object(
           'organization', organisation, 'capacity', capacity, 'datasets', datasets))
    FROM isp_act() AS a
$$;

CREATE OR REPLACE FUNCTION isp_record_member() RETURNS trigger
LANGUAGE plpgsql SET search_path = {schema}, pg_temp AS $$
DECLARE sensitive bigint;
BEGIN
  IF coalesce(NEW.state, 'active') <> 'active' OR NEW.table_name NOT IN ('user', 'group') OR
     (TG_OP = 'UPDATE' AND coalesce(OLD.state, 'active') = 'active'
      AND (OLD.capacity, OLD.group_id, OLD.table_id)
          IS NOT DISTINCT FROM (NEW.capacity, NEW.group_id, NEW.table_id)) THEN
    RETURN NULL;
  END IF;
  SELECT count(*) INTO sensitive FROM package
   WHERE owner_org IN (NEW.group_id, NEW.table_id) AND isp_rank(extras->>'sensitivity') >= 3;
  IF sensitive > 0 THEN
    PERFORM isp_record_access('access_widened', NEW.group_id, NULL,
      CASE NEW.table_name WHEN 'user' THEN NEW.table_id END, NEW.capacity, sensitive);
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION isp_record_collaborator() RETURNS trigger
LANGUAGE plpgsql SET search_path = {schema}, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM package WHERE id = NEW.package_id
              AND isp_rank(extras->>'sensitivity') >= 3) THEN
    PERFORM isp_record_access(
      'access_widened', NULL, NEW.package_id, NEW.user_id, NEW.capacity, NULL);
  END IF;
  RETURN NULL;
END $$;

-- The label by which those to whom a dataset is granted find it: services/labels.py says the same.
-- In a language that keeps its plans: asked for every dataset that is closed.
CREATE OR REPLACE FUNCTION isp_grant_label(dataset text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN 'isp-' || translate(encode(substring(sha256(convert_to(dataset, 'UTF8')) FROM 1 FOR 12),
                                    'base64'), '+/', '-_');
END $$;

-- What was written about a dataset while everybody saw it is for its own people once they do not.
CREATE OR REPLACE FUNCTION isp_close_past() RETURNS trigger
LANGUAGE plpgsql SET search_path = {schema}, pg_temp AS $$
BEGIN
  IF isp_seen_by_all(OLD.state, OLD.private, OLD.extras)
     AND NOT isp_seen_by_all(NEW.state, NEW.private, NEW.extras)
     AND EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('activity')
                  AND attname = 'permission_labels' AND NOT attisdropped) THEN
    UPDATE activity
       SET permission_labels = array_remove(ARRAY['creator-' || NEW.creator_user_id,
             'member-' || NEW.owner_org, isp_grant_label(NEW.id)], NULL)
     WHERE object_id = NEW.id AND 'public' = ANY (permission_labels);
  END IF;
  RETURN NULL;
END $$;

-- What the index has to be told, unless the door that wrote it tells the index itself.
CREATE OR REPLACE FUNCTION isp_note_for_index() RETURNS trigger
LANGUAGE plpgsql SET search_path = {schema}, pg_temp AS $$
DECLARE package text; indexes text := isp_act()->>'indexes';
BEGIN
  IF TG_OP = 'UPDATE' AND NEW IS NOT DISTINCT FROM OLD THEN RETURN NULL; END IF;
  IF TG_TABLE_NAME = 'package' THEN
    IF TG_OP = 'DELETE' THEN package := OLD.id; ELSE package := NEW.id; END IF;
    IF TG_OP = 'INSERT' AND indexes = 'new' THEN
      -- from here on this transaction indexes the dataset it has made
      PERFORM set_config('isp.act', (isp_act() || jsonb_build_object('indexes', package))::text, true);
      RETURN NULL;
    END IF;
  ELSE
    IF TG_OP = 'DELETE' THEN package := OLD.package_id; ELSE package := NEW.package_id; END IF;
  END IF;
  IF indexes IS NOT NULL AND indexes = package THEN RETURN NULL; END IF;
  INSERT INTO isp_outbox (package_id) VALUES (package);
  RETURN NULL;
END $$;

-- What is granted to somebody now: the one place that says which grants are live.
DROP FUNCTION IF EXISTS isp_live_grants(text);  -- as it was; what a function returns cannot be replaced
CREATE OR REPLACE FUNCTION isp_live_grants(person text, dataset text DEFAULT NULL)
RETURNS TABLE (grant_id bigint, package_id text, private boolean, files text[], organization_id text)
LANGUAGE plpgsql STABLE SET search_path = {schema}, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    WITH theirs AS (
      SELECT * FROM isp_grant
       WHERE user_id = person AND suspended_at IS NULL AND ended_at IS NULL
      UNION ALL
      SELECT * FROM isp_grant
       WHERE user_id IS DISTINCT FROM person AND suspended_at IS NULL AND ended_at IS NULL
         AND organization_id IN (SELECT m.group_id FROM member m
               JOIN "group" o ON o.id = m.group_id AND o.state = 'active'
               WHERE m.table_name = 'user' AND m.table_id = person AND m.state = 'active')
    )
    SELECT g.id, g.package_id, p.private, g.files, g.organization_id FROM theirs g
      JOIN package p ON p.id = g.package_id AND p.state = 'active'
       AND isp_rank(p.extras->>'sensitivity') BETWEEN 1 AND isp_rank(g.level)
     WHERE (dataset IS NULL OR g.package_id = dataset)
       AND g.accepted_at <= clock_timestamp() AND g.ends_at > clock_timestamp()
       AND (g.begins_at IS NULL OR g.begins_at <= clock_timestamp())
       AND EXISTS (SELECT 1 FROM "user" u WHERE u.id = person AND u.state = 'active');
END $$;

-- What was granted of a dataset is granted no more once it is more sensitive, gone, or another's.
CREATE OR REPLACE FUNCTION isp_suspend_grants() RETURNS trigger
LANGUAGE plpgsql SET search_path = {schema}, pg_temp AS $$
DECLARE why text;
BEGIN
  why := CASE
    WHEN isp_rank(NEW.extras->>'sensitivity') > isp_rank(OLD.extras->>'sensitivity') THEN 'raised'
    WHEN NEW.state IS DISTINCT FROM OLD.state AND NEW.state <> 'active' THEN 'gone'
    WHEN NEW.owner_org IS DISTINCT FROM OLD.owner_org THEN 'moved'
  END;
  IF why IS NOT NULL AND to_regclass('isp_grant') IS NOT NULL THEN
    UPDATE isp_grant SET suspended_at = clock_timestamp(), suspended_why = why
     WHERE package_id = NEW.id AND ended_at IS NULL AND suspended_at IS NULL;
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION isp_append_only() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'isp: % is a record: rows are added, never changed', TG_TABLE_NAME
    USING ERRCODE = 'check_violation', CONSTRAINT = 'isp_guard_record', TABLE = TG_TABLE_NAME;
END $$;

CREATE OR REPLACE TRIGGER isp_guard BEFORE INSERT OR UPDATE ON package
  FOR EACH ROW EXECUTE FUNCTION isp_guard();
CREATE OR REPLACE TRIGGER isp_record AFTER INSERT OR UPDATE OF extras, private, state, owner_org ON package
  FOR EACH ROW EXECUTE FUNCTION isp_record();
CREATE OR REPLACE TRIGGER isp_close_past AFTER UPDATE OF extras, private, state ON package
  FOR EACH ROW EXECUTE FUNCTION isp_close_past();
CREATE OR REPLACE TRIGGER isp_suspend_grants AFTER UPDATE OF extras, state, owner_org ON package
  FOR EACH ROW EXECUTE FUNCTION isp_suspend_grants();
CREATE OR REPLACE TRIGGER isp_note_for_index AFTER INSERT OR UPDATE OR DELETE ON package
  FOR EACH ROW EXECUTE FUNCTION isp_note_for_index();
CREATE OR REPLACE TRIGGER isp_guard BEFORE INSERT OR UPDATE OF id, package_id, state, url ON resource
  FOR EACH ROW EXECUTE FUNCTION isp_guard_resource();
CREATE OR REPLACE TRIGGER isp_note_for_index AFTER INSERT OR UPDATE OR DELETE ON resource
  FOR EACH ROW EXECUTE FUNCTION isp_note_for_index();
CREATE OR REPLACE TRIGGER isp_record_member AFTER INSERT OR UPDATE ON member
  FOR EACH ROW EXECUTE FUNCTION isp_record_member();
CREATE OR REPLACE TRIGGER isp_record_collaborator AFTER INSERT OR UPDATE ON package_member
  FOR EACH ROW EXECUTE FUNCTION isp_record_collaborator();
