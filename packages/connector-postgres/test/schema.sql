create schema shop;
create type shop.status as enum ('new', 'paid', 'failed');
create table shop.customers (id bigint primary key, full_name text not null, email text not null, email_lower text generated always as (lower(email)) stored);
create table shop.orders (
  id bigint primary key,
  customer_id bigint not null references shop.customers (id) on delete restrict,
  status shop.status not null default 'new',
  amount numeric(12, 2) not null,
  created_at timestamptz not null default now()
);
create index orders_customer on shop.orders (customer_id);
create table shop.items (id bigint primary key, order_id bigint not null references shop.orders (id) on delete cascade, sku text, quantity int not null default 1);
create index items_order on shop.items (order_id);
create table shop.item_notes (id bigint primary key, item_id bigint not null references shop.items (id) on delete cascade, note text);
create table shop.refunds (id bigint primary key, order_id bigint references shop.orders (id) on delete set null, amount numeric);
create table shop.badges (id bigint primary key, order_id bigint default 0 references shop.orders (id) on delete set default);
create table shop.parcels (id bigint primary key, order_id bigint references shop.orders (id) on update cascade);
create table shop.nodes (id bigint primary key, parent_id bigint references shop.nodes (id) on delete cascade);
-- Named as the analysis might name things itself.
create table public.t (id bigint primary key);
create table public.c (t bigint references public.t (id) on delete cascade);
create table shop.order_log (id bigserial primary key, order_id bigint, what text, at timestamptz default now());
create table shop.events (id bigint, at date not null, kind text, primary key (id, at)) partition by range (at);
create table shop.events_2025 partition of shop.events for values from ('2025-01-01') to ('2026-01-01');
create table shop.events_2026 partition of shop.events for values from ('2026-01-01') to ('2027-01-01');
create view shop.paid_orders as select o.id, o.amount, c.email from shop.orders o join shop.customers c on c.id = o.customer_id where o.status = 'paid';
create materialized view shop.totals as select customer_id, sum(amount) as total from shop.orders group by 1;
create function shop.log_order() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    insert into shop.order_log (order_id, what) values (old.id, tg_op);
    return old;
  end if;
  insert into shop.order_log (order_id, what) values (new.id, tg_op);
  return new;
end $$;
create trigger orders_log after update or delete on shop.orders for each row execute function shop.log_order();
create function shop.purge(n int) returns int language plpgsql as $$ begin delete from shop.order_log where id < n; return n; end $$;
create function shop.pure(x int) returns int language sql immutable as 'select x + 1';
create view shop.sneaky as select shop.purge(id::int) from shop.orders;
insert into shop.customers select i, 'Person ' || i, 'p' || i || '@example.org' from generate_series(1, 200) i;
insert into shop.orders select i, 1 + i % 200, (array['new', 'paid', 'failed']::shop.status[])[1 + i % 3], i, timestamptz '2026-01-01' + i * interval '1 minute' from generate_series(0, 1999) i;
insert into shop.items select i, i % 2000, 'sku' || i % 7, 1 + i % 5 from generate_series(1, 6000) i;
insert into shop.item_notes select i, 1 + i % 6000, 'note' from generate_series(1, 900) i;
insert into shop.refunds select i, i * 4 from generate_series(1, 300) i;
insert into shop.badges select i, i * 5 from generate_series(1, 100) i;
insert into public.t select i from generate_series(1, 5) i;
insert into public.c select 1 + i % 5 from generate_series(1, 20) i;
insert into shop.parcels select i, 1000 + i from generate_series(1, 50) i;
insert into shop.nodes select i, nullif(i / 3, 0) from generate_series(1, 100) i;
insert into shop.events select i, date '2025-06-01' + i, 'k' || i % 3 from generate_series(1, 400) i;
refresh materialized view shop.totals;
analyze;
