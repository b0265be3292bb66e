/** Tables, rules and views of rules.test.ts. */
export const SCHEMA = `
create schema r;
set search_path = r;
create table log (what text, ref int);
create table keep (id int primary key);
create table t (id int primary key, v int, kind text default 'a');
create table s (id serial primary key, t_id int references t on delete cascade, note text);
insert into t select i, i % 4, case when i % 2 = 0 then 'a' else 'b' end from generate_series(1, 40) i;
insert into s (t_id) select 1 + i % 40 from generate_series(1, 80) i;

create view ruled as select id, v from t;
create rule ruled_delete as on delete to ruled do instead update t set kind = 'gone' where t.id = old.id;
create rule ruled_insert as on insert to ruled do instead (insert into t (id, v) values (new.id, new.v); insert into log (what) values ('added'));
create rule ruled_update as on update to ruled do instead delete from t where t.id = old.id and new.v > 2;

create table kept (id int primary key, v int);
insert into kept select i, i from generate_series(1, 10) i;
create rule kept_no as on delete to kept do instead nothing;
create rule kept_also as on update to kept where old.v > 5 do also insert into log values ('changed', new.v);
create rule kept_add as on insert to kept do also insert into log values ('new', new.id);

create table once (id int, v int);
insert into once select i, i from generate_series(1, 6) i;
create rule once_also as on delete to once do also insert into log values ('swept');
create rule once_part as on update to once where new.v > 4 do instead insert into log values ('kept', old.id);

create table told (id int, v int default 7);
insert into told select i, i from generate_series(1, 5) i;
create rule told_new as on insert to told do also notify told;
create rule told_some as on insert to told where new.v > 5 do instead nothing;
create rule told_gone as on delete to told do also delete from s where s.t_id = old.id;
create rule told_gone_2 as on delete to told do also insert into keep select old.id + 100 where old.id < 3;

create table first (id int);
insert into first select i from generate_series(1, 4) i;
create table second (id int);
insert into second select i from generate_series(1, 4) i;
create rule first_on as on delete to first do also delete from second where second.id = old.id;
create rule second_on as on delete to second do also insert into log values ('second', old.id);

create table round (id int);
insert into round values (1);
create rule round_on as on update to round do also update round set id = 5;

create table parent (id int primary key);
insert into parent values (1), (2);
create table child (id serial primary key, parent_id int references parent, v int);
create view family as select c.id, c.parent_id, c.v, p.id as parent from child c join parent p on p.id = c.parent_id;
create rule family_in as on insert to family do instead
  insert into child (parent_id, v) values (new.parent_id, new.v) returning id, parent_id, v, parent_id;
create rule family_up as on update to family do instead update child set v = new.v where id = old.id returning child.*, child.parent_id;
insert into child (parent_id, v) values (1, 1), (2, 2), (null, 3);

create view over_kept as select id as key, v from kept where id < 9;
create view plain as select id, v, kind from t where kind = 'a';
create view renamed as select v as id, id as v, kind from t;
create view above as select id as number, v as worth from renamed where id < 3;
create view checked as select id, v, kind from t where kind = 'a' with check option;
create view barrier with (security_barrier) as select id, v from t where v < 3;
create view invoked as select id, v, kind from t;
create view children as select id as key, parent_id as up, v from child;
create view also as select id, v from t where v < 3;
create rule also_log as on delete to also do also insert into log values ('view', old.id);
create view looked as select id, v from t where id in (select t_id from s where s.id < 5);
create table silent (id int, v int);
insert into silent values (1, 1);
create rule silent_off as on delete to silent do instead delete from t;
alter table silent disable rule silent_off;
create table split (id int, v int) partition by range (id);
create table split_low partition of split for values from (0) to (10);
create table split_high partition of split for values from (10) to (20);
insert into split select i, i from generate_series(1, 19) i;
create rule split_log as on update to split do also insert into log values ('split', old.id);
create view of_split as select id, v from split where id < 15;
create view stead as select id, v from t;
create function do_instead() returns trigger language plpgsql as $$ begin delete from s where t_id = old.id; return old; end $$;
create trigger stead_t instead of delete on stead for each row execute function do_instead();
create view on_stead as select id from stead where v = 1;
create view defaulted as select id, v from t;
alter view defaulted alter v set default 3;
create function sweep() returns int language plpgsql as $$ begin delete from told; return 1; end $$;
create function anything(n int) returns int language plpgsql as $$ begin execute 'select 1'; return n; end $$;
create table filled (id int, v int default sweep());
create view over_filled as select id from filled;
create view roles as select rolname, rolsuper from pg_authid;
create view over_roles as select rolname as name from roles;
create table opaque (id int);
create rule opaque_on as on delete to opaque do also select anything(old.id);
create table described (id int);
create rule described_on as on insert to described do also update pg_description set description = description where objoid = 0;
create function through() returns trigger language plpgsql as $$ begin insert into silent values (1, 1); delete from ruled where id = new.id; return null; end $$;
create table passing (id int);
create trigger passing_t after insert on passing for each row execute function through();
create rule silent_in as on insert to silent do instead delete from s where s.id = new.id;
create table once_each (id int primary key);
insert into once_each values (1);
create table replacing (id int);
create rule replacing_in as on insert to replacing do also (delete from once_each where id = new.id; insert into once_each values (new.id));
create view narrow as select id, v from t where v < 3 with check option;
create view narrower as select id, v from narrow where id > 5 with local check option;
create view narrowest as select id as i, v as w from narrower where v >= 0 with cascaded check option;
create view loose as select id as i, v as w from narrower;
create table above_child (id int primary key);
create table below_child (id int references above_child on delete cascade);
create rule below_on as on delete to below_child do also delete from s where s.id = old.id;
insert into above_child values (1);
insert into below_child values (1);
analyze`;

/** How exact the figures must be: `exact` all, `some` none wrong, `open` said not to be complete. */
type Figures = "exact" | "some" | "open";

/** The last, where there is one: the first server that reads it so. */
export const STATEMENTS: [Figures, string, number?][] = [
  ["exact", "delete from ruled where id < 4"],
  ["exact", "delete from ruled where id < 0"],
  ["exact", "insert into ruled values (200, 1)"],
  ["exact", "insert into ruled values (200, 1), (201, 2)"],
  ["some", "insert into ruled select id + 500, v from t where id < 6"],
  ["exact", "update ruled set v = v + 1 where id < 9"],
  ["exact", "delete from kept"],
  ["exact", "delete from kept where id = 3"],
  ["exact", "update kept set v = v + 1 where id > 3"],
  ["exact", "update kept k set v = id + 1"],
  ["exact", "insert into kept values (50, 1)"],
  ["exact", "insert into kept (id) values (50), (51)"],
  ["exact", "insert into kept select id + 100, v from t where v = 1"],
  ["exact", "delete from once"],
  ["exact", "delete from once where id > 4"],
  ["exact", "delete from once where id > 400"],
  ["exact", "update once set v = v + 1"],
  ["exact", "update once set v = 1 where id = 2"],
  ["exact", "update once o set v = t.v from t where t.id = o.id and t.id < 3"],
  ["exact", "insert into told values (1, 1)"],
  ["exact", "insert into told (id) values (1)"],
  ["exact", "insert into told select id, id from t where id < 9"],
  ["some", "delete from told"],
  ["some", "delete from told where id = 2"],
  ["exact", "delete from first where id > 2"],
  ["exact", "delete from first using t where t.id = first.id and t.id > 2"],
  ["exact", "delete from second"],
  ["exact", "insert into family (parent_id, v) values (1, 4) returning *"],
  ["exact", "update family set v = 9 where id = 1"],
  ["exact", "delete from over_kept where key < 5"],
  ["exact", "update over_kept set v = v + 1"],
  ["exact", "insert into over_kept values (80, 80)"],
  ["exact", "update plain set v = 0 where id < 10"],
  ["exact", "update renamed set v = v where id = 1"],
  ["exact", "delete from renamed where v < 10"],
  ["exact", "delete from above where worth > 10"],
  ["exact", "update above set number = number + 1 where worth > 30"],
  ["exact", "insert into renamed values (1, 100, 'x'), (2, 101, 'y')"],
  ["exact", "insert into above (worth) values (102)"],
  ["exact", "update checked set v = 5"],
  ["exact", "insert into checked values (300, 1, 'a')"],
  ["exact", "delete from barrier where id < 10"],
  ["exact", "update invoked set v = 1 where id = 3"],
  ["exact", "update children set up = up"],
  ["exact", "update children set up = null where up is null"],
  ["exact", "update children set up = 2 where key = 1"],
  ["exact", "insert into children (up, v) values (null, 1)"],
  ["exact", "insert into children (up, v) values (1, 1)"],
  ["exact", "delete from also where id < 5"],
  ["exact", "delete from looked"],
  ["exact", "delete from silent"],
  ["exact", "update split set v = 0 where id < 5"],
  ["exact", "update of_split set v = 0 where id > 11"],
  ["exact", "delete from of_split where id < 3"],
  ["exact", "insert into of_split values (3, 3)"],
  ["open", "delete from stead where id = 1"],
  ["some", "delete from stead where id = -1"],
  ["open", "delete from on_stead where id = 1"],
  ["exact", "insert into defaulted (id) values (400)"],
  [
    "exact",
    "merge into plain using (values (2), (300)) q(id) on q.id = plain.id when matched then delete when not matched then insert (id, v) values (q.id, 0)",
    170000,
  ],
  [
    "exact",
    "merge into renamed using (values (2), (300)) q(id) on q.id = renamed.v when matched then update set id = 3 when not matched then insert (v, id) values (q.id, 0)",
    170000,
  ],
  ["exact", "insert into plain (id, v) values (2, 1) on conflict (id) do update set v = 7"],
  ["exact", "insert into renamed (v, id) values (2, 1), (500, 1) on conflict (v) do nothing"],
  ["exact", "with gone as (delete from ruled where id = 3) select 1"],
  ["some", "insert into log values ('x', 1); delete from once where id in (select ref from log)"],
  ["some", "update kept set v = 1; update kept set v = 2"],
  ["some", "delete from ruled where id = 3; insert into ruled select id + 100, v from t"],
  ["exact", "update narrow set v = 2 where id = 5"],
  ["exact", "update narrowest set w = w + 1 where i = 9"],
  ["exact", "insert into loose values (1000, 1)"],
  ["exact", "insert into narrowest values (1000, 1)"],
  ["exact", "update checked set v = v"],
  ["some", "insert into replacing values (1)"],
  ["exact", "prepare p1 as select * from over_kept for update"],
  ["exact", "prepare p2 as delete from plain"],
  ["exact", "prepare p3 as update split set v = 1 where id = 3"],
  ["exact", "prepare p4 as delete from ruled"],
  ["exact", "prepare p5 as insert into stead values (1, 1)"],
  ["exact", "prepare p6 as delete from on_stead"],
  ["exact", "explain update looked set v = 3"],
  ["exact", "explain delete from ruled"],
  ["exact", "explain update over_kept set v = 3"],
  ["exact", "explain analyze delete from first"],
];

export const REFUSED: [string, string, number?][] = [
  ["merge into kept using t on t.id = kept.id when matched then delete", "0A000", 150000],
  ["update round set id = 2", "42P17"],
  ["insert into kept values (1, 1) on conflict do nothing", "0A000"],
  ["delete from kept returning id", "0A000"],
  ["delete from family", "55000"],
  ["update narrow set v = 3 where id = 5", "44000"],
  ["insert into narrow values (900, 7)", "44000"],
  ["insert into narrower values (-3, 1)", "44000"],
  ["insert into narrowest values (1000, -1)", "44000"],
  ["insert into narrowest values (-5, 1)", "44000"],
  ["update narrowest set w = null where i = 9", "44000"],
  ["update checked set kind = 'b' where id < 10", "44000"],
  ["insert into checked (id, v, kind) values (100, 1, 'b')", "44000"],
  ["insert into loose values (1000, 9)", "44000"],
  ["insert into renamed (v, id) values (2, 1)", "23505"],
  ["insert into above (number) values (1)", "23502"],
  ["update renamed set v = null where v = 3", "23502"],
  ["with x as (delete from once returning id) select * from x", "0A000"],
  ["with x as (select 1 as id) delete from first using x where x.id = first.id", "0A000"],
];

/** What is not in the statement's own words. */
export const EFFECTS_BEHIND: [string, string][] = [
  ["insert into over_filled values (1)", "delete"],
  ["update roles set rolsuper = true where false", "privilege"],
  ["delete from over_roles where false", "privilege"],
  ["delete from opaque", "unknown"],
  ["insert into described values (1)", "privilege"],
  ["insert into passing values (1)", "delete"],
  ["insert into silent values (1, 1)", "delete"],
  ["delete from above_child", "delete"],
  ["explain update ruled set v = 1", "read"],
  ["explain analyze insert into silent values (1, 1)", "delete"],
  ["prepare p as insert into silent values (1, 1)", "session"],
];
