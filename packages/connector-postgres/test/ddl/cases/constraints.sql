alter table app.customers add constraint c check (id > 0)
alter table app.customers add constraint c check (id > 0) not valid
alter table app.customers add constraint c check (id > 0) not enforced
alter table app.base add constraint c check (id > 0)
alter table app.base add constraint c check (id > 0) no inherit
alter table only app.base_grandkid add constraint c check (id > 0)
alter table app.events add constraint c check (id > 0)
alter table app.customers add constraint nn not null note not valid
alter table app.customers add constraint nn not null name
alter table app.customers add constraint nn not null proven
alter table app.base add constraint nn not null id
alter table app.base add constraint nn not null id no inherit
alter table app.events add constraint nn not null kind
alter table app.customers add constraint u unique (name)
alter table app.lonely_table add primary key (id)
alter table app.events add constraint u unique (id, at)
alter table app.keyed add constraint k primary key using index keyed_id
alter table app.keyed add constraint k unique using index keyed_alt
alter table app.keyed add constraint k primary key using index keyed_alt
alter table app.keyed add primary key (fixed)
alter table app.customers add constraint x exclude using btree (name with =)
alter table app.customers add constraint f foreign key (id) references app.orders (id)
alter table app.customers add constraint f foreign key (id) references app.orders (id) not valid
alter table app.customers add constraint f foreign key (id) references app.orders (id) not enforced
alter table app.lonely_table add constraint f foreign key (id) references app.lonely_table (id)
alter table app.items add constraint f foreign key (self_id) references app.items (id)
alter table app.events add constraint f foreign key (customer_id) references app.customers (id)
alter table app.events add constraint f foreign key (customer_id) references app.customers (id) not valid
alter table app.event_notes add constraint f foreign key (event_id, at) references app.events (id, at)
alter table app.orders validate constraint total_positive
alter table app.orders validate constraint total_low
alter table app.items validate constraint items_late
alter table app.customers validate constraint unproven_set
alter table app.base validate constraint base_late
alter table only app.base validate constraint base_late
alter table app.items validate constraint items_order
alter table app.items alter constraint items_order not deferrable
alter table app.items alter constraint items_order deferrable initially deferred
alter table app.items alter constraint items_lax enforced
alter table app.items alter constraint items_order not enforced
alter table app.event_notes alter constraint notes_event deferrable
alter table app.events alter constraint events_customer deferrable
alter table app.orders alter constraint orders_total_not_null no inherit -- since 18
alter table app.customers drop constraint score_high
alter table app.customers drop constraint customers_email_key
alter table app.customers drop constraint customers_pkey
alter table app.customers drop constraint customers_pkey cascade
alter table app.items drop constraint items_order
alter table app.items drop constraint items_self
alter table app.items drop constraint items_lax
alter table app.events drop constraint events_customer
alter table app.event_notes drop constraint notes_event
alter table app.events drop constraint events_id
alter table app.events drop constraint events_pkey
alter table app.events drop constraint events_pkey cascade
alter table app.base drop constraint base_a
alter table only app.base drop constraint base_a
alter table app.base drop constraint base_only
alter table app.base_kid drop constraint base_a
alter table app.customers drop constraint if exists nope
alter table app.orders drop constraint orders_total_not_null
alter table app.orders drop constraint orders_pkey
