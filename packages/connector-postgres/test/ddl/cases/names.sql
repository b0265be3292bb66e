alter table app.orders rename column total to sum
alter table app.base rename column a to z
alter table only app.base rename column a to z
alter table app.events rename column kind to k
alter table app.names rename column name to n
alter view app.names rename column name to n
alter materialized view app.totals rename column total to t
alter table app.orders rename constraint total_low to tl
alter table app.base rename constraint base_a to bb
alter table app.customers rename constraint customers_pkey to pk2
alter table app.items rename constraint items_order to io
alter table app.orders rename to orders2
alter index app.customers_name rename to cn
alter table app.customers_name rename to cn
alter index app.customers_pkey rename to cn
alter view app.names rename to nn
alter materialized view app.totals rename to tt
alter sequence app.counter rename to cc
alter foreign table app.remote rename to rr
alter trigger customers_touch on app.customers rename to ct
alter trigger events_touch on app.events rename to ct
alter rule orders_quiet on app.lonely_table rename to ct
alter policy orders_mine on app.orders rename to om
alter type app.pair rename to p2
alter type app.pair rename attribute a to aa cascade
alter type app.unused rename attribute a to aa
alter type app.unused rename to u2
alter domain app.loose_text rename constraint short to s2
alter schema spare rename to spare2
alter function app.twice(int) rename to thrice
alter table app.orders set schema spare
alter table app.items set schema spare
alter table app.events set schema spare
alter view app.names set schema spare
alter sequence app.free set schema spare
alter sequence app.orders_id_seq set schema spare
alter materialized view app.totals set schema spare
alter type app.status set schema spare
alter type app.unused set schema spare
alter function app.twice(int) set schema spare
