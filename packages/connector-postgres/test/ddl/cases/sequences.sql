create sequence app.n
create sequence app.n owned by app.orders.id
alter sequence app.counter restart
alter sequence app.counter increment 5
alter sequence app.counter owned by app.customers.counter
alter sequence app.counter owned by none
alter sequence app.counter owner to ddl_owner
alter sequence app.counter set unlogged
alter sequence app.counter set logged
