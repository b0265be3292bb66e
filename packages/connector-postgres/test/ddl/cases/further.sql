alter table app.events alter column at set not null
alter table app.events alter column at drop not null
alter table app.base alter column a drop not null
alter table app.base alter column id set compression pglz
alter table app.base set (fillfactor = 50)
alter table app.base enable row level security
alter table app.base replica identity full
alter table app.events enable row level security
alter table app.plain alter column id drop not null
alter table app.plain drop constraint plain_id_set
alter table app.owners alter column late set not null
alter table app.owners validate constraint late_set
alter table app.owners alter column id type bigint
alter table app.owners alter column code type varchar(20)
alter table app.owners alter column code type text
alter table app.owned alter column owner_id type bigint
alter table app.owned alter column code type text
alter table app.owned drop column owner_id
alter table app.owners drop column code
alter table app.owners drop column code cascade
alter table app.plain alter column v type varchar(5)
alter table app.plain alter column v type int
alter table app.plain alter column v type int using v::int
alter table app.plain alter column n type int
alter table app.plain alter column id type text
alter table app.plain alter column id type numeric
alter table app.plain alter column id type oid
alter table app.plain alter column body type xml
alter table app.plain alter column body type app.lonely
alter table app.plain alter column body type app.loose_text
alter table app.plain alter column v type varchar(20), alter column n type numeric(10,2), add column z int default 3
alter table app.plain add column z serial, drop column body
alter table app.plain add constraint a check (id > 0), add constraint b unique (id)
alter table app.plain add column z int, add constraint zz check (z > 0)
alter table app.plain add column id int
alter table app.plain add column z nosuch
alter table app.nothing add column z int
alter table if exists app.nothing add column z int
alter table app.plain drop column nothing
alter table app.plain alter column nothing set default 3
alter table app.plain rename column nothing to x
alter table app.plain rename column id to v
alter table app.plain rename to orders
alter table app.plain rename constraint nothing to x
alter table app.plain drop constraint nothing
alter table app.plain validate constraint nothing
alter table app.plain add constraint plain_id_set check (id > 0)
alter table app.plain add check (nothing > 0)
alter table app.plain add foreign key (id) references app.nothing (id)
alter table app.plain add foreign key (nothing) references app.owners (id)
alter table app.plain add foreign key (id) references app.owners
alter table app.plain add foreign key (id) references app.lonely_table
alter table app.plain owner to nobody_at_all
alter table app.plain set tablespace nothing
alter table app.plain set access method nothing
alter table app.plain cluster on nothing
alter table app.plain disable trigger nothing
alter table app.plain disable rule nothing
alter table app.plain set schema nothing
alter table app.plain inherit app.base
alter table app.plain no inherit app.base
alter table app.plain of app.pair
alter table app.plain attach partition app.part_open for values in ('x')
alter table app.parts attach partition app.parts_a for values in ('x')
alter table app.parts detach partition app.part_open
alter view app.plain rename to x
alter view app.plain set (security_barrier = true)
alter table app.names add column z int
alter table app.counter add column z int
alter index app.plain rename to x
alter index app.nothing rename to x
alter sequence app.nothing restart
alter sequence if exists app.nothing restart
alter sequence app.plain restart
create table app.plain (id int)
create table if not exists app.plain (id int)
create view app.names as select 1
create view app.n as select * from app.nothing
create view app.n as select nothing from app.plain
create index plain on app.plain (id)
create index on app.plain (nothing)
create index on app.names (id)
create index on app.nothing (id)
create unique index on app.parts (id)
create trigger customers_touch before update on app.customers for each row execute function app.touch()
create trigger t before update on app.nothing for each row execute function app.touch()
create trigger t before update on app.plain for each row execute function app.nothing()
create policy orders_mine on app.orders using (true)
alter policy nothing on app.orders using (true)
create rule orders_quiet as on delete to app.lonely_table do nothing
drop table app.nothing
drop table app.names
drop view app.plain
drop index app.plain
drop index app.nothing
drop schema nothing
drop schema if exists nothing
drop function app.nothing(int)
drop function if exists app.nothing(int)
drop type app.nothing
drop domain app.status
drop trigger nothing on app.plain
drop trigger if exists nothing on app.plain
drop trigger if exists nothing on app.nothing
drop policy nothing on app.orders
drop rule nothing on app.plain
drop role nothing
drop role if exists nothing
drop sequence app.plain
drop materialized view app.names
drop foreign table app.plain
drop extension nothing
drop server nothing
drop table app.customers, app.orders
drop table app.owned, app.owners
drop table app.owners, app.owned
drop view app.names, app.names_long, app.order_names
drop table app.orders, app.items
refresh materialized view app.names
refresh materialized view app.nothing
refresh materialized view concurrently app.plain_totals
refresh materialized view concurrently app.empty_totals
refresh materialized view app.empty_totals
cluster app.plain
cluster app.plain using nothing
cluster app.nothing
reindex table app.nothing
reindex index app.plain
truncate app.nothing
truncate app.names
truncate app.customers, app.orders, app.items, app.events, app.event_notes
truncate app.events_1
truncate app.parts
truncate app.parts_a
truncate only app.parts
lock table app.nothing
lock table app.totals
lock table app.counter
comment on table app.nothing is 'x'
comment on column app.plain.nothing is 'x'
comment on function app.nothing() is 'x'
comment on constraint nothing on app.plain is 'x'
grant select on app.nothing to ddl_reader
grant select on app.plain to nobody_at_all
grant usage on type app.status to ddl_reader
grant usage on foreign server far to ddl_reader
grant usage on language plpgsql to ddl_reader
grant execute on all functions in schema app to ddl_reader
grant connect on database test to ddl_reader
grant all on app.names to ddl_reader
grant create on tablespace pg_default to ddl_reader
revoke grant option for select on app.plain from ddl_reader
reassign owned by ddl_owner to ddl_reader
drop owned by ddl_owner
drop owned by ddl_owner cascade
alter type app.pair add attribute c int
alter type app.pair rename attribute a to z
alter type app.nothing add value 'x'
alter type app.unused alter attribute a type bigint
alter type app.status set schema nothing
alter type app.carrier add attribute z int
alter domain app.nothing set not null
alter domain app.loose_text validate constraint nothing
alter domain app.loose_text validate constraint short
alter domain app.loose_text drop constraint nothing
alter domain app.loose_text drop constraint if exists nothing
alter domain app.label add constraint c check (value <> '')
alter domain app.wide add constraint c check (value < 50)
alter domain app.label rename to label2
alter domain app.label set schema spare
alter domain app.label owner to ddl_owner
alter function app.nothing() volatile
alter function app.twice(int) set schema spare
alter schema nothing rename to x
alter schema app rename to app2
alter role nothing with login
alter publication pub add tables in schema app
alter publication pub set tables in schema app
alter publication nothing add table app.plain
create publication n for table app.base
create publication n for table only app.base
create publication n for table app.events
create sequence app.counter
create sequence app.n owned by app.plain.nothing
create materialized view app.totals as select 1
create materialized view if not exists app.totals as select 1
create table app.n (like app.nothing)
create table app.n (id int) inherits (app.nothing)
create table app.n (id int references app.nothing)
create table app.n partition of app.plain for values in ('x')
create table app.n partition of app.events default
create table app.n (id int primary key, parent int references app.n)
create table app.n (id int) inherits (app.base, app.other_base)
create table app.n as select * from app.nothing
create table app.n as table app.base
create table app.n as select * from only app.base
create table app.n as values (1)
create temp table n as select * from app.plain
create temp table n on commit drop as select * from app.plain
create unlogged table app.n (id int)
create table n (id int)
create statistics app.customer_stats on id, name from app.customers
create statistics on id, name from app.customers
create statistics app.n on id, name from app.nothing
create schema app
create schema if not exists app
create schema authorization ddl_owner
create function app.twice(x int) returns int language sql as 'select 1'
create or replace function app.n() returns int language plpgsql as 'begin perform 1 from app.orders; return 1; end'
create function app.n() returns setof app.names language sql as 'select * from app.names'
create function app.n() returns int language sql return (select count(*) from app.names)
create function app.n() returns void language sql as 'insert into app.plain select 1; update app.orders set total = 1'
create function app.n() returns void language sql as 'select 1 from app.orders for update'
create function app.n() returns void language sql as 'select * from app.nothing'
drop index app.events_only
reindex table app.plain
create table app.n partition of app.events_2 for values from (5000) to (6000)
alter operator app.=== (text, text) set (restrict = eqsel)
alter text search configuration app.nothing alter mapping for word with simple
alter server nothing options (add a 'b')
truncate app.events_1 cascade
truncate app.events_2 cascade
truncate app.base, app.base_kid
truncate app.customers, app.events_1 cascade
alter index app.events_kind rename to x
alter index app.events_kind set (fillfactor = 50)
alter table app.events set (fillfactor = 50)
alter table app.events set tablespace pg_default
create index on app.events_2 (id)
drop trigger events_touch on app.events_1
alter table app.parts_id drop column kind
alter table app.parts_id drop column id
drop table app.parts_id
alter table app.items alter column id drop identity
alter table app.items alter column id drop identity if exists
alter table app.base alter column id drop identity if exists
alter table app.events alter column id drop identity if exists
alter table app.events replica identity full, alter column id drop identity if exists
alter table app.orders alter column id drop not null
alter table app.orders alter column id set default 5
alter table app.orders alter column twice set default 5
alter table app.orders alter column total drop expression
alter table app.orders alter column gross drop expression
alter table app.hstored alter column body type varchar(5)
alter table app.scratch set unlogged
alter table app.orders set unlogged
alter table app.customers set unlogged
alter materialized view app.totals set schema spare
alter materialized view app.totals owner to ddl_owner
alter materialized view app.totals set tablespace pg_default
alter materialized view app.totals set access method heap
alter foreign table app.remote alter column body type varchar(10)
alter foreign table app.remote rename column body to b
alter foreign table app.remote drop column body
alter foreign table app.remote add constraint c check (id > 0)
alter foreign table app.remote alter column id set not null
alter foreign table app.remote owner to ddl_owner
alter table app.plain add column z int, alter column z set default 3, add constraint zz unique (z)
alter table app.plain drop column v, add column v text
alter table app.plain alter column id set data type bigint, alter column n set default 3
alter table app.domains alter column p type int
alter table app.domains alter column arr type int[]
alter table app.domains alter column loose type text
alter table app.pairs alter column a type bigint
alter table app.pairs add column z int
alter table app.parts_a add column z int
alter table app.parts_a drop column a
alter table app.parts_a alter column a set not null
alter table app.parts_a add constraint c check (a > 0)
alter table app.parts_a alter column a set default 4
alter table app.parts alter column a type bigint
alter table app.parts add primary key (id)
alter table app.parts add primary key (id, kind)
alter table app.base add primary key (id)
alter table app.base add unique (id)
alter table app.other_base no inherit app.base
alter table app.base_kid add column extra2 int
alter table app.base add column extra int
alter table app.base add column extra text
