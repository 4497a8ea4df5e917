-- The distinct answers of the rules, by profile version; most resources share a few, so a resource costs one number. result is
-- [{profile, valid, rules: [{rule, expression, severity, count}]}], the profile that decides first. Never removed.
create table judgement (
    id     integer generated always as identity primary key,
    hash   bytea not null unique,                       -- SHA-256 of engine and result
    engine text not null,                               -- version of the rules and fingerprint of the loaded packages
    result jsonb not null
);

alter table resource add column judgement integer;      -- null: unchecked
create index resource_judgement on resource (judgement) where not deleted and version > 0;

-- FHIR packages that the site loaded. purge keeps them.
create table package (
    id       integer generated always as identity primary key,
    name     text not null,
    version  text not null,
    hash     text not null,                             -- SHA-256 of the archive, or of the folder's files, in hex
    added    timestamptz not null default clock_timestamp(),
    problems text[] not null,                           -- what of it is not used, a sentence each
    unique (name, version)
);

-- Their definitions (StructureDefinition, ValueSet, CodeSystem, SearchParameter) as published.
create table artefact (
    package integer not null references package on delete cascade,
    name    text collate "C" not null,                  -- of the file
    type    text not null,
    id      text,
    url     text collate "C",
    version text,
    json    text not null,
    primary key (package, name)
);
create index artefact_url on artefact (type, md5(url));

do $$
begin
    if exists (select from pg_roles where rolname = 'dicom2fhir_reader') then
        grant select on judgement, package, artefact to dicom2fhir_reader;
    end if;
end $$;
