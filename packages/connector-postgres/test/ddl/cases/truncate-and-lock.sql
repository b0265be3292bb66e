truncate app.lonely_table
truncate app.customers
truncate app.customers cascade
truncate app.events
truncate only app.base
truncate app.base
truncate app.items restart identity
truncate app.orders restart identity cascade
truncate app.scratch
lock table app.orders
lock table app.names in share mode
lock table app.events in row exclusive mode
lock table only app.base in share mode
lock table app.base
truncate app.lax_parent
truncate app.lax_parent cascade
truncate app.truncated
