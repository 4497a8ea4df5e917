-- Which patient holds which pseudonym of a service or mapping file, so that a pseudonym given to a second patient, or a second pseudonym for a
-- patient, is noticed in every later run. The patient is a keyed hash: without the key nobody can test a guess.
create table intake.pseudonym (
    pseudonym text collate "C" primary key,
    original  bytea not null unique
);

-- What an indexer needs on a server of the site: every row, no table. Migrations, purge and backup stay the owner's. Skipped where the owner may not
-- create roles: then the site grants it. Tables of later migrations are granted by the default privileges.
do $$
begin
    if not exists (select from pg_roles where rolname = 'dicom2fhir_writer') then
        if not (select rolcreaterole or rolsuper from pg_roles where rolname = current_user) then
            return;
        end if;
        create role dicom2fhir_writer nologin;
    end if;

    grant usage on schema public, intake to dicom2fhir_writer;
    grant select, insert, update, delete on all tables in schema public, intake to dicom2fhir_writer;
    revoke insert, update, delete on journal from dicom2fhir_writer;
    grant execute on function fold(integer), retire(interval), erase(bigint[]) to dicom2fhir_writer;
    alter default privileges in schema public, intake grant select, insert, update, delete on tables to dicom2fhir_writer;
end $$;
