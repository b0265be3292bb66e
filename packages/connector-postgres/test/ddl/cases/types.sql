create type app.n as enum ('a')
create type app.n as (a int)
create type app.n as range (subtype = int8)
create type app.n
alter type app.status add value 'z'
alter type app.status rename value 'new' to 'newer'
alter type app.status owner to ddl_owner
alter type app.pair add attribute c int cascade
alter type app.pair drop attribute b cascade
alter type app.pair alter attribute a type bigint cascade
alter type app.unused add attribute c int
alter type app.unused drop attribute a
alter type app.unused owner to ddl_owner
create domain app.n as int check (value > 0)
alter domain app.posint add constraint c check (value < 100)
alter domain app.posint add constraint c check (value < 100) not valid
alter domain app.loose_text add constraint c check (value <> '')
alter domain app.lonely add constraint c check (value <> '')
alter domain app.posint set not null
alter domain app.loose_text set not null
alter domain app.posint drop not null
alter domain app.posint set default 4
alter domain app.posint drop default
alter domain app.loose_text drop constraint short
alter domain app.posint validate constraint posint_check
alter domain app.posint owner to ddl_owner
