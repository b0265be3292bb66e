create function app.n() returns int language sql as 'select 1'
create function app.n() returns int language sql begin atomic select count(*) from app.orders; end
create function app.n() returns int language sql as 'select count(*)::int from app.orders'
create or replace function app.twice(x int) returns int language sql immutable as 'select x * 3'
create function app.n(o app.orders) returns setof app.customers language sql as 'select * from app.customers'
create procedure app.n() language sql as 'delete from app.orders'
alter function app.twice(int) volatile
alter function app.twice(int) owner to ddl_owner
alter function app.twice(int) depends on extension pg_trgm
create aggregate app.n (int) (sfunc = int4pl, stype = int)
create operator app.## (leftarg = int, rightarg = int, function = int4eq)
alter operator app.=== (int, int) set (restrict = eqsel)
create cast (app.unused as text) with inout
create operator class app.n for type uuid using btree as operator 1 <, function 1 uuid_cmp(uuid, uuid)
create operator family app.n using btree
alter operator family app.fam using btree add operator 1 < (int4, int4)
