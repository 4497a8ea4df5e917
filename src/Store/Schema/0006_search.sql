-- Letters anywhere in a string (:contains) by trigrams, where the server has them and the owner may add them (the npm build has not; then the rows of the
-- parameter are read).
do $$
begin
    if exists (select from pg_available_extensions where name = 'pg_trgm') then
        create extension if not exists pg_trgm;
        create index str_row_trigrams on str_row using gin (folded gin_trgm_ops);
    end if;
exception when insufficient_privilege then
    null;
end $$;

do $$
begin
    if exists (select from pg_roles where rolname = 'dicom2fhir_reader') then
        grant select on num_row, str_row to dicom2fhir_reader;
    end if;
end $$;
