alter table app.customers add column x int
alter table app.base add column x int
alter table only app.base add column x int
alter table app.events add column x int
alter table app.customers add column x int default 5
alter table app.customers add column x timestamptz default now()
alter table app.customers add column x timestamptz default clock_timestamp()
alter table app.customers add column x float default random()
alter table app.customers add column x int generated always as identity
alter table app.customers add column x serial
alter table app.customers add column x int generated always as (1) stored
alter table app.customers add column x int generated always as (id::int) virtual
alter table app.customers add column x int references app.orders (id)
alter table app.customers add column x int default 3 references app.orders (id)
alter table app.customers add column x int default 3 check (x > 0)
alter table app.customers add column x int check (x > 0)
alter table app.customers add column x int unique
alter table app.customers add column x int default 3 not null
alter table app.customers add column x int not null
alter table app.customers add column x app.posint
alter table app.customers add column x app.posint default 3
alter table app.customers add column x app.label
alter table app.customers add column x app.lonely default 'x'
alter table app.events add column x int references app.orders (id)
alter table app.customers add column x int default app.noisy()
alter table app.customers add column x app.posint not null default 4
alter table app.customers add column x app.posint[] default array[1]
alter table app.customers add column x app.carrier
alter table app.customers add column if not exists name int
alter table app.remote add column x int
alter table app.customers drop column note
alter table app.customers drop column name
alter table app.customers drop column name cascade
alter table app.customers drop column small
alter table app.orders drop column total cascade
alter table app.base drop column a
alter table only app.base drop column a
alter table app.events drop column kind
alter table app.events drop column kind cascade
alter table app.events drop column customer_id
alter table app.items drop column order_id
alter table app.customers drop column id cascade
alter table app.items drop column id cascade
alter table app.customers drop column counter
alter table app.customers drop column if exists nothing
alter table app.customers alter column name set default 'x'
alter table app.base alter column a set default 5
alter table only app.base alter column a set default 5
alter table app.events alter column kind set default 'x'
alter table app.names alter column name set default 'x'
alter table app.customers alter column name drop default
alter table app.customers alter column counter drop default
alter table app.customers alter column name set not null
alter table app.customers alter column proven set not null
alter table app.customers alter column unproven set not null
alter table app.customers alter column id set not null
alter table app.base alter column a set not null
alter table app.declared alter column a set not null
alter table app.declared_kid alter column a set not null
alter table app.events alter column at set not null
alter table only app.base alter column a set not null
alter table app.events alter column kind set not null
alter table app.orders alter column total drop not null
alter table app.events alter column kind drop not null
alter table app.orders alter column twice set expression as (total * 4)
alter table app.orders alter column gross set expression as (total * 4)
alter table app.orders alter column twice drop expression
alter table app.customers alter column name set statistics 100
alter table app.base alter column a set statistics 100
alter table app.customers alter column name set (n_distinct = 5)
alter table app.customers alter column name reset (n_distinct)
alter table app.customers alter column name set storage external
alter table app.base alter column id set storage plain
alter table app.customers alter column name set compression pglz
alter table app.lonely_table set unlogged
alter table app.scratch set logged
alter table app.items set unlogged
alter table app.lonely_table set logged
alter table app.events set logged
alter table app.events set unlogged
alter table app.customers set tablespace pg_default
alter table app.lonely_table set access method heap
alter table app.events set access method heap
alter table app.clustered cluster on clustered_body
alter table app.clustered set without cluster
alter table app.customers set (fillfactor = 70)
alter table app.customers set (autovacuum_enabled = false, user_catalog_table = true)
alter table app.customers set (parallel_workers = 2)
alter table app.customers reset (fillfactor)
alter table app.events reset (fillfactor)
alter table only app.events reset (fillfactor), enable trigger all
alter table app.events_1 reset (fillfactor)
alter table app.events set (fillfactor = 50)
alter table app.customers set (toast.autovacuum_enabled = false)
alter table app.joinable inherit app.base
alter table app.base_kid no inherit app.base
alter table app.pair_like of app.pair
alter table app.pairs not of
alter table app.customers replica identity full
alter table app.keyed replica identity using index keyed_id
alter table app.customers enable row level security
alter table app.customers disable row level security
alter table app.customers force row level security
alter table app.customers no force row level security
alter table app.customers disable trigger customers_touch
alter table app.customers disable trigger all
alter table app.customers disable trigger user
alter table app.customers enable always trigger customers_touch
alter table app.customers enable replica trigger customers_touch
alter table app.events disable trigger events_touch
alter table only app.events disable trigger events_touch
alter table app.events disable trigger all
alter table app.events disable trigger user
alter table app.base disable trigger all
alter table app.lonely_table disable rule orders_quiet
alter table app.lonely_table enable always rule orders_quiet
alter table app.orders owner to ddl_owner
alter table app.items owner to ddl_owner
alter table app.events owner to ddl_owner
alter table app.base owner to ddl_owner
alter table app.orders owner to current_user
alter table app.orders alter column id set generated always
alter table app.orders alter column id drop identity
alter table app.keyed alter column id add generated always as identity
alter table app.parts_id alter column id set generated always
alter table app.parts_id alter column id drop identity
alter table app.orders alter column id restart with 50
alter table app.remote alter column body options (add x 'y')
alter foreign table app.remote options (add x 'y')
alter table app.customers set without oids
