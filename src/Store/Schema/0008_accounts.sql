-- The verification at work, or the last one; one row. What it has found so far stands in intake.violation.
create table intake.verification (
    only_one boolean primary key default true check (only_one),
    started  timestamptz not null,
    step     text not null,                             -- what is done: the name of the step and where it came to
    checked  bigint not null,
    finished timestamptz
);

create table intake.violation (
    id         bigint generated always as identity primary key,
    check_name text not null,
    resource   text not null,
    text       text not null
);

-- Studies that were forgotten, by SHA-256 of their UID: deliveries of them are skipped. Kept by the purge.
create table intake.forgotten (
    study_hash bytea primary key,
    forgotten  timestamptz not null default clock_timestamp(),
    erase      bigint[] not null                        -- resources whose index rows are still to be erased
);

-- Erases what the index says of resources that are gone, at once and not after 7 days: typed rows, bits, patient and start. The numbers stay.
create function erase(ids bigint[]) returns void
    language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
    zero  constant bit(32000) := repeat('0', 32000)::bit(32000);
    typed text;
begin
    perform pg_advisory_xact_lock(4201);
    for typed in
        select c.table_name from information_schema.columns c join information_schema.columns n using (table_schema, table_name)
         where c.table_schema = 'public' and c.column_name = 'param' and n.column_name = 'no'
    loop
        execute format(
            'delete from %I v using search_row s join term t on t.type = s.type
              where s.resource_id = any ($1) and s.gone_at is not null and v.param = t.id and v.no = s.no', typed) using ids;
    end loop;

    update bits kept set b = kept.b & ~ gone.b
      from (select type, (no / 32000)::integer as block, bit_or(set_bit(zero, (no % 32000)::integer, 1)) as b
              from search_row where resource_id = any (ids) and gone_at is not null group by 1, 2) gone
      join term t on t.type = gone.type and not (t.param = '' and t.kind = 'a')
     where kept.term = t.id and kept.block = gone.block and bit_count(kept.b & gone.b) > 0;

    update fold_state set bits_version = bits_version + 1 where type in (select type from search_row where resource_id = any (ids));
    update search_row set patient = null, started = null where resource_id = any (ids) and gone_at is not null;
end $$;
revoke all on function erase(bigint[]) from public;
