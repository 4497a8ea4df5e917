-- What a re-mapping needs, and the account of every input. Not granted to the facade.
create schema intake;

-- One row a series: the read set's values after pseudonymisation and scrubbing, compressed by the program.
create table intake.series (
    study_uid  text collate "C" not null,
    series_uid text collate "C" not null,
    instances  integer not null,
    attributes bytea not null,
    -- figures of the report, made by the mapping of the study; null while it is withheld. Attributes are numbers of intake.attribute.
    modality     text,
    body_site    text,                                  -- code, blank, display; null without
    laterality   text,
    stated       smallint[],                            -- attributes with a value in every instance
    empty        smallint[],                            -- attributes present without a value in every instance
    mixed        integer[],                             -- the others any instance has: attribute, instances with a value, instances without one, ...
    unused       smallint[],                            -- attribute of each value that reached no element
    unused_value text[],                                -- the value, cut; null: all beyond the most frequent ones
    unused_count integer[],                             -- instances that state it
    primary key (study_uid, series_uid)
);

-- Attributes of the tag table by path; numbers are never reused.
create table intake.attribute (
    id   smallint generated always as identity primary key,
    path text collate "C" not null unique
);

create table intake.run (
    run         bigint generated always as identity primary key,
    verb        text not null,
    started     timestamptz not null,
    finished    timestamptz,
    files       bigint not null default 0,
    stored      bigint not null default 0,
    updated     bigint not null default 0,
    unchanged   bigint not null default 0,
    skipped     bigint not null default 0,
    quarantined bigint not null default 0,
    resources   bigint not null default 0,
    -- what was stored when it finished
    total_resources bigint,
    total_studies   bigint,
    total_series    bigint,
    total_instances bigint,
    total_inputs    bigint
);

-- One row an input ever offered: its latest outcome. The quarantine is what has outcome 'quarantined' here.
create table intake.input (
    name_hash     bytea primary key,                    -- keyed with the pseudonym key: names may be longer than an index entry, and may be guessed
    name          text,                                 -- null with Ledger__Names=hash
    size          bigint not null,
    modified      timestamptz,
    outcome       text not null,
    reason        text,
    text          text,
    study_uid     text collate "C",
    series_uid    text collate "C",
    sop_uid       text collate "C",
    hash          bytea,                                -- of the mapped attributes; keyed, of the content, when quarantined without them
    replaced_hash bytea,                                -- of what a correction replaced
    run           bigint not null,
    recorded      timestamptz not null default clock_timestamp(),
    vanished      timestamptz                           -- when a run found that the file is no longer there
);
create index input_study on intake.input (study_uid) where study_uid is not null;
create index input_outcome on intake.input (outcome, reason);

-- What the mapping could not use, rewritten with the study.
create table intake.finding (
    study_uid text collate "C" not null,
    code      text not null,
    severity  smallint not null,
    place     text not null,
    text      text not null
);
create index finding_study on intake.finding (study_uid);
