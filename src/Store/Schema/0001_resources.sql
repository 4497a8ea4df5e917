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
    document     text,                                  -- the finished JSON, versionId and lastUpdated in it
    unique (type, id)
);
create index resource_study_key on resource (study_key) where study_key is not null;

-- Small facts of the database itself: key of the page tokens, time zone of the index.
create table setting (
    name  text primary key,
    value bytea not null
);
