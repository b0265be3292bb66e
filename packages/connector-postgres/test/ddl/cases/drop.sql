drop table app.lonely_table
drop table app.orders
drop table app.orders cascade
drop table app.customers cascade
drop table app.items
drop table app.events
drop table app.events cascade
drop table app.events_1
drop table app.parts_a
drop table app.events_rest cascade
drop table app.event_notes
drop table app.base
drop table app.base cascade
drop table app.base_grandkid
drop table app.pairs
drop table if exists app.nothing
drop table app.parts, app.scratch
drop view app.names
drop view app.names cascade
drop view app.names_long
drop materialized view app.totals
drop sequence app.counter
drop sequence app.counter cascade
drop sequence app.orders_id_seq
drop sequence app.items_id_seq cascade
drop sequence app.free
drop index app.customers_name
drop index app.customers_email_key
drop index app.events_kind
drop index app.events_1_kind_idx
drop index app.events_1_loose
drop index app.customers_pkey
drop index app.keyed_id, app.keyed_alt
drop schema spare
drop schema spare cascade
drop schema doomed
drop schema doomed cascade
drop schema app cascade
drop type app.status
drop type app.status cascade
drop type app.pair cascade
drop type app.unused
drop type app.span
drop type doomed.mood cascade
drop domain app.posint
drop domain app.posint cascade
drop domain app.lonely
drop domain app.loose_text cascade
drop function app.twice(int)
drop function app.touch()
drop function app.touch() cascade
drop function app.used_by_index(text) cascade
drop function app.used_by_default() cascade
drop function app.twice
drop procedure app.work()
drop aggregate app.total_of(int)
drop routine app.work
drop operator app.===(int, int)
drop operator class app.cls using hash
drop operator family app.fam using btree
drop cast (app.pair as text)
drop extension pg_trgm
drop extension pg_trgm cascade
drop extension hstore cascade
drop extension if exists nope
drop text search configuration app.search
drop text search dictionary app.dict
drop collation app.coll
drop conversion app.conv
drop owned by ddl_owner cascade
drop event trigger nope
drop access method heap
drop language plpgsql
drop language plpgsql cascade
drop publication pub_all
drop type app.carrier cascade
drop table spare.t, doomed.a cascade
drop server far
drop table app.customers
