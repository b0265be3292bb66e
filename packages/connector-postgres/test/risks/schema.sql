create type status as enum ('new', 'paid', 'failed');
create role reader;
create table customers (id bigint primary key, email text not null);
create table orders (
  id bigint primary key,
  customer_id bigint not null references customers (id),
  status status not null default 'new',
  amount numeric(12, 2) not null,
  reference varchar(40),
  region text,
  created_at timestamptz not null default now(),
  constraint sane_region check (region is not null)
);
create index orders_customer on orders (customer_id);
create index orders_created on orders (created_at);
create unique index orders_free on orders (id, status);
-- Large, referring to orders without an index, and without a key of its own.
create table items (id bigint not null, order_id bigint references orders (id) on delete cascade, quantity int not null default 1);
create table logs (id bigint primary key, note text);
create table orders_copy (id bigint primary key);
create table small (id bigint primary key, note text);
create index small_note on small (note);
create table small_copy (id bigint primary key, note text);
create table loose (customer_id bigint, amount numeric);
create table empty (id bigint primary key, note text);
create table worn (id smallint generated always as identity primary key, note text);
create table guarded (id bigint primary key, owner text not null);
create policy own_rows on guarded using (owner = current_user);
create function note_it() returns trigger language plpgsql as $$ begin return null; end $$;
create function read_small() returns text language sql stable as 'select note from small limit 1';
create view big_orders as select id, amount from orders where amount > 100;
create materialized view totals as select id, amount from orders with no data;
create unique index totals_id on totals (id);
create materialized view plain_totals as select id, amount from orders with no data;
create materialized view small_totals as select id from orders where id < 10 with no data;
create table events (id bigint, at date not null, kind text) partition by range (at);
create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01');
create table events_2027 (id bigint, at date not null, kind text);
create table events_small (id bigint, at date not null, kind text);
create table parted (id bigint, part int) partition by list (part);
create table parted_1 partition of parted for values in (1);
create table parted_rest partition of parted default;
create table tiny_parts (id bigint, part int) partition by list (part);
create table tiny_part partition of tiny_parts for values in (1);
create schema shop;
create table shop.stock (id bigint primary key);

insert into customers select i, 'p' || i || '@example.org' from generate_series(1, 1000) i;
insert into orders select i, 1 + i % 1000, (array['new', 'paid', 'failed']::status[])[1 + i % 3], 1 + i % 5000, 'R' || i, 'north', timestamptz '2026-01-01' + i * interval '1 minute'
  from generate_series(1, 200000) i;
insert into items select i, i, 1 from generate_series(1, 60000) i;
insert into logs select i, 'old' from generate_series(1, 60000) i;
insert into small select i, 'n' || i from generate_series(1, 100) i;
insert into loose select i, i from generate_series(1, 50) i;
insert into worn (note) select 'x' from generate_series(1, 30000) i;
insert into events select i, date '2026-01-01' + i % 300, 'k' from generate_series(1, 20000) i;
insert into events_2027 select i, date '2027-01-01' + i % 300, 'k' from generate_series(1, 20000) i;
insert into parted select i, 1 + 2 * (i % 2) from generate_series(1, 40000) i;
refresh materialized view totals;
refresh materialized view plain_totals;
refresh materialized view small_totals;
