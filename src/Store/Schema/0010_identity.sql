-- Which patient holds which pseudonym of a service or mapping file, so that a pseudonym given to a second patient, or a second pseudonym for a
-- patient, is noticed in every later run. The patient is a keyed hash: without the key nobody can test a guess.
create table intake.pseudonym (
    pseudonym text collate "C" primary key,
    original  bytea not null unique
);
