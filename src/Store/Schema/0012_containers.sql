-- Archives and DICOM JSON files: their members are the inputs, they themselves are not.
alter table intake.input add column container bytea;        -- name_hash of what the input is a member of
create index input_container on intake.input (container, run) where container is not null;

-- One row a container that was read to its end, so that it is not read again while size and time are the same.
create table intake.container (
    name_hash bytea primary key,
    size      bigint not null,
    modified  timestamptz,
    run       bigint not null                               -- that read it last, or found it unchanged: members it no longer holds have an older one
);
