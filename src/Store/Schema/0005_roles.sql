-- What a facade may do: read, call the fold, keep long page queries. Skipped where the owner may not create roles: then the site grants it.
do $$
begin
    if not exists (select from pg_roles where rolname = 'dicom2fhir_reader') then
        if not (select rolcreaterole or rolsuper from pg_roles where rolname = current_user) then
            return;
        end if;
        create role dicom2fhir_reader nologin;
    end if;

    grant usage on schema public to dicom2fhir_reader;
    grant select on resource, outline_form, setting, term, search_row, bits, ref_row, ident_row, date_row, pending, fold_state, page_query, journal
        to dicom2fhir_reader;
    grant insert, update, delete on page_query to dicom2fhir_reader;
    grant execute on function fold(integer), retire(interval) to dicom2fhir_reader;

    if exists (select from pg_roles where rolname = 'dicom2fhir_facade') then
        grant dicom2fhir_reader to dicom2fhir_facade;
    end if;
end $$;

revoke all on function fold(integer), retire(interval) from public;
