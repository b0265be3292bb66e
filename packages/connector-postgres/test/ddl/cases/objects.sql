alter extension pg_trgm set schema spare
alter extension pg_trgm add table app.lonely_table
create schema n
alter schema spare owner to ddl_owner
create publication n for table app.customers
create publication n for all tables
create publication n for tables in schema app
create publication n for table app.customers where (id > 0)
alter publication pub add table app.customers
alter publication pub drop table app.orders
alter publication pub set table app.items
alter publication pub set (publish = 'insert')
alter publication pub owner to ddl_owner
alter publication pub_all add tables in schema app
drop publication pub
create foreign data wrapper n
alter foreign data wrapper dummy options (a 'b')
create server n foreign data wrapper dummy
alter server far options (add a 'b')
create user mapping for ddl_owner server far
alter user mapping for ddl_reader server far options (add a 'b')
drop user mapping for ddl_reader server far
drop server far_empty
drop server far cascade
drop foreign data wrapper dummy cascade
drop foreign table app.remote
create text search configuration app.n (copy = simple)
alter text search configuration app.search alter mapping for word with simple
create text search dictionary app.n (template = simple)
alter text search dictionary app.dict (stopwords = 'english')
create collation app.n from "C"
alter collation app.coll refresh version
create conversion app.n for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8
create access method n type index handler bthandler
create transform for int language sql (from sql with function prsd_lextype(internal))
alter database test set work_mem = '4MB'
alter database test owner to ddl_owner
alter database test refresh collation version
checkpoint
