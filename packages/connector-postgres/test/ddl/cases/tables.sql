create table app.n (id int)
create table app.n (id int references app.orders (id))
create table app.n (like app.customers including all)
create table app.n (id int) inherits (app.base)
create table app.n partition of app.parts for values in ('z')
create table app.n partition of app.events for values from ('2029-01-01') to ('2030-01-01')
create table app.n partition of app.parts default
create table app.n of app.pair
create table app.n (e bigint, at date, foreign key (e, at) references app.events (id, at))
create table app.n (id int default nextval('app.counter'), d app.posint, c app.carrier)
create table app.n as select * from app.names_long
create table app.n as select * from app.events
create table app.n as select * from app.kinds with no data
create table if not exists app.orders as select 1
create table if not exists app.orders (id int)
select * into app.n from app.customers
create temp table n (id int)
create foreign table app.n (id int) server far
create foreign table app.n partition of app.parts for values in ('z') server far
alter table app.lonely_table set schema app
