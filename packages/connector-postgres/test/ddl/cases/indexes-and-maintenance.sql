create index on app.customers (name)
create unique index on app.customers (name)
create index on app.events (at)
create index on only app.events (at)
create index if not exists customers_name on app.customers (name)
create index on app.totals (total)
create index on app.base (a)
create index on app.customers (app.twice(small::int))
analyze app.customers
analyze app.events
analyze app.base
analyze
analyze only app.events
cluster app.clustered
cluster app.clustered using clustered_body
cluster app.clustered using clustered_pkey
reindex table app.customers
reindex index app.customers_name
alter index app.customers_name set (fillfactor = 60)
alter index app.customers_lower alter column 1 set statistics 100
alter index app.events_only attach partition app.events_1_loose
alter index app.customers_name set tablespace pg_default
alter index app.customers_name depends on extension pg_trgm
alter table all in tablespace pg_default set tablespace pg_default
