create extension citext schema app
alter extension pg_trgm update
create schema n create table t (id int) create view v as select * from t
create subscription n connection 'host=nowhere' publication p with (connect = false, slot_name = none)
load 'auto_explain'
