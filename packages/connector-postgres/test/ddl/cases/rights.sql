create role n
alter role ddl_reader with login
alter role ddl_reader set work_mem = '4MB'
drop role ddl_reader
grant select on app.orders to ddl_reader
grant select (id) on app.orders to ddl_reader
grant select on all tables in schema app to ddl_reader
revoke all on app.orders from ddl_reader
grant usage on schema app to ddl_reader
grant execute on function app.twice(int) to ddl_reader
grant usage on sequence app.counter to ddl_reader
grant ddl_owner to ddl_reader
grant set on parameter work_mem to ddl_reader
alter default privileges in schema app grant select on tables to ddl_reader
reassign owned by ddl_owner to ddl_reader
drop owned by ddl_reader
