-- The current version of every resource; a deleted one stays as a tombstone without document.
create table resource (
    resource_id  bigint generated always as identity primary key,
    type         smallint not null,                     -- ServedType.Number
    id           text collate "C" not null,
    version      integer not null,                      -- counts up from 1, also over a tombstone
    last_updated timestamptz not null,                  -- database clock, milliseconds, never lower than before
    origin       smallint not null,                     -- 1 index, 2 import
    deleted      boolean not null default false,
    content_hash bytea not null,                        -- SHA-256 of the JSON without meta.versionId and meta.lastUpdated
    study_key    text collate "C",                      -- ImagingStudy: the Study Instance UID of its identifier
    conformance  smallint not null default 0,           -- 0 unchecked, 1 valid, 2 invalid
    profile      text,                                  -- profile|version it was judged by
    engine       text,                                  -- version of the rules
    form         bigint,                                -- of its outline: outline_form; null: it has none
    outline      text,                                  -- the values at the places of the form, a line each
    document     text,                                  -- the finished JSON, versionId and lastUpdated in it
    unique (type, id)
);
create index resource_study_key on resource using hash (study_key) where study_key is not null;     -- only ever equal; a btree of the UIDs takes five times as much

-- What the outlines of many resources have in common: JSON of meta and codes, a noncharacter (U+FDD0 ...) where a value stands. Never removed.
create table outline_form (
    number bigint primary key,                          -- 64 bits of a SHA-256 of the text
    text   text not null
);

-- Small facts of the database itself: key of the page tokens, time zone of the index.
create table setting (
    name  text primary key,
    value bytea not null
);

-- lz4 where the server has it (the npm build has not), else pglz; status shows which.
do $$
begin
    if exists (select from pg_settings where name = 'default_toast_compression' and 'lz4' = any (enumvals)) then
        alter table resource alter column document set compression lz4;
    end if;
end $$;

-- The key of the page tokens: 244 random bits of the server's strong generator.
insert into setting (name, value)
values ('page-key', sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));
