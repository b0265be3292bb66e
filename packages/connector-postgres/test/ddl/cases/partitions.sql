alter table app.parts attach partition app.part_proven for values in ('c')
alter table app.parts attach partition app.part_open for values in ('d')
alter table app.parts attach partition app.part_open default
alter table app.events attach partition app.part_future for values from ('2027-01-01') to ('2028-01-01')
alter table app.parts detach partition app.parts_a
alter table app.events detach partition app.events_2
alter table app.events detach partition app.events_rest
