create trigger t after insert on app.orders for each row execute function app.touch()
create trigger t before insert on app.events for each row execute function app.touch()
create trigger t before insert on app.events execute function app.touch()
create constraint trigger t after insert on app.orders from app.customers for each row execute function app.touch()
create or replace trigger customers_touch before update on app.customers for each row execute function app.touch()
create trigger t instead of insert on app.names for each row execute function app.touch()
drop trigger customers_touch on app.customers
drop trigger events_touch on app.events
alter trigger customers_touch on app.customers depends on extension pg_trgm
create rule r as on insert to app.orders do also insert into app.lonely_table values (1)
create or replace rule orders_quiet as on delete to app.lonely_table do nothing
create rule r as on update to app.orders do also delete from app.items
drop rule orders_quiet on app.lonely_table
create policy p on app.orders using (true)
create policy p on app.orders using (exists (select from app.customers))
alter policy orders_mine on app.orders using (true)
alter policy orders_mine on app.orders using (customer_id in (select id from app.customers))
drop policy orders_mine on app.orders
create statistics app.n on id, name from app.customers
alter statistics app.customer_stats set statistics 100
drop statistics app.customer_stats
