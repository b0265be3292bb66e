alter table app.events alter column id type int
alter table app.customers alter column email type varchar(200)
alter table app.customers alter column email type varchar(50)
alter table app.customers alter column email type text
alter table app.customers alter column note type varchar(50)
alter table app.customers alter column note type text
alter table app.customers alter column name type varchar
alter table app.customers alter column tags type varchar[]
alter table app.customers alter column vtags type varchar(10)[]
alter table app.customers alter column vtags type varchar[]
alter table app.customers alter column vtags type text[]
alter table app.customers alter column code type char(5)
alter table app.customers alter column code type text
alter table app.customers alter column nick type app.label
alter table app.customers alter column label type varchar(20)
alter table app.customers alter column label type varchar(30)
alter table app.customers alter column label type text
alter table app.customers alter column score type numeric(12,2)
alter table app.customers alter column score type numeric(12,3)
alter table app.customers alter column score type numeric
alter table app.customers alter column plain_score type numeric(20,2)
alter table app.customers alter column made type timestamp(3)
alter table app.customers alter column made type timestamp(6)
alter table app.customers alter column made type timestamptz
alter table app.customers alter column made_tz type timestamptz(6)
alter table app.customers alter column made_tz type timestamptz
alter table app.customers alter column made_tz type timestamptz(1)
alter table app.customers alter column seen type timestamp
alter table app.customers alter column tod type time(6)
alter table app.customers alter column gap type interval
alter table app.customers alter column gap type interval(6)
alter table app.customers alter column bits type varbit(16)
alter table app.customers alter column bits type varbit
alter table app.customers alter column bits type varbit(4)
alter table app.customers alter column bits_fixed type varbit
alter table app.customers alter column bits_fixed type bit(8)
alter table app.customers alter column small type int
alter table app.customers alter column small type smallint
alter table app.customers alter column d type int
alter table app.customers alter column d type app.wide
alter table app.customers alter column wide type int
alter table app.customers alter column wide type app.posint
alter table app.customers alter column small type app.posint
alter table app.customers alter column counter type app.posint
alter table app.customers alter column ip type cidr
alter table app.customers alter column net type inet
alter table app.customers alter column doc type text
alter table app.customers alter column js type json
alter table app.customers alter column js type text
alter table app.customers alter column ref_oid type int
alter table app.customers alter column ref_oid type regclass
alter table app.customers alter column counter type oid
alter table app.customers alter column counter type bigint using counter::bigint
alter table app.customers alter column note type varchar using note
alter table app.customers alter column note type text using note::text
alter table app.customers alter column note type text using note || 'x'
alter table app.customers alter column note type text collate "C"
alter table app.customers alter column nick type varchar(20) using nick::varchar(20)
alter table app.customers alter column name type text
alter table app.orders alter column twice type int
alter table app.orders alter column total type numeric(14,2)
alter table app.orders alter column gross type int
alter table app.base alter column a type bigint
alter table only app.base alter column a type bigint
alter table app.orders alter column customer_id type int
alter table app.customers alter column flag type boolean
alter table app.customers alter column id type int
alter table app.items alter column kind type bigint
alter table app.items alter column order_id type int
alter table app.items alter column id type int
alter table app.customers alter column score type numeric(12,2), add column y int, alter column small set not null
alter table app.events alter column kind type varchar
alter table app.has_pair add column y int
alter table app.base alter column id type int
