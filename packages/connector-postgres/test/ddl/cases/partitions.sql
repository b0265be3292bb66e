alter table app.parts attach partition app.part_proven for values in ('c')
alter table app.parts attach partition app.part_open for values in ('d')
alter table app.parts attach partition app.part_open default
alter table app.events attach partition app.part_future for values from ('2027-01-01') to ('2028-01-01')
alter table app.parts detach partition app.parts_a
alter table app.events detach partition app.events_2
alter table app.events detach partition app.events_rest
alter table app.pins attach partition app.pin_alike for values from ('2027-01-01') to ('2028-01-01')
alter table app.pins attach partition app.pin_bare for values from ('2027-01-01') to ('2028-01-01')
alter table app.pins detach partition app.pins_1
alter table app.pins detach partition app.pins_2
create table app.n partition of app.pins for values from ('2029-01-01') to ('2030-01-01')
alter trigger parts_statement on app.parts rename to ps
alter table app.pin_notes detach partition app.pin_notes_rest
