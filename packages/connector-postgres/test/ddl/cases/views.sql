create materialized view app.n as select * from app.customers
create materialized view app.n as select * from app.customers with no data
create view app.n as select * from app.names_long
create or replace view app.names as select id, name from app.customers where id > 1
create view app.n as select * from app.events
create view app.n as select * from app.base
create recursive view app.n (x) as select 1 union all select x + 1 from app.n where x < 3
alter view app.names set (security_barrier = true)
alter view app.names reset (security_barrier)
alter view app.names alter column name set default 'x'
alter view app.names owner to ddl_owner
alter materialized view app.totals set (fillfactor = 70)
alter materialized view app.totals cluster on totals_customer
alter materialized view app.totals alter column total set statistics 10
refresh materialized view app.totals
refresh materialized view concurrently app.totals
refresh materialized view app.plain_totals
refresh materialized view app.totals with no data
